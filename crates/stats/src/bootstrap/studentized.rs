//! The studentized interval, also called bootstrap-t.

use super::config::BootstrapConfig;
use super::estimate::MeanEstimate;
use super::resampling::{Resampled, sorted};
use super::units::{Units, sign};
use crate::random::Random;

/// The studentized interval (Hall 1988, Annals of Statistics 16, 927–953; Davison & Hinkley 1997, section 5.2.1) of the
/// statistic of one sample, or of the difference first − second of two independent samples.
///
/// With the standard error se of the sample and that of each replicate, t* = (θ* − θ)/se*, the interval is θ − se·t*₁₋α/₂ to
/// θ − se·t*_α/₂. The squared standard error is n/(n − 1) · Σ (s − θ·w)²/(Σ w)² over units with sum s and weight w, and the sum of both
/// for two samples: s²/n for means.
pub(super) fn studentized(
    resampled: &Resampled,
    config: BootstrapConfig,
    result: &mut MeanEstimate,
) {
    let centered = &resampled.centered;
    let mut random = Random::stream(config.seed, 0);
    let mut drawn = Vec::new();
    let t = sorted(config.replicates, || {
        let (mut deviation, mut variance) = (0.0, 0.0);
        for (i, units) in centered.iter().enumerate() {
            let [statistic, of_sample] = units.resampled_with_variance(&mut random, &mut drawn);
            deviation += sign(i) * statistic;
            variance += of_sample;
        }
        ratio(deviation, variance, resampled.noise)
    });
    let se = centered.iter().map(Units::variance).sum::<f64>().sqrt();
    let tail = (1.0 - config.confidence) / 2.0;
    result.set_ends(&t, [1.0 - tail, tail], |t| -se * t);
}

/// t; infinite for a resample without spread, and 0 if that lies on the estimate.
fn ratio(deviation: f64, variance: f64, noise: f64) -> f64 {
    match () {
        () if deviation.abs() <= noise => 0.0,
        () if variance.sqrt() <= noise => f64::INFINITY.copysign(deviation),
        () => deviation / variance.sqrt(),
    }
}
