//! Transposed convolutions with stride = kernel size, in two and three dimensions.

use candle_core::{Result, Tensor, bail};

use super::apply::apply;
use super::operation::{Needs, Operation, Pass};
use crate::Element;
use rsom_kernels::sum::by_channel;
use rsom_kernels::transpose::{Tiles, transpose, transpose_data, transpose_weights};

/// `y[m, o, n·i + a, n·j + b] = bias[o] + Σ_c w[c, o, a, b] · x[m, c, i, j]` with kernel n × n and stride n
/// (U-Net's up-convolution: n = 2).
///
/// `x` has shape (images, in, height, width), `weight` (in, out, n, n) as in PyTorch, `bias` (out), the result
/// (images, out, n·height, n·width).
///
/// # Errors
/// Returns an error if the channels do not fit, if the kernel is not square, or if a tensor is empty.
pub fn conv_transpose2d(x: &Tensor, weight: &Tensor, bias: &Tensor) -> Result<Tensor> {
    let (images, inputs, height, width) = x.dims4()?;
    let (expected, outputs, n, other) = weight.dims4()?;
    if inputs != expected || n != other || bias.elem_count() != outputs || x.elem_count() * n == 0 {
        bail!(
            "cannot apply a transposed convolution with weights of shape {1:?} and bias of shape {2:?} to an input of shape {0:?}",
            x.dims(),
            weight.dims(),
            bias.dims()
        );
    }
    let tiles = Tiles {
        inputs,
        outputs,
        depth: 1,
        height,
        width,
        deep: 1,
        n,
    };
    let shape = (images, outputs, n * height, n * width);
    apply(Transposed { images, tiles }, &[x, weight, bias], shape)
}

/// [`conv_transpose2d`] in three dimensions.
///
/// `x` has shape (images, in, depth, height, width), `weight` (in, out, n, n, n), `bias` (out), the result
/// (images, out, n·depth, n·height, n·width).
///
/// # Errors
/// Returns an error if the channels do not fit, if the kernel is not a cube, or if a tensor is empty.
pub fn conv_transpose3d(x: &Tensor, weight: &Tensor, bias: &Tensor) -> Result<Tensor> {
    let (images, inputs, depth, height, width) = x.dims5()?;
    let (expected, outputs, n, rows, columns) = weight.dims5()?;
    let cube = [rows, columns] == [n; 2] && x.elem_count() * n > 0;
    if inputs != expected || !cube || bias.elem_count() != outputs {
        bail!(
            "cannot apply a transposed convolution with weights of shape {1:?} and bias of shape {2:?} to an input of shape {0:?}",
            x.dims(),
            weight.dims(),
            bias.dims()
        );
    }
    let tiles = Tiles {
        inputs,
        outputs,
        depth,
        height,
        width,
        deep: n,
        n,
    };
    let shape = (images, outputs, n * depth, n * height, n * width);
    apply(Transposed { images, tiles }, &[x, weight, bias], shape)
}

struct Transposed {
    images: usize,
    tiles: Tiles,
}

impl Operation for Transposed {
    const NAME: &'static str = "transposed convolution";

    fn needs(&self) -> Needs {
        Needs::INPUTS
    }

    /// `inputs`: input, weights, bias.
    fn forward<T: Element>(&self, inputs: &[&[T]]) -> Vec<T> {
        transpose(inputs[0], inputs[1], inputs[2], self.tiles)
    }

    fn backward<T: Element>(&self, pass: &Pass<T>) -> Vec<Option<Vec<T>>> {
        let (dy, outputs) = (pass.gradient, self.tiles.outputs);
        vec![
            pass.wanted(0, || transpose_data(dy, pass.inputs[1], self.tiles)),
            pass.wanted(1, || transpose_weights(pass.inputs[0], dy, self.tiles)),
            pass.wanted(2, || {
                by_channel(dy, outputs, dy.len() / (self.images * outputs))
            }),
        ]
    }

    /// One matrix product, followed by a permutation of its rows.
    fn composed(&self, inputs: &[Tensor]) -> Result<Tensor> {
        let Tiles {
            inputs: c,
            outputs: o,
            depth,
            height,
            width,
            deep,
            n,
        } = self.tiles;
        let weight = inputs[1]
            .reshape((c, o * deep * n * n))?
            .t()?
            .contiguous()?;
        let x = inputs[0].reshape((self.images, c, depth * height * width))?;
        let y = weight
            .broadcast_matmul(&x)?
            .reshape(vec![self.images, o, deep, n, n, depth, height, width])?
            .permute(vec![0, 1, 5, 2, 6, 3, 7, 4])?
            .reshape((self.images, o, ()))?;
        y.broadcast_add(&inputs[2].reshape((1, o, 1))?)
    }
}
