//! Binary morphology in three dimensions: erosion, dilation and closing, filling of holes, connected components,
//! thinning to a skeleton, Betti numbers, exact Euclidean distances.
//!
//! Arrays in, arrays out, of shape (x, y, z); lengths are in voxels. Internally, masks are packed into bits along z, so
//! that one operation processes 64 voxels. Results do not depend on the number of threads.

#![allow(
    clippy::needless_pass_by_value,
    reason = "views of arrays are passed by value, as ndarray does"
)]

mod betti;
mod bits;
mod closing;
mod components;
mod distance;
mod element;
mod erosion;
mod error;
mod holes;
mod neighborhood;
mod pits;
mod runs;
mod thinning;

pub use betti::{Betti, euler_number};
pub use closing::close;
pub use components::{Components, label, remove_small};
pub use distance::{squared_distances, squared_distances_at};
pub use element::{Connectivity, Element};
pub use erosion::{dilate, erode};
pub use error::MorphologyError;
pub use holes::fill_holes;
pub use pits::fill_pits;
pub use runs::{Run, Runs};
pub use thinning::{Recheck, skeletonize, skeletonize_spaced};
