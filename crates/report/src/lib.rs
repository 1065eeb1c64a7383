//! Figures: B-scans with reference and predictions, projections of a scan with its masks, measures against a factor,
//! histograms of surface normals, Dice scores against the threshold, residuals of models, agreement of methods, curves of
//! trainings, maps of a layer from above, and profiles over the depth.
//!
//! Arrays and records in, a [`Scene`] out: a list of rectangles, paths, texts and images in pixel coordinates.
//! A scene is written as SVG ([`svg`]); the SVG is painted ([`paint`]) and written as PNG ([`png_file`]). The same scene is
//! written as PDF ([`pdf`]).

#![allow(
    clippy::needless_pass_by_value,
    reason = "views of arrays are passed by value, as ndarray does"
)]

pub mod base64;
pub mod bscan;
pub mod chart;
#[cfg(feature = "cli")]
pub mod cli;
pub mod color;
pub mod contour;
pub mod curves;
pub mod depth_profile;
pub mod en_face;
pub mod factor;
mod font;
pub mod natural;
pub mod normals;
pub mod paint;
mod panel;
pub mod pdf;
pub mod picture;
pub mod png_file;
pub mod projections;
pub mod scale;
pub mod scatter;
pub mod scene;
pub mod svg;
pub mod threshold;
mod voxel_pixels;

pub use color::Color;
pub use picture::Picture;
pub use scene::Scene;
