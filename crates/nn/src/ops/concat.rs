//! Concatenation along channels.

use candle_core::backend::BackendStorage;
use candle_core::{CpuStorage, CustomOp2, Layout, Result, Shape, Tensor, bail};
use rayon::prelude::*;

use crate::Element;
use crate::host::{Host, elements, storage, tensor, with_element};

/// The channels of `a`, then those of `b`: (n, c, …) and (n, d, …) become (n, c + d, …).
///
/// # Errors
/// Shapes that differ elsewhere than in the number of channels.
pub fn concat_channels(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    let (left, right) = (a.dims(), b.dims());
    let fits = left.len() == right.len()
        && left.len() >= 2
        && left
            .iter()
            .zip(right)
            .enumerate()
            .all(|(axis, (l, r))| axis == 1 || l == r);
    if !fits || a.elem_count() * b.elem_count() == 0 {
        bail!("channels of {left:?} and {right:?} cannot be put together");
    }
    let mut shape = left.to_vec();
    shape[1] += right[1];
    let positions: usize = left[2..].iter().product();
    let op = Concat {
        lens: [left[1] * positions, right[1] * positions],
        shape,
    };
    a.contiguous()?.apply_op2(&b.contiguous()?, op)
}

struct Concat {
    /// Elements of one image of either argument.
    lens: [usize; 2],
    shape: Vec<usize>,
}

impl Concat {
    fn join<T: Element>(&self, a: &[T], b: &[T]) -> Vec<T> {
        let [left, right] = self.lens;
        let mut joined = vec![T::zero(); a.len() + b.len()];
        joined
            .par_chunks_mut(left + right)
            .zip(a.par_chunks(left).zip(b.par_chunks(right)))
            .for_each(|(joined, (a, b))| {
                joined[..left].copy_from_slice(a);
                joined[left..].copy_from_slice(b);
            });
        joined
    }

    fn part<T: Element>(&self, joined: &[T], right: bool) -> Vec<T> {
        let len = self.lens[usize::from(right)];
        let start = if right { self.lens[0] } else { 0 };
        let whole = self.lens[0] + self.lens[1];
        let mut part = vec![T::zero(); joined.len() / whole * len];
        part.par_chunks_mut(len)
            .zip(joined.par_chunks(whole))
            .for_each(|(part, joined)| part.copy_from_slice(&joined[start..start + len]));
        part
    }
}

impl CustomOp2 for Concat {
    fn name(&self) -> &'static str {
        "concat channels"
    }

    fn cpu_fwd(
        &self,
        a: &CpuStorage,
        a_layout: &Layout,
        b: &CpuStorage,
        b_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        with_element!(a.dtype(), T => {
            let joined = self.join::<T>(elements(a, a_layout)?, elements(b, b_layout)?);
            Ok(storage(joined, self.shape.as_slice()))
        })
    }

    fn bwd(
        &self,
        a: &Tensor,
        b: &Tensor,
        _result: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let gradient = gradient.contiguous()?;
        with_element!(a.dtype(), T => {
            let gradient = Host::of(&gradient);
            let dy = gradient.elements::<T>()?;
            let part = |argument: &Tensor, right| {
                let wanted = argument.track_op();
                wanted.then(|| tensor(self.part(dy, right), argument.shape())).transpose()
            };
            Ok((part(a, false)?, part(b, true)?))
        })
    }
}
