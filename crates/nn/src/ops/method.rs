//! How convolutions are computed.

use rsom_parameters::Choice;
use serde::{Deserialize, Serialize};

/// How convolutions are computed on a CPU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Choice)]
#[serde(rename_all = "snake_case")]
pub enum ConvolutionMethod {
    /// By Winograd's method where that is faster (3 × 3 and 5 × 5 kernels of eight channels and more, stride 1): over 64
    /// channels an error of 8e-7 and 9e-7 of the results in single precision.
    #[default]
    Fastest,
    /// As sums of products: an error of 4e-7 and 7e-7, in about twice the time.
    Plain,
}
