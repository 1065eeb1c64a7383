//! What is resampled, and what a resample gives.

use crate::random::Random;

/// Relative tolerance within which a replicate equals the estimate.
const RELATIVE: f64 = 1e-12;

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

    pub(super) fn statistic(&self) -> f64 {
        self.sums.iter().sum::<f64>() / self.weights.iter().sum::<f64>()
    }

    /// The units around the statistic: what is left of their sums after its removal.
    pub(super) fn centered(&self, statistic: f64) -> Self {
        let pairs = self.sums.iter().zip(&self.weights);
        Self {
            sums: pairs.map(|(s, w)| s - statistic * w).collect(),
            weights: self.weights.clone(),
        }
    }

    /// Statistic of a resample.
    pub(super) fn resampled(&self, random: &mut Random) -> f64 {
        let n = self.sums.len();
        let (mut sum, mut weight) = (0.0, 0.0);
        for _ in 0..n {
            let unit = random.below(n);
            sum += self.sums[unit];
            weight += self.weights[unit];
        }
        sum / weight
    }

    /// Statistic of a resample, and its variance, see [`Units::variance`]. `drawn` is room for the units of the resample.
    pub(super) fn resampled_with_variance(
        &self,
        random: &mut Random,
        drawn: &mut Vec<usize>,
    ) -> [f64; 2] {
        let n = self.sums.len();
        drawn.clear();
        let (mut sum, mut weight) = (0.0, 0.0);
        for _ in 0..n {
            let unit = random.below(n);
            drawn.push(unit);
            sum += self.sums[unit];
            weight += self.weights[unit];
        }
        let statistic = sum / weight;
        // A second pass: a difference of sums of squares would leave a spread where all drawn units are the same.
        let of_unit = |unit: &usize| (self.sums[*unit] - statistic * self.weights[*unit]).powi(2);
        let residual = drawn.iter().map(of_unit).sum();
        [statistic, variance(residual, n, weight)]
    }

    /// Variance of the statistic θ by linearization: n/(n − 1) · Σ (s − θ·w)² / (Σ w)²; of values, s²/n.
    pub(super) fn variance(&self) -> f64 {
        let statistic = self.statistic();
        let pairs = self.sums.iter().zip(&self.weights);
        let residual = pairs.map(|(s, w)| (s - statistic * w).powi(2)).sum();
        variance(residual, self.sums.len(), self.weights.iter().sum())
    }

    /// Jackknife influence of each unit divided by n: (mean of the left-out statistics − left-out statistic)·(n − 1)/n.
    pub(super) fn influences(&self) -> Vec<f64> {
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
    pub(super) fn noise(&self, centered: &Self) -> f64 {
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

fn variance(residual: f64, n: usize, weight: f64) -> f64 {
    let n = n as f64;
    residual * n / (n - 1.0) / (weight * weight)
}

/// The variance of the difference of the statistics of samples, from the variance of each and its number of units, and its degrees
/// of freedom after Welch and Satterthwaite; of one sample, n − 1.
pub(super) fn welch(samples: impl Iterator<Item = (f64, usize)>) -> (f64, f64) {
    let (mut variance, mut squares) = (0.0, 0.0);
    for (of_sample, n) in samples {
        variance += of_sample;
        squares += of_sample * of_sample / (n as f64 - 1.0);
    }
    (variance, variance * variance / squares)
}

/// Of two samples, the first counts positive, the second negative.
pub(super) fn sign(place: usize) -> f64 {
    if place == 0 { 1.0 } else { -1.0 }
}
