//! 3-D convolution with weight and bias.

use candle_core::{DType, Result, Tensor, Var, bail};

use crate::ops::{Conv3dConfig, ConvolutionMethod, conv3d};
use crate::{Builder, Init, Mode, NnError};

/// A 3-D convolution; parameters `weight` (out, in, depth, height, width) and `bias` (out).
#[derive(Debug, Clone)]
pub struct Conv3d {
    weight: Var,
    bias: Var,
    config: Conv3dConfig,
}

impl Conv3d {
    /// Creates a convolution from `inputs` to `outputs` channels with a window of the given extents (depth, height, width)
    /// and PyTorch's initialization.
    ///
    /// # Errors
    /// Returns an error if the names are in use.
    pub fn new(
        builder: &mut Builder,
        [inputs, outputs]: [usize; 2],
        kernel: [usize; 3],
        config: Conv3dConfig,
    ) -> std::result::Result<Self, NnError> {
        let [depth, height, width] = kernel;
        let init = Init::Uniform {
            fan_in: inputs * depth * height * width,
        };
        Ok(Self {
            weight: builder.trainable("weight", (outputs, inputs, depth, height, width), init)?,
            bias: builder.trainable("bias", outputs, init)?,
            config,
        })
    }

    /// A convolution with copies of the weights (out, in, depth, height, width) and the bias (out). It is not part of any
    /// [`Parameters`](crate::Parameters).
    ///
    /// # Errors
    /// Returns an error if the copy fails.
    pub(super) fn of(weight: &Tensor, bias: &Tensor, config: Conv3dConfig) -> Result<Self> {
        Ok(Self {
            weight: Var::from_tensor(weight)?,
            bias: Var::from_tensor(bias)?,
            config,
        })
    }

    /// Sets the method of the convolution.
    pub fn set_method(&mut self, method: ConvolutionMethod) {
        self.config.method = method;
    }

    /// Convolves a tensor (images, in, depth, height, width) to (images, out, depth', height', width').
    ///
    /// # Errors
    /// Returns an error if the shape does not fit.
    pub fn forward(&self, x: &Tensor, mode: &Mode) -> Result<Tensor> {
        let (weight, bias) = (mode.parameter(&self.weight), mode.parameter(&self.bias));
        conv3d(x, &weight, Some(&bias), &self.config)
    }

    /// Folds `scale·x + shift` of the input channels into the convolution: weights `w[o, c, k]·scale[c]`, biases
    /// `b[o] + Σ w[o, c, k]·shift[c]`. `lines` holds `[scale, shift]` of each input channel.
    ///
    /// # Errors
    /// Returns an error if the convolution has padding, for which folding is not exact, or if the number of lines differs
    /// from the number of input channels.
    pub fn folded(&self, lines: &[[f64; 2]]) -> Result<Self> {
        let weight = self.weight.as_detached_tensor().to_dtype(DType::F64)?;
        let (outputs, inputs, ..) = weight.dims5()?;
        if lines.len() != inputs || self.config.padding != [0; 3] {
            bail!(
                "cannot fold {} lines into a convolution with {inputs} input channels and padding {:?}; \
                 it needs one line for each channel and no padding",
                lines.len(),
                self.config.padding
            );
        }
        let line = |part: usize| {
            let numbers: Vec<f64> = lines.iter().map(|line| line[part]).collect();
            Tensor::from_vec(numbers, (1, inputs, 1, 1, 1), weight.device())
        };
        let shifted = weight.broadcast_mul(&line(1)?)?.flatten_from(1)?.sum(1)?;
        let bias = self.bias.as_detached_tensor().to_dtype(DType::F64)?;
        let bias = (bias + shifted.reshape(outputs)?)?;
        let kept = |t: Tensor| Var::from_tensor(&t.to_dtype(self.weight.dtype())?);
        Ok(Self {
            weight: kept(weight.broadcast_mul(&line(0)?)?)?,
            bias: kept(bias)?,
            config: self.config,
        })
    }
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;
    use crate::Parameters;
    use crate::layers::{GroupMoments, GroupNorm};

    #[test]
    fn a_group_norm_of_tiles_folded_into_the_next_convolution_is_the_norm_of_the_whole() {
        let mut parameters = Parameters::new();
        let mut builder = parameters.builder(4);
        let norm = GroupNorm::new(&mut builder.at("norm"), 6, 3).unwrap();
        let valid = Conv3dConfig::default();
        let conv = Conv3d::new(&mut builder.at("conv"), [6, 4], [3; 3], valid).unwrap();
        let noise = |n: usize, seed: u32| -> Vec<f32> {
            let value = |i: u32| (i.wrapping_mul(2_654_435_761).rotate_left(seed) >> 20) as f32;
            (0..n as u32).map(|i| value(i) / 700.0 - 1.0).collect()
        };
        let affine = |seed| Tensor::from_vec(noise(6, seed), 6, &Device::Cpu).unwrap();
        parameters
            .get("norm.weight")
            .unwrap()
            .set(&affine(3))
            .unwrap();
        parameters
            .get("norm.bias")
            .unwrap()
            .set(&affine(7))
            .unwrap();
        let x = Tensor::from_vec(noise(6 * 9 * 8 * 7, 5), (1, 6, 9, 8, 7), &Device::Cpu).unwrap();
        let whole = norm.forward(&x, &Mode::Evaluation).unwrap();
        let whole = conv.forward(&whole, &Mode::Evaluation).unwrap();
        let mut moments = GroupMoments::new(&norm);
        for (start, len) in [(0, 2), (2, 6), (8, 1)] {
            moments.add(&x.narrow(2, start, len).unwrap()).unwrap();
        }
        let folded = conv.folded(&moments.lines(&norm).unwrap()).unwrap();
        let folded = folded.forward(&x, &Mode::Evaluation).unwrap();
        let numbers = |t: Tensor| t.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        for (a, b) in numbers(whole).into_iter().zip(numbers(folded)) {
            assert!((a - b).abs() < 1e-5, "{a} {b}");
        }
        assert!(moments.add(&x.narrow(1, 0, 5).unwrap()).is_err());
        assert!(conv.folded(&[[1.0, 0.0]]).is_err());
    }
}
