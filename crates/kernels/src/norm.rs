//! Normalization of planes, shared by batch norm and group norm.
//!
//! A plane contains the positions of one channel of one image. Lists of per-plane values are repeated cyclically: a
//! list with one value per channel applies to all images.

use rayon::prelude::*;

use super::sum::{self, Spread};
use crate::Element;

/// Count, mean and squared deviations of each run of `len` elements.
pub fn spreads<T: Element>(x: &[T], len: usize) -> Vec<Spread> {
    x.par_chunks(len).map(Spread::of).collect()
}

/// The linear map of a plane, `y = (x − mean)·scale + shift`.
#[derive(Debug, Clone, Copy)]
pub struct Line {
    /// Mean that is subtracted.
    pub mean: f64,
    /// Factor.
    pub scale: f64,
    /// Summand.
    pub shift: f64,
}

/// Normalizes each plane of `positions` elements by its line.
pub fn normalize<T: Element>(x: &[T], positions: usize, lines: &[Line]) -> Vec<T> {
    let mut y = vec![T::zero(); x.len()];
    y.par_chunks_mut(positions)
        .zip(x.par_chunks(positions))
        .enumerate()
        .for_each(|(plane, (y, x))| {
            let line = lines[plane % lines.len()];
            let (mean, scale) = (T::from_double(line.mean), T::from_double(line.scale));
            let shift = T::from_double(line.shift);
            y.iter_mut()
                .zip(x)
                .for_each(|(y, x)| *y = (*x - mean) * scale + shift);
        });
    y
}

/// `Σ dy·(x − mean)` and `Σ dy` of each plane.
pub fn sums<T: Element>(x: &[T], dy: &[T], positions: usize, means: &[f64]) -> Vec<[f64; 2]> {
    x.par_chunks(positions)
        .zip(dy.par_chunks(positions))
        .enumerate()
        .map(|(plane, (x, dy))| {
            let mean = T::from_double(means[plane % means.len()]);
            [sum::centered_dot(x, mean, dy), sum::sum(dy)]
        })
        .collect()
}

/// The gradient map of a plane, from the gradient of its result: `dx = dy·scale + (x − mean)·slope + shift`.
#[derive(Debug, Clone, Copy)]
pub struct Pull {
    /// Mean of the plane.
    pub mean: f64,
    /// Factor of the result's gradient.
    pub scale: f64,
    /// Factor of the deviation from the mean.
    pub slope: f64,
    /// Summand.
    pub shift: f64,
}

/// Gradient of the input, each plane by its [`Pull`].
pub fn input_gradient<T: Element>(x: &[T], dy: &[T], positions: usize, pulls: &[Pull]) -> Vec<T> {
    let mut dx = vec![T::zero(); x.len()];
    dx.par_chunks_mut(positions)
        .zip(x.par_chunks(positions).zip(dy.par_chunks(positions)))
        .enumerate()
        .for_each(|(plane, (dx, (x, dy)))| {
            let pull = pulls[plane % pulls.len()];
            let (scale, slope) = (T::from_double(pull.scale), T::from_double(pull.slope));
            let (shift, mean) = (T::from_double(pull.shift), T::from_double(pull.mean));
            for (dx, (x, dy)) in dx.iter_mut().zip(x.iter().zip(dy)) {
                *dx = *dy * scale + (*x - mean) * slope + shift;
            }
        });
    dx
}
