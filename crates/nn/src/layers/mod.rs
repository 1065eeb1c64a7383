//! Layers: ops with named parameters.
//!
//! A layer is created with a [`crate::Builder`], whose prefix names its parameters. `forward(&self, x, &mode)` runs it. In
//! [`crate::Mode::Evaluation`] nothing is recorded for gradients.

mod batch_norm;
mod conv2d;
mod conv3d;
mod conv_transpose2d;
mod conv_transpose3d;
mod cross_hair3d;
mod dropout;
mod group_moments;
mod group_norm;

pub use batch_norm::BatchNorm2d;
pub use conv_transpose2d::ConvTranspose2d;
pub use conv_transpose3d::ConvTranspose3d;
pub use conv2d::Conv2d;
pub use conv3d::Conv3d;
pub use cross_hair3d::CrossHair3d;
pub use dropout::Dropout;
pub use group_moments::GroupMoments;
pub use group_norm::GroupNorm;
