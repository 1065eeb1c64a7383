//! The two element types of tensors that the operations compute in.

use candle_core::WithDType;

/// An element that kernels compute in and candle stores: `f32` for work, `f64` to hold gradients against central differences.
pub trait Element: rsom_kernels::Element + WithDType {}

impl Element for f32 {}
impl Element for f64 {}
