//! The cubic kernel of a cross-hair filter.

use candle_core::{Result, Tensor, bail};

use super::apply::apply;
use super::operation::{Needs, Operation, Pass};
use crate::Element;

/// The cubic kernel (out, in, k, k, k) that is the sum of three plane kernels through its center: `zy` (out, in, k, k, 1),
/// `zx` (out, in, k, 1, k) and `yx` (out, in, 1, k, k), with odd k.
///
/// Convolution is linear in its kernel. So a convolution with the cubic kernel is the sum of the convolutions with the three
/// planes: the cross-hair filter of DeepVesselNet (Tetteh et al. 2020, section 2.1). One convolution with the cubic kernel
/// takes no longer than three with planes, because Winograd's method speeds up only one of the three.
///
/// # Errors
/// Returns an error if the kernels do not have these shapes, if k is even, or if there are no channels.
pub fn cross_hair_kernel(zy: &Tensor, zx: &Tensor, yx: &Tensor) -> Result<Tensor> {
    let (outputs, inputs, k, ..) = zy.dims5()?;
    let fits = zy.dims() == [outputs, inputs, k, k, 1]
        && zx.dims() == [outputs, inputs, k, 1, k]
        && yx.dims() == [outputs, inputs, 1, k, k];
    if !fits || k % 2 == 0 || outputs * inputs == 0 {
        bail!(
            "a cross-hair filter needs kernels of shape (out, in, k, k, 1), (out, in, k, 1, k) and (out, in, 1, k, k) with odd k, \
             got {:?}, {:?} and {:?}",
            zy.dims(),
            zx.dims(),
            yx.dims()
        );
    }
    let shape = (outputs, inputs, k, k, k);
    apply(CrossHair { extent: k }, &[zy, zx, yx], shape)
}

struct CrossHair {
    extent: usize,
}

impl CrossHair {
    /// Index in the cube of element `i` of the plane of an input.
    fn place(&self, argument: usize, i: usize) -> usize {
        let (k, middle) = (self.extent, self.extent / 2);
        let (first, second) = (i / k, i % k);
        match argument {
            0 => (first * k + second) * k + middle,
            1 => (first * k + middle) * k + second,
            _ => (middle * k + first) * k + second,
        }
    }
}

impl Operation for CrossHair {
    const NAME: &'static str = "cross-hair kernel";

    fn needs(&self) -> Needs {
        Needs::NOTHING
    }

    fn forward<T: Element>(&self, inputs: &[&[T]]) -> Vec<T> {
        let (plane, cube) = (self.extent.pow(2), self.extent.pow(3));
        let mut dense = vec![T::zero(); inputs[0].len() / plane * cube];
        for (argument, values) in inputs.iter().enumerate() {
            let pairs = dense.chunks_exact_mut(cube).zip(values.chunks_exact(plane));
            for (dense, values) in pairs {
                for (i, value) in values.iter().enumerate() {
                    dense[self.place(argument, i)] += *value;
                }
            }
        }
        dense
    }

    fn backward<T: Element>(&self, pass: &Pass<T>) -> Vec<Option<Vec<T>>> {
        let (plane, cube) = (self.extent.pow(2), self.extent.pow(3));
        let gradient = |argument: usize| {
            let cubes = pass.gradient.chunks_exact(cube);
            cubes
                .flat_map(|cube| (0..plane).map(move |i| cube[self.place(argument, i)]))
                .collect()
        };
        (0..3)
            .map(|argument| pass.wanted(argument, || gradient(argument)))
            .collect()
    }

    fn composed(&self, inputs: &[Tensor]) -> Result<Tensor> {
        let half = self.extent / 2;
        let zy = inputs[0].pad_with_zeros(4, half, half)?;
        let zx = inputs[1].pad_with_zeros(3, half, half)?;
        let yx = inputs[2].pad_with_zeros(2, half, half)?;
        (zy + zx)? + yx
    }
}
