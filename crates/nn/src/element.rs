//! The two element types that the kernels compute in.

use candle_core::WithDType;

use crate::kernels::instructions::Dispatch;

/// A floating-point element: `f32` for work, `f64` so that gradients can be held against central differences.
pub trait Element: WithDType + Dispatch {
    /// Square root.
    fn sqrt(self) -> Self;
    /// e to the power of the value.
    fn exp(self) -> Self;
    /// ln(1 + value), exact for small values.
    fn ln_1p(self) -> Self;
    /// Absolute value.
    fn abs(self) -> Self;
    /// Whether the value is not a number.
    fn is_nan(self) -> bool;
}

macro_rules! element {
    ($($float:ty),*) => {$(
        impl Element for $float {
            fn sqrt(self) -> Self {
                <$float>::sqrt(self)
            }
            fn exp(self) -> Self {
                <$float>::exp(self)
            }
            fn ln_1p(self) -> Self {
                <$float>::ln_1p(self)
            }
            fn abs(self) -> Self {
                <$float>::abs(self)
            }
            fn is_nan(self) -> bool {
                <$float>::is_nan(self)
            }
        }
    )*};
}

element!(f32, f64);
