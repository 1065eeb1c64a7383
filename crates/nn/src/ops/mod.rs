//! Differentiable ops on tensors with their own forward and backward passes.
//!
//! Each op implements [`Operation`]; [`apply()`] runs it as a custom op of candle, or records it on our tape
//! ([`crate::differentiate`]). Other crates can define ops too, for example losses.
//!
//! Ops take `f32` tensors (or `f64`, for tests of gradients) and copy inputs that are not contiguous. On a CPU, results do
//! not depend on the number of threads. Gradients are computed only for inputs that need them.

mod apply;
mod batch_norm;
pub(crate) mod composed;
mod concat;
mod conv2d;
mod conv3d;
mod conv_transpose;
mod convolution;
mod cross_hair;
mod dropout;
mod group_norm;
mod max_pool;
mod method;
pub(crate) mod operation;
mod relu;

pub use apply::apply;
pub use batch_norm::{
    BatchNormConfig, BatchNormOutput, batch_norm_evaluation, batch_norm_training,
};
pub use composed::without_kernels;
pub use concat::concat_channels;
pub use conv_transpose::{conv_transpose2d, conv_transpose3d};
pub(crate) use conv2d::conv2d_normalized;
pub use conv2d::{Conv2dConfig, conv2d};
pub use conv3d::{Conv3dConfig, conv3d};
pub use cross_hair::cross_hair_kernel;
pub use dropout::dropout;
pub use group_norm::group_norm;
pub use max_pool::{max_pool2d, max_pool3d};
pub use method::ConvolutionMethod;
pub use operation::{Needs, Operation, Pass};
pub use relu::relu;
