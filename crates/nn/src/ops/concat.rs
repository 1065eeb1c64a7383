//! Concatenation along channels.

use candle_core::{Result, Tensor, bail};
use rayon::prelude::*;

use super::apply::apply;
use super::operation::{Needs, Operation, Pass};
use crate::Element;

/// Concatenates the channels of `a` and `b`: (n, c, …) and (n, d, …) become (n, c + d, …).
///
/// # Errors
/// Returns an error if the shapes differ in another axis than the channels, or if a tensor is empty.
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
        bail!(
            "cannot concatenate the channels of {left:?} and {right:?}: all other axes must be equal and not empty"
        );
    }
    let mut shape = left.to_vec();
    shape[1] += right[1];
    let positions: usize = left[2..].iter().product();
    let op = Concat {
        lens: [left[1] * positions, right[1] * positions],
    };
    apply(op, &[a, b], shape)
}

struct Concat {
    /// Elements of one image of the first and of the second input.
    lens: [usize; 2],
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

impl Operation for Concat {
    const NAME: &'static str = "concat channels";

    fn needs(&self) -> Needs {
        Needs::NOTHING
    }

    fn forward<T: Element>(&self, inputs: &[&[T]]) -> Vec<T> {
        self.join(inputs[0], inputs[1])
    }

    fn backward<T: Element>(&self, pass: &Pass<T>) -> Vec<Option<Vec<T>>> {
        vec![
            pass.wanted(0, || self.part(pass.gradient, false)),
            pass.wanted(1, || self.part(pass.gradient, true)),
        ]
    }

    fn composed(&self, inputs: &[Tensor]) -> Result<Tensor> {
        Tensor::cat(inputs, 1)
    }
}
