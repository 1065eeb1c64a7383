//! The device and the method that compute a network.

use rsom_parameters::Parameters;
use serde::{Deserialize, Serialize};

use crate::Accelerator;
use crate::ops::ConvolutionMethod;

/// The device and the method that compute a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Parameters)]
#[serde(deny_unknown_fields)]
pub struct Computing {
    /// Device that computes the network; a GPU needs a program built with --features cuda or metal.
    #[parameter(default = Accelerator::Cpu)]
    pub device: Accelerator,
    /// Method for convolutions on the CPU: 'fastest' uses Winograd's method where that is faster (rounding error 8e-7 of
    /// the results), 'plain' sums products (4e-7, about twice the time).
    #[parameter(default = ConvolutionMethod::Fastest)]
    pub convolutions: ConvolutionMethod,
}
