//! Bland–Altman analysis of several pairs of measurements per subject.

use std::collections::BTreeMap;

use super::limits::{AgreementConfig, Limit};
use crate::moments::{is_noise, largest, mean, require_pairs, require_squarable};
use crate::tails::{chi_squared, student_t};
use crate::{ConfidenceInterval, StatsError, paired_differences};

/// Bias and limits of agreement with repeated measures, in the unit of the values.
#[derive(Debug, Clone, PartialEq)]
pub struct RepeatedBlandAltman {
    /// Number of pairs.
    pub n_pairs: usize,
    /// Number of subjects.
    pub n_subjects: usize,
    /// Mean of all differences first − second.
    pub bias: f64,
    /// Its interval, by the t distribution with one degree of freedom less than there are subjects.
    pub bias_interval: ConfidenceInterval,
    /// Standard deviation of a difference within a subject.
    pub sd_within: f64,
    /// Standard deviation between the true differences of subjects; 0 when the estimate of its square is negative.
    pub sd_between: f64,
    /// Standard deviation of a single difference of a new subject.
    pub sd_total: f64,
    /// bias − z·`sd_total`.
    pub lower: Limit,
    /// bias + z·`sd_total`.
    pub upper: Limit,
}

/// Bias and limits of agreement of two methods when subjects have several pairs and the true value may change between
/// the pairs of a subject (Bland & Altman 2007, Journal of Biopharmaceutical Statistics 17, 571–582, section 3).
///
/// One-way analysis of variance of the differences by subject, with mean squares MSB and MSW: `sd_within`² = MSW,
/// `sd_between`² = (MSB − MSW)/m₀ with m₀ = (N − Σmᵢ²/N)/(n − 1) for mᵢ pairs of n subjects, N in all, and
/// `sd_total`² = MSB/m₀ + (1 − 1/m₀)·MSW, their sum unless MSB < MSW. Limits are bias ± z·`sd_total`. Limits from all
/// differences at once, as if they were independent, are too narrow for new subjects.
///
/// *Intervals of the limits* combine those of the bias (t) and of the variance (χ²) by the method of variance
/// estimates recovery, MOVER (Zou 2013, Statistical Methods in Medical Research 22, 630–642); simulated 95 % intervals of limits
/// cover 96 to 98 % (8 or 12 subjects with 1 to 5 pairs each, 30 with 2). Zou takes a normal quantile for the bias and, for unequal
/// numbers, the harmonic mean of the mᵢ.
///
/// # Errors
/// Fewer than two subjects, no subject with two pairs (use [`bland_altman`](super::bland_altman())), samples or
/// subjects of different length, values that are NaN, infinite or beyond 1e140, differences that are all equal, levels outside (0,
/// 1).
pub fn bland_altman_repeated(
    first: &[f64],
    second: &[f64],
    subjects: &[usize],
    config: AgreementConfig,
) -> Result<RepeatedBlandAltman, StatsError> {
    config.check()?;
    require_pairs(first, second, 1)?;
    require_squarable(first)?;
    require_squarable(second)?;
    if subjects.len() != first.len() {
        return Err(StatsError::LengthMismatch {
            first: first.len(),
            second: subjects.len(),
        });
    }
    let d = paired_differences(first, second)?;
    let parts = Parts::of(&d, subjects)?;
    if is_noise(parts.total(), largest(first.iter().chain(second).copied())) {
        return Err(StatsError::Undefined(
            "all differences are equal: limits of agreement need a spread",
        ));
    }
    let bias = mean(&d);
    let bias_half = student_t::upper_quantile(config.tail(), parts.df_between) * parts.bias_se;
    let z = config.z();
    let sd = parts.total().sqrt();
    let (low, high) = parts.variance_interval(config.tail());
    let towards = (bias_half * bias_half + (z * (sd - low.sqrt())).powi(2)).sqrt();
    let away = (bias_half * bias_half + (z * (high.sqrt() - sd)).powi(2)).sqrt();
    let interval = |low, high| ConfidenceInterval {
        low,
        high,
        confidence: config.confidence,
    };
    let (lower, upper) = (bias - z * sd, bias + z * sd);
    Ok(RepeatedBlandAltman {
        n_pairs: d.len(),
        n_subjects: parts.df_between as usize + 1,
        bias,
        bias_interval: interval(bias - bias_half, bias + bias_half),
        sd_within: parts.within.sqrt(),
        sd_between: parts.between_subjects().max(0.0).sqrt(),
        sd_total: sd,
        lower: Limit {
            estimate: lower,
            interval: interval(lower - away, lower + towards),
        },
        upper: Limit {
            estimate: upper,
            interval: interval(upper - towards, upper + away),
        },
    })
}

/// The analysis of variance of differences by subject.
struct Parts {
    /// Mean square between subjects.
    between: f64,
    /// Mean square within subjects.
    within: f64,
    df_between: f64,
    df_within: f64,
    /// m₀.
    pairs_per_subject: f64,
    /// Standard error of the mean of all differences.
    bias_se: f64,
}

impl Parts {
    fn of(d: &[f64], subjects: &[usize]) -> Result<Self, StatsError> {
        let mut of_subject: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
        for (difference, subject) in d.iter().zip(subjects) {
            of_subject.entry(*subject).or_default().push(*difference);
        }
        if of_subject.len() < 2 {
            return Err(StatsError::TooFew {
                what: "subjects",
                needed: 2,
                found: of_subject.len(),
            });
        }
        if of_subject.len() == d.len() {
            return Err(StatsError::Undefined(
                "no subject has two pairs: use the analysis without repeated measures",
            ));
        }
        let (n, total) = (of_subject.len() as f64, d.len() as f64);
        let grand = mean(d);
        let (mut between, mut within, mut squared_sizes) = (0.0, 0.0, 0.0);
        for values in of_subject.values() {
            let (size, own) = (values.len() as f64, mean(values));
            between += size * (own - grand) * (own - grand);
            within += values.iter().map(|v| (v - own) * (v - own)).sum::<f64>();
            squared_sizes += size * size;
        }
        let mut parts = Self {
            between: between / (n - 1.0),
            within: within / (total - n),
            df_between: n - 1.0,
            df_within: total - n,
            pairs_per_subject: (total - squared_sizes / total) / (n - 1.0),
            bias_se: 0.0,
        };
        let of_subjects = parts.between_subjects().max(0.0) * squared_sizes / (total * total);
        parts.bias_se = (of_subjects + parts.within / total).sqrt();
        Ok(parts)
    }

    fn between_subjects(&self) -> f64 {
        (self.between - self.within) / self.pairs_per_subject
    }

    fn total(&self) -> f64 {
        self.between / self.pairs_per_subject + (1.0 - 1.0 / self.pairs_per_subject) * self.within
    }

    /// The interval of the total variance from those of its two parts.
    fn variance_interval(&self, tail: f64) -> (f64, f64) {
        let parts = [
            (self.between / self.pairs_per_subject, self.df_between),
            (
                (1.0 - 1.0 / self.pairs_per_subject) * self.within,
                self.df_within,
            ),
        ];
        let distance = |probability: f64| -> f64 {
            let squares = parts.iter().map(|(part, df)| {
                let ratio = df / chi_squared::upper_quantile(probability, *df);
                (part * (1.0 - ratio)).powi(2)
            });
            squares.sum::<f64>().sqrt()
        };
        let total = self.total();
        (
            (total - distance(tail)).max(0.0),
            total + distance(1.0 - tail),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: AgreementConfig = AgreementConfig {
        enclosed: 0.95,
        confidence: 0.95,
    };
    const FIRST: [f64; 12] = [7.8, 7.4, 7.9, 6.1, 6.3, 5.2, 5.0, 5.4, 8.8, 8.1, 4.4, 4.9];
    const SECOND: [f64; 12] = [7.1, 7.0, 7.0, 6.4, 6.2, 4.1, 4.6, 4.2, 8.9, 8.4, 3.9, 4.1];
    const SUBJECTS: [usize; 12] = [1, 1, 1, 2, 2, 3, 3, 3, 4, 4, 5, 5];

    // R 4.2: anova(lm(d ~ factor(s))) for the mean squares, the formulas above with qt, qchisq and qnorm.
    #[test]
    fn unequal_numbers_of_pairs_give_the_numbers_of_r() {
        let r = bland_altman_repeated(&FIRST, &SECOND, &SUBJECTS, CONFIG).unwrap();
        let close = |got: f64, expected: f64| {
            assert!((got / expected - 1.0).abs() < 1e-9, "{got} {expected}");
        };
        assert_eq!((r.n_pairs, r.n_subjects), (12, 5));
        close(r.bias, 0.45);
        close(r.sd_within, 0.305_115_122_691_809_8);
        close(r.sd_between, 0.447_913_570_252_164_3);
        close(r.sd_total, 0.541_961_072_874_499_6);
        close(r.bias_interval.low, -0.168_063_981_802_434_8);
        close(r.lower.estimate, -0.612_224_183_856_706_4);
        close(r.lower.interval.low, -2.457_631_644_953_185);
        close(r.lower.interval.high, 0.091_610_047_951_363_63);
        close(r.upper.interval.low, 0.808_389_952_048_636_7);
        close(r.upper.interval.high, 3.357_631_644_953_186);
    }

    #[test]
    fn subjects_without_own_bias_have_no_spread_between_them() {
        let d = [1.0, -1.0, 1.0, -1.0];
        let r = bland_altman_repeated(&d, &[0.0; 4], &[1, 1, 2, 2], CONFIG).unwrap();
        assert_eq!((r.sd_between, r.bias), (0.0, 0.0));
        // MSB = 0, MSW = 2, m₀ = 2
        assert!((r.sd_total - 1.0).abs() < 1e-12 && r.upper.interval.high.is_finite());
    }

    #[test]
    fn names_of_subjects_and_order_change_nothing() {
        let r = bland_altman_repeated(&FIRST, &SECOND, &SUBJECTS, CONFIG).unwrap();
        let reversed = |v: &[f64]| v.iter().rev().copied().collect::<Vec<f64>>();
        let names: Vec<usize> = SUBJECTS.iter().rev().map(|s| 50 - s).collect();
        let s = bland_altman_repeated(&reversed(&FIRST), &reversed(&SECOND), &names, CONFIG);
        let s = s.unwrap();
        assert!((r.upper.interval.high - s.upper.interval.high).abs() < 1e-12);
        assert!((r.bias - s.bias).abs() < 1e-14);
    }

    #[test]
    fn bad_input_is_refused() {
        let of = |a: &[f64], b: &[f64], s: &[usize]| bland_altman_repeated(a, b, s, CONFIG);
        assert_eq!(of(&[], &[], &[]), Err(StatsError::Empty));
        assert!(matches!(
            of(&[1.0, 2.0], &[1.0, 1.0], &[1, 1]),
            Err(StatsError::TooFew { .. })
        ));
        assert!(matches!(
            of(&[1.0, 2.0], &[1.0, 1.0], &[1, 2]),
            Err(StatsError::Undefined(_))
        ));
        assert!(of(&[1.1, 2.1, 3.1], &[1.0, 2.0, 3.0], &[1, 1, 2]).is_err());
        assert!(of(&[1.0, f64::NAN], &[1.0, 1.0], &[1, 1]).is_err());
        assert!(of(&[1.0, 2.0], &[1.0, 1.0], &[1]).is_err());
        let bad = AgreementConfig {
            confidence: 1.0,
            ..CONFIG
        };
        assert!(bland_altman_repeated(&FIRST, &SECOND, &SUBJECTS, bad).is_err());
    }
}
