//! The element types that ops support: `f32` and `f64`.

use candle_core::WithDType;

/// An element type that both the kernels and candle support: `f32` for use, `f64` for tests of gradients against central
/// differences.
pub trait Element: rsom_kernels::Element + WithDType {}

impl Element for f32 {}
impl Element for f64 {}
