//! The two element types that the kernels compute in.

use std::iter::Sum;

use num_traits::NumAssign;

use crate::instructions::Dispatch;

/// A floating-point element: `f32` for normal use, `f64` so that tests can compare gradients with central differences.
pub trait Element:
    NumAssign + Copy + PartialOrd + Sum + Send + Sync + std::fmt::Debug + Dispatch + 'static
{
    /// Whether this is single precision, the type that has vector kernels.
    const IS_SINGLE: bool;

    /// The nearest element to a number in double precision.
    fn from_double(value: f64) -> Self;
    /// The element in double precision.
    fn to_double(self) -> f64;
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
    ($($float:ty: $is_single:literal),*) => {$(
        impl Element for $float {
            const IS_SINGLE: bool = $is_single;

            #[inline(always)]
            fn from_double(value: f64) -> Self {
                value as $float
            }
            #[inline(always)]
            fn to_double(self) -> f64 {
                f64::from(self)
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                <$float>::sqrt(self)
            }
            #[inline(always)]
            fn exp(self) -> Self {
                <$float>::exp(self)
            }
            #[inline(always)]
            fn ln_1p(self) -> Self {
                <$float>::ln_1p(self)
            }
            #[inline(always)]
            fn abs(self) -> Self {
                <$float>::abs(self)
            }
            #[inline(always)]
            fn is_nan(self) -> bool {
                <$float>::is_nan(self)
            }
        }
    )*};
}

element!(f32: true, f64: false);
