//! The bias-corrected and accelerated interval.

use super::config::{BootstrapConfig, MeanInterval};
use super::estimate::MeanEstimate;
use super::resampling::{Resampled, sorted};
use super::units::{Units, sign, welch};
use crate::random::Random;
use crate::tails::{normal, student_t};

/// The BCa interval (Efron 1987, JASA 82, 171–185) of the statistic of one sample, or of the difference first −
/// second of two independent samples.
///
/// Ends are the quantiles of the replicates at Φ(z₀ + (z₀ + z)/(1 − a(z₀ + z))), z = ±z₁₋α/₂. z₀ is the normal
/// quantile of the fraction of replicates below the estimate, where equal ones count half. a = Σ L³/(6(Σ L²)^{3/2})
/// with the jackknife influences L of each unit divided by the size of its sample (Davison & Hinkley 1997, equation
/// 5.24).
///
/// *Expanded*: the spread of a resample lacks the factor n/(n − 1) of the variance, and its normal quantile should be one of t. So
/// z is replaced by √(n/(n − 1))·t₁₋α/₂ with n − 1 degrees of freedom; for two samples by the corresponding factor of the sum of
/// their variances, with Welch's degrees of freedom.
pub(super) fn bca(resampled: &Resampled, config: BootstrapConfig, result: &mut MeanEstimate) {
    let centered = &resampled.centered;
    let influences = centered.iter().enumerate().flat_map(|(i, c)| {
        let of_sample = c.influences().into_iter();
        of_sample.map(move |influence| sign(i) * influence)
    });
    let acceleration = skewness(influences);
    result.acceleration = Some(acceleration);
    let mut random = Random::stream(config.seed, 0);
    let deviations = sorted(config.replicates, || {
        let parts = centered.iter().enumerate();
        parts.map(|(i, c)| sign(i) * c.resampled(&mut random)).sum()
    });
    let Some(bias) = bias_correction(&deviations, resampled.noise) else {
        result.note = Some("all replicates lie on one side of the estimate");
        return;
    };
    result.bias_correction = Some(bias);
    let tail = (1.0 - config.confidence) / 2.0;
    let z = match config.interval {
        MeanInterval::ExpandedBca => expanded_quantile(centered, tail),
        _ => -normal::quantile(tail),
    };
    let places = [-z, z].map(|z| {
        let moved = bias + (bias + z) / (1.0 - acceleration * (bias + z));
        normal::lower_tail(moved)
    });
    result.set_ends(&deviations, places, |deviation| deviation);
}

/// Σ L³/(6(Σ L²)^{3/2}), where not all L are zero.
fn skewness(influences: impl Iterator<Item = f64>) -> f64 {
    let all: Vec<f64> = influences.collect();
    let largest = all.iter().fold(0.0, |l: f64, v| l.max(v.abs()));
    let power = |k| all.iter().map(|v| (v / largest).powi(k)).sum::<f64>();
    let squares = power(2);
    power(3) / (6.0 * squares * squares.sqrt())
}

fn bias_correction(sorted: &[f64], noise: f64) -> Option<f64> {
    let below = sorted.partition_point(|d| *d < -noise);
    let up_to = sorted.partition_point(|d| *d <= noise);
    let fraction = (below + up_to) as f64 / 2.0 / sorted.len() as f64;
    (fraction > 0.0 && fraction < 1.0).then(|| normal::quantile(fraction))
}

/// The quantile of an expanded interval, in standard deviations of the resamples. The samples have a spread.
fn expanded_quantile(centered: &[Units], tail: f64) -> f64 {
    // Σ L² is the variance of the resamples of a sample.
    let resampled: Vec<(f64, usize)> = (centered.iter())
        .map(|units| {
            let squares = units.influences().into_iter().map(|l| l * l);
            (squares.sum(), units.sums.len())
        })
        .collect();
    let of_means = resampled.iter().map(|(variance, n)| {
        let unbiased = variance * *n as f64 / (*n as f64 - 1.0);
        (unbiased, *n)
    });
    let (unbiased, df) = welch(of_means);
    let biased: f64 = resampled.iter().map(|(variance, _)| variance).sum();
    (unbiased / biased).sqrt() * student_t::upper_quantile(tail, df)
}
