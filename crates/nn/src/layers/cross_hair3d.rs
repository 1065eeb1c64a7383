//! Cross-hair filter: a 3-D convolution with three orthogonal 2-D kernels.

use candle_core::{Result, Tensor, Var};

use super::Conv3d;
use crate::ops::{Conv3dConfig, ConvolutionMethod, conv3d, cross_hair_kernel};
use crate::{Builder, Init, Mode, NnError};

/// The cross-hair filter of DeepVesselNet (Tetteh et al. 2020, section 2.1): the sum of three 2-D convolutions in
/// orthogonal planes, with one bias. It has 3·k² instead of k³ weights for each pair of channels.
///
/// Parameters `zy.weight` (out, in, k, k, 1), `zx.weight` (out, in, k, 1, k), `yx.weight` (out, in, 1, k, k) and `bias`
/// (out). The axes are (out, in, z, y, x).
#[derive(Debug, Clone)]
pub struct CrossHair3d {
    planes: [Var; 3],
    bias: Var,
    config: Conv3dConfig,
}

impl CrossHair3d {
    /// Creates a filter from `inputs` to `outputs` channels with windows of `extent` voxels. Initialization as in PyTorch
    /// with fan-in 3 · `inputs` · `extent`².
    ///
    /// # Errors
    /// Returns an error if the names are in use.
    pub fn new(
        builder: &mut Builder,
        [inputs, outputs]: [usize; 2],
        extent: usize,
        config: Conv3dConfig,
    ) -> std::result::Result<Self, NnError> {
        let k = extent;
        let init = Init::Uniform {
            fan_in: 3 * inputs * k * k,
        };
        let mut plane = |name: &str, [d, h, w]: [usize; 3]| {
            let shape = (outputs, inputs, d, h, w);
            builder.at(name).trainable("weight", shape, init)
        };
        Ok(Self {
            planes: [
                plane("zy", [k, k, 1])?,
                plane("zx", [k, 1, k])?,
                plane("yx", [1, k, k])?,
            ],
            bias: builder.trainable("bias", outputs, init)?,
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
        let [zy, zx, yx] = [0, 1, 2].map(|plane| mode.parameter(&self.planes[plane]));
        let kernel = cross_hair_kernel(&zy, &zx, &yx)?;
        conv3d(x, &kernel, Some(&mode.parameter(&self.bias)), &self.config)
    }

    /// The equivalent convolution with a dense cubic kernel. It is a copy: later changes of the parameters do not affect it.
    ///
    /// # Errors
    /// Returns an error if the extent is even.
    pub fn dense(&self) -> Result<Conv3d> {
        let [zy, zx, yx] = [0, 1, 2].map(|plane| self.planes[plane].as_detached_tensor());
        let kernel = cross_hair_kernel(&zy, &zx, &yx)?;
        Conv3d::of(&kernel, &self.bias.as_detached_tensor(), self.config)
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{DType, Device};

    use super::*;
    use crate::Parameters;

    fn noise(shape: &[usize], seed: u32) -> Tensor {
        let value = |i: u32| (i.wrapping_mul(2_654_435_761).rotate_left(seed) >> 20) as f64;
        let count: usize = shape.iter().product();
        let values: Vec<f64> = (0..count as u32).map(|i| value(i) / 2048.0 - 1.0).collect();
        Tensor::from_vec(values, shape, &Device::Cpu).unwrap()
    }

    /// The definition of the paper: the sum of three convolutions in orthogonal planes, with inputs cropped to equal size.
    #[test]
    fn it_is_the_sum_of_three_plane_convolutions_on_cropped_input() {
        for k in [1, 3, 5, 7] {
            let (x, h) = (noise(&[2, 3, 9, 8, 7], 3), k / 2);
            let planes = [[k, k, 1], [k, 1, k], [1, k, k]];
            let kernels = [0, 1, 2].map(|i| {
                let [d, h, w] = planes[i];
                noise(&[4, 3, d, h, w], 5 + i as u32)
            });
            let dense = cross_hair_kernel(&kernels[0], &kernels[1], &kernels[2]).unwrap();
            let whole = conv3d(&x, &dense, None, &Conv3dConfig::default()).unwrap();
            let mut sum = whole.zeros_like().unwrap();
            for (kernel, plane) in kernels.iter().zip(planes) {
                let mut part = x.clone();
                for (axis, extent) in plane.iter().enumerate() {
                    if *extent == 1 {
                        let len = part.dim(axis + 2).unwrap() - 2 * h;
                        part = part.narrow(axis + 2, h, len).unwrap();
                    }
                }
                let part = conv3d(&part, kernel, None, &Conv3dConfig::default()).unwrap();
                sum = (sum + part).unwrap();
            }
            let off = (whole - sum).unwrap().abs().unwrap().max_all().unwrap();
            assert!(off.to_scalar::<f64>().unwrap() < 1e-12, "{k}");
        }
    }

    #[test]
    fn it_has_three_squares_of_weights_and_one_bias_and_its_dense_twin_gives_the_same() {
        let mut parameters = Parameters::new();
        let relu = Conv3dConfig {
            relu: true,
            ..Conv3dConfig::default()
        };
        let place = &mut parameters.builder(3);
        let filter = CrossHair3d::new(&mut place.at("block"), [2, 5], 3, relu).unwrap();
        let names: Vec<&str> = parameters.trainable().map(|(name, _)| name).collect();
        let expected = [
            "block.bias",
            "block.yx.weight",
            "block.zx.weight",
            "block.zy.weight",
        ];
        assert_eq!(names, expected);
        assert_eq!(parameters.count(), 2 * 5 * 3 * 9 + 5);
        let x = noise(&[1, 2, 6, 5, 7], 2).to_dtype(DType::F32).unwrap();
        let ours = filter.forward(&x, &Mode::Evaluation).unwrap();
        let dense = filter
            .dense()
            .unwrap()
            .forward(&x, &Mode::Evaluation)
            .unwrap();
        let numbers = |t: &Tensor| t.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        assert_eq!(numbers(&ours), numbers(&dense));
        assert!(numbers(&ours).iter().any(|v| *v > 0.0));
    }
}
