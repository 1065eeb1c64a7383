//! Equivalence of levels of a factor with a baseline.

use rsom_measures::Status;
use rsom_parameters::{Choice, Parameters};

use super::{equivalence_by_means, equivalence_by_ranks};
use crate::contrast::{Compared, contrasts};
use crate::family::{Adjusted, adjusted};
use crate::{
    Adjustment, Against, Alternative, Contrast, Family, Method, Pairs, Samples, StatsError,
    WilcoxonConfig, ZeroMethod,
};

/// What is shown to lie within the margin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum EquivalenceTest {
    /// The Hodges–Lehmann shift, by two one-sided signed-rank tests.
    SignedRanks,
    /// The mean difference, by two one-sided t tests.
    Means,
}

/// Settings of a comparison for equivalence.
#[derive(Debug, Clone, Copy, PartialEq, Parameters)]
pub struct EquivalenceConfig {
    /// Two one-sided tests: of signed ranks (exact), or of means (Student's t).
    #[parameter(default = EquivalenceTest::SignedRanks, name = "test")]
    pub kind: EquivalenceTest,
    /// Distribution for the p-value of signed ranks; more than 2,000 differences always use 'normal'.
    #[parameter(default = Method::Exact)]
    pub method: Method,
    /// Correction of p-values for multiple tests.
    #[parameter(default = Adjustment::Holm, name = "adjust")]
    pub adjustment: Adjustment,
    /// Tests to correct together: all tests, the tests of one metric, or the tests of one metric, label, surface and
    /// group.
    #[parameter(default = Family::All, advanced)]
    pub family: Family,
    /// Significance level of each one-sided test; the interval has the confidence 1 − 2·alpha.
    #[parameter(default = 0.05, above = 0.0, below = 0.5)]
    pub alpha: f64,
}

/// The test of equivalence of a level with a baseline.
#[derive(Debug, Clone, PartialEq)]
pub struct EquivalenceComparison {
    /// The quantity, group and levels.
    pub contrast: Contrast,
    /// The paired values, and the units without a pair.
    pub pairs: Pairs,
    /// The margin, in the unit of the quantity.
    pub margin: f64,
    /// The test, or the reason why there is none.
    pub test: Result<EquivalenceResult, String>,
    /// The p-value, adjusted over the family, and the size of the family.
    pub adjusted: Adjusted,
    /// Number of undefined measurements at level and baseline.
    pub n_undefined: usize,
}

/// The result of two one-sided tests.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EquivalenceResult {
    /// Hodges–Lehmann shift or mean difference, level − baseline; `None` where all differences are zero.
    pub difference: Option<f64>,
    /// Its interval, with its confidence.
    pub interval: Option<(f64, f64, f64)>,
    /// p of the hypothesis that the difference is at most −margin.
    pub p_above_lower: f64,
    /// p of the hypothesis that the difference is at least the margin.
    pub p_below_upper: f64,
    /// The larger of both.
    pub p_value: f64,
    /// The smallest p that this number of pairs can give, if known.
    pub smallest_attainable_p: Option<f64>,
    /// The method that computed the p-values; `None` for Student's t.
    pub method: Option<Method>,
}

/// Tests whether every level of a factor is equivalent to the baseline, or all pairs of levels to each other, within the margin
/// of each metric. Differences are level − baseline.
///
/// # Errors
/// No measurement at the baseline; no margin for a metric, one that is not positive.
pub fn compare_equivalence(
    samples: &Samples,
    factor: &str,
    against: Against<'_>,
    margin_of: &dyn Fn(&str) -> Option<f64>,
    config: EquivalenceConfig,
) -> Result<Vec<EquivalenceComparison>, StatsError> {
    let contrasts = contrasts(samples, factor, against)?;
    let mut comparisons = Vec::new();
    for compared in &contrasts {
        let metric = &compared.contrast.quantity.metric;
        let margin = margin_of(metric).ok_or_else(|| StatsError::NoMargin(metric.clone()))?;
        super::margin::check(margin, config.alpha)?;
        comparisons.push(tested(compared, margin, config));
    }
    let planned = comparisons.iter().map(|c| {
        let p = c.test.as_ref().ok().map(|t| {
            let smallest = t.smallest_attainable_p.unwrap_or(f64::MIN_POSITIVE);
            (t.p_value, smallest)
        });
        (&c.contrast, p)
    });
    let adjusted = adjusted(planned, config.family, config.adjustment)?;
    for (comparison, adjusted) in comparisons.iter_mut().zip(adjusted) {
        comparison.adjusted = adjusted;
    }
    Ok(comparisons)
}

impl EquivalenceComparison {
    /// Whether the level is equivalent to the baseline: the adjusted p is at most α. `None` without a test.
    #[must_use]
    pub fn is_equivalent(&self, alpha: f64) -> Option<bool> {
        self.adjusted.p.map(|p| p <= alpha)
    }

    /// `ok`, or `not_tested`.
    #[must_use]
    pub fn status(&self) -> &'static str {
        match self.test {
            Ok(_) => Status::Ok.as_str(),
            Err(_) => "not_tested",
        }
    }
}

fn tested(
    compared: &Compared<'_>,
    margin: f64,
    config: EquivalenceConfig,
) -> EquivalenceComparison {
    let pairs = Pairs::of(compared.level, compared.baseline);
    let test = match pairs.level.is_empty() {
        true => Err(compared
            .reason()
            .unwrap_or_else(|| "no unit has values at both".to_owned())),
        false => result(&pairs, margin, config).map_err(|e| e.to_string()),
    };
    EquivalenceComparison {
        contrast: compared.contrast.clone(),
        margin,
        test,
        adjusted: Adjusted::default(),
        n_undefined: compared.level.n_undefined() + compared.baseline.n_undefined(),
        pairs,
    }
}

fn result(
    pairs: &Pairs,
    margin: f64,
    config: EquivalenceConfig,
) -> Result<EquivalenceResult, StatsError> {
    let (level, baseline) = (&pairs.level, &pairs.baseline);
    if config.kind == EquivalenceTest::Means {
        let test = equivalence_by_means(level, baseline, margin, config.alpha)?;
        let interval = test.interval;
        return Ok(EquivalenceResult {
            difference: Some(test.mean_difference),
            interval: Some((interval.low, interval.high, interval.confidence)),
            p_above_lower: test.p_above_lower,
            p_below_upper: test.p_below_upper,
            p_value: test.p_value,
            smallest_attainable_p: None,
            method: None,
        });
    }
    let ranks = WilcoxonConfig {
        alternative: Alternative::TwoSided,
        zero_method: ZeroMethod::Wilcox,
        method: config.method,
        continuity_correction: false,
    };
    let test = equivalence_by_ranks(level, baseline, margin, config.alpha, ranks)?;
    Ok(EquivalenceResult {
        difference: test.shift.map(|s| s.estimate),
        interval: test.shift.map(|s| (s.low, s.high, s.confidence)),
        p_above_lower: test.above_lower.p_value,
        p_below_upper: test.below_upper.p_value,
        p_value: test.p_value,
        smallest_attainable_p: Some(test.smallest_attainable_p),
        method: Some(test.method()),
    })
}
