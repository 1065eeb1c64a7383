//! Batch norm over (image, channel, position).

use rayon::prelude::*;

use super::sum::{self, Spread};
use crate::Element;

/// Mean and variance that a channel is normalised with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Moment {
    pub(crate) mean: f64,
    pub(crate) variance: f64,
}

/// Mean and biased variance of each channel.
pub(crate) fn moments<T: Element>(x: &[T], channels: usize, positions: usize) -> Vec<Moment> {
    (0..channels)
        .into_par_iter()
        .map(|channel| {
            let planes = x.chunks_exact(positions).skip(channel).step_by(channels);
            let spread = planes
                .map(Spread::of)
                .fold(Spread::default(), Spread::merge);
            Moment {
                mean: spread.mean,
                variance: spread.squares / spread.count,
            }
        })
        .collect()
}

/// `y = (x − mean)/√(variance + eps) · weight + bias`, each of the four by channel.
pub(crate) fn normalise<T: Element>(
    x: &[T],
    positions: usize,
    moments: &[Moment],
    [weight, bias]: [&[T]; 2],
    eps: f64,
) -> Vec<T> {
    let channels = moments.len();
    let mut y = vec![T::zero(); x.len()];
    y.par_chunks_mut(positions)
        .zip(x.par_chunks(positions))
        .enumerate()
        .for_each(|(plane, (y, x))| {
            let channel = plane % channels;
            let moment = moments[channel];
            let scale = weight[channel].to_f64() / (moment.variance + eps).sqrt();
            let (scale, mean, bias) = (T::from_f64(scale), T::from_f64(moment.mean), bias[channel]);
            y.iter_mut()
                .zip(x)
                .for_each(|(y, x)| *y = (*x - mean) * scale + bias);
        });
    y
}

/// Gradients of weight and bias of each channel: `Σ dy·(x − mean)/√(variance + eps)` and `Σ dy`.
pub(crate) fn parameter_gradients<T: Element>(
    x: &[T],
    dy: &[T],
    positions: usize,
    moments: &[Moment],
    eps: f64,
) -> Vec<[f64; 2]> {
    let channels = moments.len();
    (0..channels)
        .into_par_iter()
        .map(|channel| {
            let moment = moments[channel];
            let (mut weight, mut bias) = (0.0, 0.0);
            let planes = x.chunks_exact(positions).zip(dy.chunks_exact(positions));
            for (x, dy) in planes.skip(channel).step_by(channels) {
                weight += sum::centered_dot(x, T::from_f64(moment.mean), dy);
                bias += sum::sum(dy);
            }
            [weight / (moment.variance + eps).sqrt(), bias]
        })
        .collect()
}

/// How the gradient of the input follows from that of the output: `dx = dy·scale + (x − mean)·slope + shift`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pull {
    pub(crate) scale: f64,
    pub(crate) slope: f64,
    pub(crate) shift: f64,
    pub(crate) mean: f64,
}

/// Gradient of the input, by channel as [`Pull`] says.
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
