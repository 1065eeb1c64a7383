//! Network arithmetic: functions over slices, in parallel by rayon.
//!
//! Results do not depend on the number of threads: shapes alone decide how work is cut, and partial sums are added in a
//! fixed order. Begin with [`correlate`](mod@correlate), the convolution of a network; [`lanes`] holds the vector types
//! and [`instructions`] picks one of them at run time. This crate is the only home of `unsafe` code.

pub mod correlate;
pub mod correlate_data;
pub mod correlate_weights;
mod disjoint;
mod element;
pub mod geometry;
pub mod instructions;
mod lanes;
pub mod norm;
mod peak;
pub mod planes;
pub mod pool;
mod spare;
pub mod sum;
#[cfg(test)]
mod test_numbers;
mod tiles;
pub mod transpose;
pub mod winograd;

pub use element::Element;
pub use instructions::instruction_set;
pub use peak::multiply_add_rate;
