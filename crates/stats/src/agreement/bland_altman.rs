//! Bland–Altman analysis of one pair of measurements per subject.

use super::limits::{AgreementConfig, Limit};
use crate::moments::{Moments, is_noise, largest, require_pairs, require_squarable};
use crate::tails::{noncentral_t, student_t};
use crate::{ConfidenceInterval, StatsError, paired_differences};

/// Bias and limits of agreement, in the unit of the values.
#[derive(Debug, Clone, PartialEq)]
pub struct BlandAltman {
    /// Number of pairs.
    pub n: usize,
    /// Mean of the differences first − second.
    pub bias: f64,
    /// Its interval, by the t distribution.
    pub bias_interval: ConfidenceInterval,
    /// Standard deviation of the differences, with n − 1 in the denominator.
    pub sd: f64,
    /// bias − z·sd.
    pub lower: Limit,
    /// bias + z·sd.
    pub upper: Limit,
    /// Whether differences change with the size of the values; `None` below three pairs or when all means are equal.
    pub proportional_bias: Option<ProportionalBias>,
}

/// Regression of the differences on the means of the pairs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProportionalBias {
    /// Change of the difference per unit of the mean; 0 without proportional bias.
    pub slope: f64,
    /// Its interval, by the t distribution with n − 2 degrees of freedom.
    pub interval: ConfidenceInterval,
    /// Two-sided p of the slope; in [0, 1].
    pub p_value: f64,
}

/// Bias and limits of agreement of two methods that measured each subject once (Bland & Altman 1986, Lancet 327,
/// 307–310; 1999, Statistical Methods in Medical Research 8, 135–160).
///
/// Limits are bias ± z·sd with the normal quantile z of the enclosed fraction (1.96 for 95 %).
///
/// *Intervals of the limits* are exact for normal differences (Carkeet 2015, Optometry and Vision Science 92,
/// e71–e80): the ends of the upper limit are bias + sd·t′/√n with the quantiles t′ of the noncentral t distribution
/// with n − 1 degrees of freedom and noncentrality z·√n. They are not symmetric about the limit. The usual
/// approximation, limit ± t·sd·√(1/n + z²/(2(n − 1))) of Bland & Altman (1999), is symmetric, and too short on the
/// outer side for small n.
///
/// *Proportional bias*: the least-squares slope of the differences on the means (first + second)/2 with its t test,
/// as `summary(lm(d ~ m))` in R. The slope also differs from 0 when the two methods have different error variances
/// (Bland & Altman 1995).
///
/// # Errors
/// Fewer than two pairs, samples of different length, values that are NaN, infinite or beyond 1e140, differences that are all
/// equal, levels outside (0, 1).
pub fn bland_altman(
    first: &[f64],
    second: &[f64],
    config: AgreementConfig,
) -> Result<BlandAltman, StatsError> {
    config.check()?;
    require_pairs(first, second, 2)?;
    require_squarable(first)?;
    require_squarable(second)?;
    let d = paired_differences(first, second)?;
    let means: Vec<f64> = first
        .iter()
        .zip(second)
        .map(|(a, b)| a / 2.0 + b / 2.0)
        .collect();
    let moments = Moments::of(&means, &d);
    let df = moments.n - 1.0;
    let (bias, sd) = (moments.mean_y, (moments.syy / df).sqrt());
    if is_noise(sd * sd, largest(first.iter().chain(second).copied())) {
        return Err(StatsError::Undefined(
            "all differences are equal: limits of agreement need a spread",
        ));
    }
    let root_n = moments.n.sqrt();
    let half = student_t::upper_quantile(config.tail(), df) * sd / root_n;
    let z = config.z();
    let factor = |p| noncentral_t::quantile(p, df, z * root_n) / root_n;
    let (inner, outer) = (factor(config.tail()), factor(1.0 - config.tail()));
    let interval = |low, high| ConfidenceInterval {
        low,
        high,
        confidence: config.confidence,
    };
    Ok(BlandAltman {
        n: d.len(),
        bias,
        bias_interval: interval(bias - half, bias + half),
        sd,
        lower: Limit {
            estimate: bias - z * sd,
            interval: interval(bias - outer * sd, bias - inner * sd),
        },
        upper: Limit {
            estimate: bias + z * sd,
            interval: interval(bias + inner * sd, bias + outer * sd),
        },
        proportional_bias: proportional_bias(&means, &moments, config),
    })
}

fn proportional_bias(
    means: &[f64],
    moments: &Moments,
    config: AgreementConfig,
) -> Option<ProportionalBias> {
    let df = moments.n - 2.0;
    let constant = is_noise(moments.sxx / moments.n, largest(means.iter().copied()));
    if df < 1.0 || constant {
        return None;
    }
    let slope = moments.sxy / moments.sxx;
    let residual = (moments.syy - slope * moments.sxy).max(0.0) / df;
    let se = (residual / moments.sxx).sqrt();
    let half = student_t::upper_quantile(config.tail(), df) * se;
    // A perfect line has no residual: its t is infinite.
    let p_value = match (se > 0.0, slope == 0.0) {
        (true, _) => student_t::two_sided(slope / se, df),
        (false, true) => 1.0,
        (false, false) => 0.0,
    };
    let p_value = p_value.max(f64::MIN_POSITIVE);
    Some(ProportionalBias {
        slope,
        interval: ConfidenceInterval {
            low: slope - half,
            high: slope + half,
            confidence: config.confidence,
        },
        p_value,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CONFIG: AgreementConfig = AgreementConfig {
        enclosed: 0.95,
        confidence: 0.95,
    };
    // Peak expiratory flow in l/min of 17 subjects, Wright and mini Wright meter, first readings (Bland & Altman
    // 1986, table 1).
    const WRIGHT: [f64; 17] = [
        494.0, 395.0, 516.0, 434.0, 476.0, 557.0, 413.0, 442.0, 650.0, 433.0, 417.0, 656.0, 267.0,
        478.0, 178.0, 423.0, 427.0,
    ];
    const MINI: [f64; 17] = [
        512.0, 430.0, 520.0, 428.0, 500.0, 600.0, 364.0, 380.0, 658.0, 445.0, 432.0, 626.0, 260.0,
        477.0, 259.0, 350.0, 451.0,
    ];

    // Bland & Altman (1986) print mean −2.1, 38.765_129_873_607_38 38.8, limits −79.7 and 75.5 (with 2 instead of
    // 1.96). Digits: R 4.2, mean(d) + c(-1, 1) * qt(0.975, 16) * sd(d) / sqrt(17); mean(d) + sd(d) * qt(c(0.025,
    // 0.975), 16, qnorm(0.975) * sqrt(17)) / sqrt(17); summary(lm(d ~ m)), confint(lm(d ~ m))
    #[test]
    fn flow_meters_agree_as_in_the_paper_and_in_r() {
        let r = bland_altman(&WRIGHT, &MINI, CONFIG).unwrap();
        let close = |got: f64, expected: f64| {
            assert!((got / expected - 1.0).abs() < 1e-9, "{got} {expected}");
        };
        close(r.bias, -2.117_647_058_823_529);
        close(r.sd, 38.765_129_873_607_38);
        close(r.bias_interval.low, -22.048_837_696_645_17);
        close(r.bias_interval.high, 17.813_543_578_998_11);
        close(r.upper.estimate, 73.860_611_349_465_46);
        close(r.upper.interval.low, 48.859_637_299_095_1);
        close(r.upper.interval.high, 119.925_504_177_192_5);
        close(r.lower.estimate, -78.095_905_467_111_72);
        close(r.lower.interval.low, -124.160_798_294_839_6);
        close(r.lower.interval.high, -53.094_931_416_742_16);
        let slope = r.proportional_bias.unwrap();
        close(slope.slope, 0.028_687_445_152_549_25);
        close(slope.p_value, 0.749_498_533_649_294);
        close(slope.interval.low, -0.159_320_063_683_956_5);
        close(slope.interval.high, 0.216_694_953_989_055);
    }

    #[test]
    fn bad_input_is_refused_and_equal_means_have_no_slope() {
        let of = |a: &[f64], b: &[f64]| bland_altman(a, b, CONFIG);
        assert_eq!(of(&[], &[]), Err(StatsError::Empty));
        assert!(matches!(of(&[1.0], &[2.0]), Err(StatsError::TooFew { .. })));
        assert!(of(&[1.0, 2.0], &[1.0]).is_err());
        assert!(of(&[1.0, f64::NAN], &[1.0, 2.0]).is_err());
        assert!(of(&[1.0, f64::INFINITY], &[1.0, 2.0]).is_err());
        let equal = of(&[1.1, 2.1, 3.1], &[1.0, 2.0, 3.0]);
        assert!(matches!(equal, Err(StatsError::Undefined(_))), "{equal:?}");
        let bad = AgreementConfig {
            enclosed: 1.0,
            ..CONFIG
        };
        assert!(bland_altman(&WRIGHT, &MINI, bad).is_err());
        let bad = AgreementConfig {
            confidence: 0.0,
            ..CONFIG
        };
        assert!(bland_altman(&WRIGHT, &MINI, bad).is_err());
        let crossed = of(&[1.0, 2.0, 3.0], &[3.0, 2.0, 1.0]).unwrap();
        assert_eq!(crossed.proportional_bias, None);
        assert_eq!(
            of(&[1.0, 2.0], &[1.0, 1.0]).unwrap().proportional_bias,
            None
        );
    }

    #[test]
    fn a_perfect_line_has_p_zero() {
        let r = bland_altman(&[2.0, 4.0, 8.0], &[1.0, 2.0, 4.0], CONFIG).unwrap();
        let slope = r.proportional_bias.unwrap();
        assert!((slope.slope - 2.0 / 3.0).abs() < 1e-12 && slope.p_value < 1e-6);
    }

    proptest! {
        #[test]
        fn swapping_mirrors_and_the_unit_scales(
            pairs in prop::collection::vec((0i32..50, 0i32..50), 3..20),
            unit in prop::sample::select(vec![1e-6, 0.125, 1e3]),
        ) {
            let (a, b): (Vec<f64>, Vec<f64>) =
                pairs.iter().map(|(a, b)| (f64::from(*a), f64::from(*b))).unzip();
            let Ok(r) = bland_altman(&a, &b, CONFIG) else { return Ok(()) };
            let s = bland_altman(&b, &a, CONFIG).unwrap();
            let scaled = |v: &[f64]| v.iter().map(|x| x * unit).collect::<Vec<f64>>();
            let t = bland_altman(&scaled(&a), &scaled(&b), CONFIG).unwrap();
            prop_assert!((r.upper.interval.high + s.lower.interval.low).abs() < 1e-9);
            prop_assert!((r.bias + s.bias).abs() < 1e-9);
            prop_assert!((r.upper.interval.low * unit - t.upper.interval.low).abs() < 1e-9 * unit);
            prop_assert!(r.upper.interval.low < r.upper.estimate && r.upper.estimate < r.upper.interval.high);
            prop_assert_eq!(r.proportional_bias.is_some(), t.proportional_bias.is_some());
        }
    }
}
