//! The Hodges–Lehmann shift of paired samples, with its confidence interval.

use crate::confidence::require_level;
use crate::differences::Differences;
use crate::interval::{approximate, exact};
use crate::walsh::WalshAverages;
use crate::wilcoxon::EXACT_LIMIT;
use crate::{Method, StatsError, WilcoxonConfig};

/// Location of paired differences, or shift between two independent samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shift {
    /// Hodges–Lehmann estimate: the median of all Walsh averages (dᵢ + dⱼ)/2, i ≤ j, of paired differences; of all
    /// differences xᵢ − yⱼ of independent samples.
    pub estimate: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
    /// The confidence of the interval; lower than requested when the sample is too small.
    pub confidence: f64,
}

/// The Hodges–Lehmann shift of `first − second` and the interval that inverts the two-sided signed-rank test
/// (Hollander & Wolfe, Nonparametric Statistical Methods, sections 3.2 and 3.3).
///
/// Zero differences are dropped, as the test does by default; `None` when none is left. The ends are Walsh averages:
/// points where the decision of the test on these differences changes.
///
/// *Exact*, up to [`EXACT_LIMIT`] non-zero differences: by the exact distribution, with the exact `confidence`. Without
/// equal differences the ends are those of R's `wilcox.test` on the non-zero differences (on a sample with zeros or ties
/// `wilcox.test` itself changes to the approximation). With equal ones, each gap between two averages is tested with its
/// own tied ranks below 50 differences; from 50 on, the ends are those of an untied sample, whose confidence is a lower
/// bound (Noether 1967). `exactRankTests::wilcox.exact` uses the ranks of the unshifted differences at every shift
/// instead, which differ. When the sample is too small for the confidence, the interval is the range of the differences.
///
/// *Normal*: by the normal approximation with tie-corrected variance, as in `wilcox.test(exact = FALSE)`, with the
/// continuity correction if the test has it. When it cannot reach the confidence within the range of the differences,
/// 1 − confidence is doubled until it can, and `confidence` is the resulting one. R finds these ends by root finding with
/// a tolerance of 1e-4; here they are the exact points. `alternative` and `zero_method` do not change the interval.
///
/// Estimate and ends are rounded to 14 digits, of themselves or of the median size of the differences if this is larger.
///
/// # Errors
/// Samples of different length, values that are NaN or infinite, a confidence outside (0, 1).
pub fn hodges_lehmann(
    first: &[f64],
    second: &[f64],
    confidence: f64,
    config: WilcoxonConfig,
) -> Result<Option<Shift>, StatsError> {
    require_level("confidence", confidence)?;
    let all = Differences::of(first, second)?;
    let pairs = all.values.into_iter().zip(all.tolerances);
    let (differences, tolerances): (Vec<f64>, Vec<f64>) = pairs.filter(|(d, _)| *d != 0.0).unzip();
    if differences.is_empty() {
        return Ok(None);
    }
    let walsh = WalshAverages::of(&differences);
    let interval = if config.method == Method::Exact && differences.len() <= EXACT_LIMIT {
        exact(&differences, &tolerances, &walsh, confidence)
    } else {
        let correction = if config.continuity_correction {
            0.5
        } else {
            0.0
        };
        approximate(&differences, &walsh, confidence, correction)
    };
    Ok(Some(Shift {
        estimate: walsh.median(),
        low: interval.low,
        high: interval.high,
        confidence: interval.confidence,
    }))
}
