//! The ranks of the Walsh averages that bound the interval of a shift: where the signed-rank test changes its decision.

use crate::exact;
use crate::ranks::{doubled_midranks, tie_correction};
use crate::tails::normal;
use crate::walsh::WalshAverages;

/// Number of differences from which ties no longer change the exact distribution.
const TIED_BELOW: usize = 50;

/// The ends of an interval, and its confidence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Interval {
    pub low: f64,
    pub high: f64,
    pub confidence: f64,
}

/// The interval of the shifts that the exact two-sided test does not reject. Walsh averages that agree within the
/// tolerances of their differences are one.
///
/// Between two neighboring Walsh averages W+ is constant: the number of averages above the shift. Its null distribution
/// is that of ranks 1 … n when no two differences are equal. Equal differences tie at every shift, and their place among
/// the ranks depends on the shift; below 50 differences each gap between averages is tested with its own ranks. From 50
/// on, the distribution without ties is used: its closed interval has at least the stated confidence when there are ties
/// (Noether 1967, "Wilcoxon confidence intervals for location parameters in the discrete case", JASA 62, 184–188).
///
/// The confidence is that of the procedure, 1 minus the probability that the test rejects the true shift. The outermost
/// gaps always count as rejected, so a sample that is too small gets the range of its differences, with less confidence.
pub(crate) fn exact(
    differences: &[f64],
    tolerances: &[f64],
    walsh: &WalshAverages,
    confidence: f64,
) -> Interval {
    let untied = doubled_midranks(differences).ties.iter().all(|t| *t == 1);
    if !untied && differences.len() < TIED_BELOW {
        return conditional(differences, tolerances, (1.0 - confidence) / 2.0);
    }
    let ranks: Vec<u64> = (1..=differences.len() as u64).collect();
    let rank = exact::quantile(&ranks, (1.0 - confidence) / 2.0).max(1);
    let achieved = 1.0 - 2.0 * exact::lower_tail(&ranks, rank - 1);
    between(walsh, rank, achieved.max(0.0))
}

/// The same by the normal approximation, as in R's `wilcox.test`: tie-corrected variance and, if `correction` is ½,
/// continuity correction. When it cannot reach the confidence within the range of the differences, 1 − confidence is
/// doubled until it can, and `confidence` is the resulting one.
pub(crate) fn approximate(
    differences: &[f64],
    walsh: &WalshAverages,
    confidence: f64,
    correction: f64,
) -> Interval {
    let n = differences.len() as f64;
    let walsh_averages = n * (n + 1.0) / 2.0;
    // After a shift by anything but a Walsh average, absolute values tie only where differences are equal.
    let sd = tied_sd(differences);
    let (smallest, largest) = range(differences);
    let score = |shift| standard_score(differences, shift, correction);
    let mut alpha = 1.0 - confidence;
    while alpha < 1.0 {
        let z = -normal::quantile(alpha / 2.0);
        let above = walsh_averages / 2.0 + correction + z * sd;
        let inside = above < walsh_averages
            && score(smallest).is_none_or(|score| score >= z)
            && score(largest).is_none_or(|score| score <= -z);
        if inside {
            return between(walsh, (walsh_averages - above.floor()) as u64, 1.0 - alpha);
        }
        alpha *= 2.0;
    }
    // The two middle averages, or the middle one twice.
    between(walsh, (walsh_averages as u64).div_ceil(2), 0.0)
}

/// From the average of this rank (from 1), counted from below, to that counted from above.
fn between(walsh: &WalshAverages, rank: u64, confidence: f64) -> Interval {
    Interval {
        low: walsh.at(rank),
        high: walsh.at(walsh.count() + 1 - rank),
        confidence,
    }
}

/// Tests the gaps between averages from either end to the first that is kept.
fn conditional(differences: &[f64], tolerances: &[f64], tail: f64) -> Interval {
    let mirrored: Vec<f64> = differences.iter().map(|d| -d).collect();
    let (low, below) = first_kept(differences, tolerances, tail);
    let (high, above) = first_kept(&mirrored, tolerances, tail);
    Interval {
        low,
        high: 0.0 - high,
        confidence: (1.0 - below - above).max(0.0),
    }
}

/// The smallest average above which a shift is not rejected for being too small, and the largest level below `tail` that
/// the test attains in the gaps up to there.
fn first_kept(differences: &[f64], tolerances: &[f64], tail: f64) -> (f64, f64) {
    let averages = WalshAverages::of(differences).distinct(differences, tolerances);
    // Below the first average, all differences are positive: one of 2^n signs.
    let mut level = 0.5f64.powi(differences.len() as i32);
    for pair in averages.windows(2) {
        let ((average, up_to), (next, _)) = (pair[0], pair[1]);
        let shift = average / 2.0 + next / 2.0;
        let rest: Vec<f64> = differences.iter().map(|d| d - shift).collect();
        let ranks = doubled_midranks(&sizes(&rest)).ranks;
        let kept_from = exact::quantile(&ranks, tail);
        if kept_from > 0 {
            level = level.max(exact::lower_tail(&ranks, kept_from - 1));
        }
        // The averages below the shift are W−.
        if 2 * up_to >= kept_from {
            return (average, level);
        }
    }
    (averages.last().map_or(f64::NAN, |last| last.0), level)
}

/// The z-score of W+ after subtracting `shift`; `None` when no difference is left.
fn standard_score(differences: &[f64], shift: f64, correction: f64) -> Option<f64> {
    let rest: Vec<f64> = differences
        .iter()
        .map(|d| d - shift)
        .filter(|d| *d != 0.0)
        .collect();
    let n = rest.len() as f64;
    let ranked = doubled_midranks(&sizes(&rest));
    let doubled_plus: u64 = rest
        .iter()
        .zip(&ranked.ranks)
        .filter(|(d, _)| **d > 0.0)
        .map(|(_, r)| r)
        .sum();
    let excess = doubled_plus as f64 / 2.0 - n * (n + 1.0) / 4.0;
    let correction = if excess == 0.0 {
        0.0
    } else {
        correction * excess.signum()
    };
    (n > 0.0).then(|| (excess - correction) / sd(n, tie_correction(&ranked.ties)))
}

fn tied_sd(differences: &[f64]) -> f64 {
    let ties = doubled_midranks(differences).ties;
    sd(differences.len() as f64, tie_correction(&ties))
}

fn sd(n: f64, tie_correction: f64) -> f64 {
    (n * (n + 1.0) * (2.0 * n + 1.0) / 24.0 - tie_correction / 48.0).sqrt()
}

fn sizes(differences: &[f64]) -> Vec<f64> {
    differences.iter().map(|d| d.abs()).collect()
}

fn range(values: &[f64]) -> (f64, f64) {
    values
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| {
            (low.min(*v), high.max(*v))
        })
}
