//! Group norm layer.

use candle_core::{Result, Tensor, Var};

use crate::ops::group_norm;
use crate::{Builder, Init, Mode, NnError};

/// Added to variances; the default of PyTorch.
const EPS: f64 = 1e-5;

/// Group norm of (images, channels, …); parameters `weight` and `bias` (channels).
#[derive(Debug, Clone)]
pub struct GroupNorm {
    weight: Var,
    bias: Var,
    groups: usize,
}

impl GroupNorm {
    /// Creates a group norm of `channels` in `groups` groups of consecutive channels, with weight 1 and bias 0.
    ///
    /// # Errors
    /// Returns an error if the names are in use, or if `groups` does not divide `channels`.
    pub fn new(
        builder: &mut Builder,
        channels: usize,
        groups: usize,
    ) -> std::result::Result<Self, NnError> {
        if groups == 0 || !channels.is_multiple_of(groups) {
            return Err(NnError::Setting {
                name: "groups",
                value: groups.to_string(),
                expected: "a divisor of the number of channels",
            });
        }
        Ok(Self {
            weight: builder.trainable("weight", channels, Init::Constant(1.0))?,
            bias: builder.trainable("bias", channels, Init::Constant(0.0))?,
            groups,
        })
    }

    /// Normalizes a tensor (images, channels, …); the result has the same shape.
    ///
    /// # Errors
    /// Returns an error if the shape does not fit.
    pub fn forward(&self, x: &Tensor, mode: &Mode) -> Result<Tensor> {
        let (weight, bias) = (mode.parameter(&self.weight), mode.parameter(&self.bias));
        group_norm(x, &weight, &bias, self.groups, EPS)
    }

    /// Number of groups.
    pub(super) fn groups(&self) -> usize {
        self.groups
    }

    /// Number of channels.
    pub(super) fn channels(&self) -> usize {
        self.weight.elem_count()
    }

    /// Weight and bias.
    pub(super) fn affine(&self) -> [&Tensor; 2] {
        [&self.weight, &self.bias]
    }

    /// The constant that is added to variances.
    pub(super) fn eps(&self) -> f64 {
        EPS
    }
}
