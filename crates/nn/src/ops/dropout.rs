//! Dropout with a named random stream.

use std::sync::OnceLock;

use candle_core::{Device, Result, Tensor, bail};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use rayon::prelude::*;

use super::apply::apply;
use super::operation::{Needs, Operation, Pass};
use crate::Element;

/// Elements that share one ChaCha stream and form one parallel task, so that masks do not depend on the number of threads.
const CHUNK: usize = 1 << 15;

/// Sets each element to 0 with `probability`, and divides the others by 1 − `probability`.
///
/// `stream` determines the mask: chunk i of 32,768 elements draws from ChaCha stream number i.
///
/// # Errors
/// Returns an error if `probability` is outside [0, 1).
pub fn dropout(x: &Tensor, probability: f64, stream: &ChaCha8Rng) -> Result<Tensor> {
    if !(0.0..1.0).contains(&probability) {
        bail!("the dropout probability must be at least 0 and below 1, not {probability}");
    }
    let op = Dropout {
        probability,
        stream: stream.clone(),
        kept: OnceLock::new(),
    };
    apply(op, &[x], x.shape())
}

struct Dropout {
    probability: f64,
    stream: ChaCha8Rng,
    /// Mask of the elements that the forward pass kept.
    kept: OnceLock<Vec<bool>>,
}

impl Dropout {
    fn draw(&self, count: usize) -> Vec<bool> {
        // An element is kept if a uniform 32-bit word is at least the threshold.
        let threshold = (self.probability * 4_294_967_296.0).round() as u64;
        let mut kept = vec![false; count];
        kept.par_chunks_mut(CHUNK)
            .enumerate()
            .for_each(|(index, kept)| {
                let mut stream = self.stream.clone();
                stream.set_stream(index as u64);
                stream.set_word_pos(0);
                for kept in kept {
                    *kept = u64::from(stream.next_u32()) >= threshold;
                }
            });
        kept
    }

    fn scale<T: Element>(&self, x: &[T], kept: &[bool]) -> Vec<T> {
        let factors = [T::zero(), T::from_f64(1.0 / (1.0 - self.probability))];
        let mut y = vec![T::zero(); x.len()];
        y.par_chunks_mut(CHUNK)
            .zip(x.par_chunks(CHUNK).zip(kept.par_chunks(CHUNK)))
            .for_each(|(y, (x, kept))| {
                for (y, (x, kept)) in y.iter_mut().zip(x.iter().zip(kept)) {
                    *y = *x * factors[usize::from(*kept)];
                }
            });
        y
    }
}

impl Operation for Dropout {
    const NAME: &'static str = "dropout";

    fn needs(&self) -> Needs {
        Needs::NOTHING
    }

    fn forward<T: Element>(&self, inputs: &[&[T]]) -> Vec<T> {
        let kept = self.kept.get_or_init(|| self.draw(inputs[0].len()));
        self.scale(inputs[0], kept)
    }

    fn backward<T: Element>(&self, pass: &Pass<T>) -> Vec<Option<Vec<T>>> {
        let kept = self.kept.get_or_init(|| self.draw(pass.gradient.len()));
        vec![pass.wanted(0, || self.scale(pass.gradient, kept))]
    }

    /// Keeps the same elements as the kernels.
    fn composed(&self, inputs: &[Tensor]) -> Result<Tensor> {
        let x = &inputs[0];
        let kept = self.kept.get_or_init(|| self.draw(x.elem_count()));
        let factors = [0.0, 1.0 / (1.0 - self.probability)];
        let factors: Vec<f64> = kept
            .iter()
            .map(|kept| factors[usize::from(*kept)])
            .collect();
        let factors = Tensor::from_vec(factors, x.shape(), &Device::Cpu)?;
        x * factors.to_dtype(x.dtype())?.to_device(x.device())?
    }
}
