//! Arithmetic of networks: functions over slices, parallelized with rayon.
//!
//! Results do not depend on the number of threads: only shapes decide how work is divided, and partial sums are added
//! in a fixed order. Start reading at [`correlate`](mod@correlate), the convolution of a network; [`lanes`] has the
//! vector types, and [`instructions`] selects one of them at run time. No other crate contains `unsafe` code.

pub mod correlate;
pub mod correlate_data;
pub mod correlate_weights;
mod disjoint;
mod element;
pub mod geometry;
pub mod instructions;
mod lanes;
pub mod norm;
mod offsets;
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
