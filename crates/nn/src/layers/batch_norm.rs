//! Batch norm layer with running statistics.

use candle_core::{DType, Result, Tensor, Var};

use crate::ops::{BatchNormConfig, BatchNormOutput, batch_norm_evaluation, batch_norm_training};
use crate::tape::is_recomputing;
use crate::{Builder, Init, Mode, NnError};

/// Batch norm of tensors (images, channels, …) with two or three spatial axes.
///
/// Parameters `weight` and `bias`, buffers `running_mean` and `running_var`, all of shape (channels). Training normalizes
/// with the mean and the biased variance of the batch. It updates the running statistics with the mean and the unbiased
/// variance: `running ← (1 − momentum)·running + momentum·batch`. Evaluation normalizes with the running statistics.
#[derive(Debug, Clone)]
pub struct BatchNorm2d {
    weight: Var,
    bias: Var,
    running_mean: Var,
    running_var: Var,
    config: BatchNormConfig,
}

impl BatchNorm2d {
    /// Creates a batch norm with PyTorch's constants and initial values (weight 1, bias 0, running mean 0, running
    /// variance 1).
    ///
    /// # Errors
    /// Returns an error if the names are in use.
    pub fn new(builder: &mut Builder, channels: usize) -> std::result::Result<Self, NnError> {
        Ok(Self {
            weight: builder.trainable("weight", channels, Init::Constant(1.0))?,
            bias: builder.trainable("bias", channels, Init::Constant(0.0))?,
            running_mean: builder.buffer("running_mean", channels, 0.0)?,
            running_var: builder.buffer("running_var", channels, 1.0)?,
            config: BatchNormConfig::default(),
        })
    }

    /// Normalizes a tensor; the result has the same shape. A training pass updates the running statistics.
    ///
    /// # Errors
    /// Returns an error if the shape does not fit or, in training, if a channel has only one value.
    pub fn forward(&self, x: &Tensor, mode: &Mode) -> Result<Tensor> {
        let (weight, bias) = (mode.parameter(&self.weight), mode.parameter(&self.bias));
        if !mode.is_training() {
            let running = [self.running_mean.as_tensor(), self.running_var.as_tensor()];
            return batch_norm_evaluation(x, [&weight, &bias], running, self.config.eps);
        }
        let BatchNormOutput {
            output,
            mean,
            unbiased_variance,
        } = batch_norm_training(x, &weight, &bias, self.config.eps)?;
        if !is_recomputing() {
            self.follow(&self.running_mean, &mean)?;
            self.follow(&self.running_var, &unbiased_variance)?;
        }
        Ok(output)
    }

    /// Scale and shift of each channel in evaluation: `[weight/√(var + eps), bias − mean·scale]`.
    pub(super) fn lines(&self) -> Result<Vec<[f64; 2]>> {
        let numbers = |var: &Var| var.to_vec1::<f32>();
        let affine = numbers(&self.weight)?.into_iter().zip(numbers(&self.bias)?);
        let running = numbers(&self.running_mean)?
            .into_iter()
            .zip(numbers(&self.running_var)?);
        let line = |((weight, bias), (mean, variance)): ((f32, f32), (f32, f32))| {
            let scale = f64::from(weight) / (f64::from(variance) + self.config.eps).sqrt();
            [scale, f64::from(bias) - f64::from(mean) * scale]
        };
        Ok(affine.zip(running).map(line).collect())
    }

    fn follow(&self, running: &Var, batch: &[f64]) -> Result<()> {
        let momentum = self.config.momentum as f32;
        let mut values = running.to_dtype(DType::F32)?.to_vec1::<f32>()?;
        for (value, batch) in values.iter_mut().zip(batch) {
            *value = (1.0 - momentum) * *value + momentum * *batch as f32;
        }
        let values = Tensor::from_vec(values, batch.len(), running.device())?;
        running.set(&values.to_dtype(running.dtype())?)
    }
}
