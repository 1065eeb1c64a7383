//! Slices of scans with their masks, for a browser.
//!
//! A [`View`] holds images and masks on one grid, as 8-bit values. [`Preview`] makes it small enough for a page that holds many scans;
//! [`slice`] cuts single slices out of it for `rsom view`. The script [`SCRIPT`] shows both: three planes, outlines or areas of masks.

#![allow(
    clippy::needless_pass_by_value,
    reason = "views of arrays are passed by value, as ndarray does"
)]

#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "cli")]
pub mod files;
mod gray;
mod mosaic;
mod overlay;
#[cfg(feature = "cli")]
mod pairs;
mod preview;
mod reduction;
#[cfg(feature = "cli")]
mod server;
pub mod slice;
mod still;
mod view;

pub use overlay::MOST_MASKS;
pub use preview::{Preview, PreviewError};
pub use still::Still;
pub use view::{Description, Image, View};

/// The script that shows a view: the class `Viewer`.
pub const SCRIPT: &str = include_str!("templates/viewer.js");

/// The style of the viewer.
pub const STYLE: &str = include_str!("templates/viewer.css");
