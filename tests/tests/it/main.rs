//! The tests of the whole program, in one binary: one module for each subject.

mod bundle;
mod bundle_files;
mod channels;
mod circles;
mod command_blocks;
mod compare;
mod conformance;
mod corrections;
mod failures;
mod figures_page;
mod followed;
mod init;
mod init_table;
mod libraries;
mod own_study;
mod page;
mod page_marks;
mod page_slices;
mod paper;
mod pipelines;
mod quickstart;
mod reference;
mod reproduce;
mod segment;
mod stage_check;
mod store;
mod surfaces;
mod system_math;
mod table_names;
mod tidy;
mod vessel_graph;
mod vessel_swap;
mod view;

use rsom_testing::Program;

/// The command line of the whole program.
const RSOM: Program = Program::new(env!("CARGO_BIN_EXE_rsom-under-test"));
