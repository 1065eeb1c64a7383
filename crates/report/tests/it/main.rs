//! The tests of `rsom-report` from the outside, in one binary: one module for each subject.

mod agreement;
mod command;
mod drawing;
mod factor;
mod maps;
mod residuals;
mod structure;
mod svg;
mod training;
