//! Normalization of planes: what batch norm and group norm share.
//!
//! A plane is the positions of one channel of one image. Numbers by plane are given as a list that is gone through again
//! and again: one for each channel serves all images.

use rayon::prelude::*;

use super::sum::{self, Spread};
use crate::Element;

/// Count, mean and squared deviations of each run of `len` elements.
pub(crate) fn spreads<T: Element>(x: &[T], len: usize) -> Vec<Spread> {
    x.par_chunks(len).map(Spread::of).collect()
}

/// A plane's map `y = (x − mean)·scale + shift`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line {
    pub(crate) mean: f64,
    pub(crate) scale: f64,
    pub(crate) shift: f64,
}

/// Maps each plane of `positions` elements by its line.
pub(crate) fn normalize<T: Element>(x: &[T], positions: usize, lines: &[Line]) -> Vec<T> {
    let mut y = vec![T::zero(); x.len()];
    y.par_chunks_mut(positions)
        .zip(x.par_chunks(positions))
        .enumerate()
        .for_each(|(plane, (y, x))| {
            let line = lines[plane % lines.len()];
            let (mean, scale) = (T::from_f64(line.mean), T::from_f64(line.scale));
            let shift = T::from_f64(line.shift);
            y.iter_mut()
                .zip(x)
                .for_each(|(y, x)| *y = (*x - mean) * scale + shift);
        });
    y
}

/// `Σ dy·(x − mean)` and `Σ dy` of each plane.
pub(crate) fn sums<T: Element>(
    x: &[T],
    dy: &[T],
    positions: usize,
    means: &[f64],
) -> Vec<[f64; 2]> {
    x.par_chunks(positions)
        .zip(dy.par_chunks(positions))
        .enumerate()
        .map(|(plane, (x, dy))| {
            let mean = T::from_f64(means[plane % means.len()]);
            [sum::centered_dot(x, mean, dy), sum::sum(dy)]
        })
        .collect()
}

/// How the gradient of a plane follows from that of its result: `dx = dy·scale + (x − mean)·slope + shift`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pull {
    pub(crate) mean: f64,
    pub(crate) scale: f64,
    pub(crate) slope: f64,
    pub(crate) shift: f64,
}

/// Gradient of the input, each plane by its pull.
pub(crate) fn input_gradient<T: Element>(
    x: &[T],
    dy: &[T],
    positions: usize,
    pulls: &[Pull],
) -> Vec<T> {
    let mut dx = vec![T::zero(); x.len()];
    dx.par_chunks_mut(positions)
        .zip(x.par_chunks(positions).zip(dy.par_chunks(positions)))
        .enumerate()
        .for_each(|(plane, (dx, (x, dy)))| {
            let pull = pulls[plane % pulls.len()];
            let (scale, slope) = (T::from_f64(pull.scale), T::from_f64(pull.slope));
            let (shift, mean) = (T::from_f64(pull.shift), T::from_f64(pull.mean));
            for (dx, (x, dy)) in dx.iter_mut().zip(x.iter().zip(dy)) {
                *dx = *dy * scale + (*x - mean) * slope + shift;
            }
        });
    dx
}
