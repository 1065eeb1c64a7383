//! Convolutions with 3 × 3 and 5 × 5 kernels by Winograd's method: tiles of 6 × 6 inputs are transformed, multiplied by
//! transformed weights element by element, and transformed back to 4 × 4 (2 × 2) results. That takes 2.25 (9)
//! multiplications for each result and pair of channels in place of 9 (25).
//!
//! Transforms are sums of a few terms, so single-precision results are less exact than those of plain sums: over 64 input
//! channels the error is 8e-7 (3 × 3) and 9e-7 (5 × 5) of the results, both root mean squares
//! (`tests::the_error_is_a_few_roundings` keeps it below 1e-6), that of plain sums 4e-7 and 7e-7.

mod analysis;
mod filters;
mod forward;
mod gradient;
mod grid;
mod phases;
mod points;
#[cfg(test)]
mod tests;
mod transform;

pub use filters::Filters;
pub(crate) use forward::correlate;
pub(crate) use gradient::correlate_weights;

use super::geometry::Geometry;

/// Fewer channels than this, and the transforms cost more than the multiplications that they save.
const LEAST_CHANNELS: usize = 8;

/// Whether this is the faster method for a convolution of these (input, output) channels.
pub fn suits(geometry: &Geometry, channels: [usize; 2]) -> bool {
    grid::Grid::new(geometry).is_some() && channels.iter().all(|c| *c >= LEAST_CHANNELS)
}
