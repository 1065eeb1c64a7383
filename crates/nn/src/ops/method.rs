//! The method for convolutions.

use rsom_kernels::geometry::Method;
use rsom_parameters::Choice;
use serde::{Deserialize, Serialize};

/// Method for convolutions on a CPU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Choice)]
#[serde(rename_all = "snake_case")]
pub enum ConvolutionMethod {
    /// Winograd's method where it is faster: 3 × 3 and 5 × 5 kernels, many channels, stride 1. Relative error with
    /// 64 channels in single precision: 8e-7 (3 × 3) and 9e-7 (5 × 5).
    #[default]
    Fastest,
    /// Direct sums of products. Relative error 4e-7 (3 × 3) and 7e-7 (5 × 5), about twice the time.
    Plain,
}

impl From<ConvolutionMethod> for Method {
    fn from(method: ConvolutionMethod) -> Self {
        match method {
            ConvolutionMethod::Fastest => Self::Fastest,
            ConvolutionMethod::Plain => Self::Direct,
        }
    }
}
