//! Transposed 2-D convolution whose stride equals its kernel.

use candle_core::backend::BackendStorage;
use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor, bail};

use crate::Element;
use crate::host::{Host, elements, storage, tensor, with_element};
use crate::kernels::sum::by_channel;
use crate::kernels::transpose::{Tiles, transpose, transpose_data, transpose_weights};

/// `y[m, o, n·i + a, n·j + b] = bias[o] + Σ_c w[c, o, a, b] · x[m, c, i, j]` with kernel n × n and stride n
/// (U-Net's up-convolution: n = 2).
///
/// `x` is (images, in, height, width), `weight` (in, out, n, n) as PyTorch has it, `bias` (out); the result is
/// (images, out, n·height, n·width).
///
/// # Errors
/// Channels that do not fit, a kernel that is not square, an empty tensor.
pub fn conv_transpose2d(x: &Tensor, weight: &Tensor, bias: &Tensor) -> Result<Tensor> {
    let (images, inputs, height, width) = x.dims4()?;
    let (expected, outputs, n, other) = weight.dims4()?;
    if inputs != expected || n != other || bias.elem_count() != outputs || x.elem_count() * n == 0 {
        bail!(
            "no transposed convolution of {:?} by {:?} and a bias {:?}",
            x.dims(),
            weight.dims(),
            bias.dims()
        );
    }
    let tiles = Tiles {
        inputs,
        outputs,
        height,
        width,
        n,
    };
    let op = Transposed { images, tiles };
    x.contiguous()?
        .apply_op3(&weight.contiguous()?, &bias.contiguous()?, op)
}

struct Transposed {
    images: usize,
    tiles: Tiles,
}

impl Transposed {
    fn gradients<T: Element>(
        &self,
        [x, weight, bias]: [&Tensor; 3],
        gradient: &Tensor,
    ) -> Result<[Option<Tensor>; 3]> {
        let gradient = gradient.contiguous()?;
        let gradient = Host::of(&gradient);
        let dy: &[T] = gradient.elements()?;
        let mut gradients = [None, None, None];
        if x.track_op() {
            let weight = Host::of(weight);
            let dx = transpose_data(dy, weight.elements()?, self.tiles);
            gradients[0] = Some(tensor(dx, x.shape())?);
        }
        if weight.track_op() {
            let x = Host::of(x);
            let dw = transpose_weights(x.elements()?, dy, self.tiles);
            gradients[1] = Some(tensor(dw, weight.shape())?);
        }
        if bias.track_op() {
            let positions = dy.len() / (self.images * self.tiles.outputs);
            let db = by_channel(dy, self.tiles.outputs, positions);
            gradients[2] = Some(tensor(db, bias.shape())?);
        }
        Ok(gradients)
    }
}

impl CustomOp3 for Transposed {
    fn name(&self) -> &'static str {
        "transposed convolution"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        weight: &CpuStorage,
        weight_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let t = self.tiles;
        let shape = (self.images, t.outputs, t.n * t.height, t.n * t.width);
        with_element!(x.dtype(), T => {
            let weight = elements::<T>(weight, weight_layout)?;
            let bias = elements::<T>(bias, bias_layout)?;
            Ok(storage(transpose(elements(x, x_layout)?, weight, bias, t), shape))
        })
    }

    fn bwd(
        &self,
        x: &Tensor,
        weight: &Tensor,
        bias: &Tensor,
        _result: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        with_element!(x.dtype(), T => {
            let [dx, dw, db] = self.gradients::<T>([x, weight, bias], gradient)?;
            Ok((dx, dw, db))
        })
    }
}
