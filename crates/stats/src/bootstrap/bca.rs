//! The bias-corrected and accelerated bootstrap interval of a ratio of sums.

use super::config::BootstrapConfig;
use crate::ConfidenceInterval;
use crate::random::Random;
use crate::tails::{normal, student_t};

/// Relative tolerance within which a replicate equals the estimate.
const RELATIVE: f64 = 1e-12;

/// An estimate with its BCa interval.
#[derive(Debug, Clone, PartialEq)]
pub struct BcaEstimate {
    /// The estimate from the sample.
    pub estimate: f64,
    /// The interval; `None` when it is not defined, see `note`.
    pub interval: Option<ConfidenceInterval>,
    /// Why there is no interval, or what limits it.
    pub note: Option<&'static str>,
    /// The bias correction z₀.
    pub bias_correction: Option<f64>,
    /// The acceleration a.
    pub acceleration: Option<f64>,
    /// Number of units that were resampled: pairs, values or clusters.
    pub n_units: usize,
}

/// The resampled units of one sample: its statistic is Σ sums / Σ weights.
pub(crate) struct Units {
    pub sums: Vec<f64>,
    /// Positive.
    pub weights: Vec<f64>,
}

impl Units {
    pub(crate) fn of_values(values: &[f64]) -> Self {
        Self {
            sums: values.to_vec(),
            weights: vec![1.0; values.len()],
        }
    }

    fn statistic(&self) -> f64 {
        self.sums.iter().sum::<f64>() / self.weights.iter().sum::<f64>()
    }

    /// The units around the statistic: what is left of their sums after its removal.
    fn centered(&self, statistic: f64) -> Self {
        let pairs = self.sums.iter().zip(&self.weights);
        Self {
            sums: pairs.map(|(s, w)| s - statistic * w).collect(),
            weights: self.weights.clone(),
        }
    }

    /// Statistic of a resample.
    fn resampled(&self, random: &mut Random) -> f64 {
        let n = self.sums.len();
        let (mut sum, mut weight) = (0.0, 0.0);
        for _ in 0..n {
            let unit = random.below(n);
            sum += self.sums[unit];
            weight += self.weights[unit];
        }
        sum / weight
    }

    /// Jackknife influence of each unit divided by n: (mean of the left-out statistics − left-out statistic)·(n − 1)/n.
    fn influences(&self) -> Vec<f64> {
        let n = self.sums.len() as f64;
        let (sum, weight) = (
            self.sums.iter().sum::<f64>(),
            self.weights.iter().sum::<f64>(),
        );
        let pairs = self.sums.iter().zip(&self.weights);
        let left_out: Vec<f64> = pairs.map(|(s, w)| (sum - s) / (weight - w)).collect();
        let mean = left_out.iter().sum::<f64>() / n;
        left_out
            .iter()
            .map(|v| (mean - v) * (n - 1.0) / n)
            .collect()
    }

    /// Size below which a deviation from the statistic is floating-point noise.
    fn noise(&self, centered: &Self) -> f64 {
        let per_unit = |units: &Self| -> Vec<f64> {
            let pairs = units.sums.iter().zip(&units.weights);
            pairs.map(|(s, w)| (s / w).abs()).collect()
        };
        let largest = per_unit(self).into_iter().fold(0.0, f64::max);
        let deviations = per_unit(centered);
        let typical = deviations.iter().sum::<f64>() / deviations.len() as f64;
        (RELATIVE * typical).max(16.0 * f64::EPSILON * largest)
    }
}

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
pub(crate) fn bca(samples: &[Units], config: BootstrapConfig) -> BcaEstimate {
    let statistics: Vec<f64> = samples.iter().map(Units::statistic).collect();
    let estimate = statistics
        .iter()
        .enumerate()
        .map(|(i, s)| sign(i) * s)
        .sum();
    let centered: Vec<Units> = samples
        .iter()
        .zip(&statistics)
        .map(|(units, statistic)| units.centered(*statistic))
        .collect();
    let mut result = BcaEstimate {
        estimate,
        interval: None,
        note: None,
        bias_correction: None,
        acceleration: None,
        n_units: samples.iter().map(|units| units.sums.len()).sum(),
    };
    if samples.iter().any(|units| units.sums.len() < 2) {
        result.note = Some("an interval needs at least two units");
        return result;
    }
    let noise = samples.iter().zip(&centered);
    let noise = noise.map(|(units, c)| units.noise(c)).fold(0.0, f64::max);
    let deviations = deviations(&centered, config);
    let influences = centered.iter().enumerate().flat_map(|(i, c)| {
        let of_sample = c.influences().into_iter();
        of_sample.map(move |influence| sign(i) * influence)
    });
    let Some(acceleration) = skewness(influences, noise) else {
        result.note = Some("all units have the same value: no spread to resample");
        return result;
    };
    result.acceleration = Some(acceleration);
    let Some(bias) = bias_correction(&deviations, noise) else {
        result.note = Some("all replicates lie on one side of the estimate");
        return result;
    };
    result.bias_correction = Some(bias);
    let tail = (1.0 - config.confidence) / 2.0;
    let z = match config.expanded {
        true => expanded_quantile(&centered, tail),
        false => -normal::quantile(tail),
    };
    let (ends, extreme) = quantiles(&deviations, bias, acceleration, z);
    if extreme {
        result.note = Some("an end is the smallest or largest replicate: use more replicates");
    }
    result.interval = Some(ConfidenceInterval {
        low: estimate + ends[0],
        high: estimate + ends[1],
        confidence: config.confidence,
    });
    result
}

/// The first sample counts positive, the second negative.
fn sign(place: usize) -> f64 {
    if place == 0 { 1.0 } else { -1.0 }
}

/// The sorted deviations of the replicates from the estimate.
fn deviations(centered: &[Units], config: BootstrapConfig) -> Vec<f64> {
    let mut random = Random::stream(config.seed, 0);
    let mut deviations: Vec<f64> = (0..config.replicates)
        .map(|_| {
            let parts = centered.iter().enumerate();
            parts.map(|(i, c)| sign(i) * c.resampled(&mut random)).sum()
        })
        .collect();
    deviations.sort_by(f64::total_cmp);
    deviations
}

/// Σ L³/(6(Σ L²)^{3/2}); `None` when all L are noise.
fn skewness(influences: impl Iterator<Item = f64>, noise: f64) -> Option<f64> {
    let all: Vec<f64> = influences.collect();
    let largest = all.iter().fold(0.0, |l: f64, v| l.max(v.abs()));
    // An influence is a deviation divided by the number of units.
    if largest * all.len() as f64 <= noise || largest == 0.0 {
        return None;
    }
    let power = |k| all.iter().map(|v| (v / largest).powi(k)).sum::<f64>();
    let squares = power(2);
    Some(power(3) / (6.0 * squares * squares.sqrt()))
}

fn bias_correction(sorted: &[f64], noise: f64) -> Option<f64> {
    let below = sorted.partition_point(|d| *d < -noise);
    let up_to = sorted.partition_point(|d| *d <= noise);
    let fraction = (below + up_to) as f64 / 2.0 / sorted.len() as f64;
    (fraction > 0.0 && fraction < 1.0).then(|| normal::quantile(fraction))
}

/// The quantile of an expanded interval, in standard deviations of the resamples. The samples have a spread.
fn expanded_quantile(centered: &[Units], tail: f64) -> f64 {
    // Σ L², the variance of the resamples of each sample, and that of its mean.
    let (mut resampled, mut unbiased, mut squares) = (0.0, 0.0, 0.0);
    for units in centered {
        let n = units.sums.len() as f64;
        let variance: f64 = units.influences().iter().map(|l| l * l).sum();
        let of_mean = variance * n / (n - 1.0);
        resampled += variance;
        unbiased += of_mean;
        squares += of_mean * of_mean / (n - 1.0);
    }
    let df = unbiased * unbiased / squares;
    (unbiased / resampled).sqrt() * student_t::upper_quantile(tail, df)
}

/// Both ends, and whether one is at the end of the replicates. `z` is the upper quantile in standard deviations.
fn quantiles(sorted: &[f64], bias: f64, acceleration: f64, z: f64) -> ([f64; 2], bool) {
    let n = sorted.len();
    let mut extreme = false;
    let ends = [-z, z].map(|z| {
        let moved = bias + (bias + z) / (1.0 - acceleration * (bias + z));
        // The k-th smallest of B replicates is the quantile at k/(B + 1).
        let place = normal::lower_tail(moved) * (n as f64 + 1.0);
        extreme |= place < 1.0 || place > n as f64;
        let place = place.clamp(1.0, n as f64) - 1.0;
        let (below, above) = (
            sorted[place.floor() as usize],
            sorted[place.ceil() as usize],
        );
        below + (above - below) * place.fract()
    });
    (ends, extreme)
}
