//! Binary morphology in three dimensions: erosion and dilation, connected components, thinning to a skeleton.
//!
//! Arrays in, arrays out, of shape (x, y, z); lengths are in voxels. Inside, masks are packed into bits along z, so that
//! 64 voxels are worked on at a time. Results do not depend on the number of threads.

#![allow(
    clippy::needless_pass_by_value,
    reason = "views of arrays are passed by value, as ndarray does"
)]

mod bits;
mod components;
mod element;
mod erosion;
mod error;
mod neighborhood;
mod runs;
mod thinning;

pub use components::{Components, label, remove_small};
pub use element::{Connectivity, Element};
pub use erosion::{dilate, erode};
pub use error::MorphologyError;
pub use runs::{Run, Runs};
pub use thinning::{Recheck, skeletonize};
