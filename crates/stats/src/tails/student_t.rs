//! Student's t distribution.

use super::incomplete_beta::incomplete_beta;
use crate::crossing::positive_crossing;

/// P(T ≥ t) with `df` > 0 degrees of freedom.
pub(crate) fn upper_tail(t: f64, df: f64) -> f64 {
    let beyond = two_sided(t, df) / 2.0;
    if t < 0.0 { 1.0 - beyond } else { beyond }
}

/// P(|T| ≥ |t|).
pub(crate) fn two_sided(t: f64, df: f64) -> f64 {
    let square = t * t;
    if square == f64::INFINITY {
        return 0.0;
    }
    incomplete_beta(df / 2.0, 0.5, df / (df + square), square / (df + square)).0
}

/// The t with P(T ≥ t) = `tail`, which lies in (0, ½].
pub(crate) fn upper_quantile(tail: f64, df: f64) -> f64 {
    positive_crossing(|t| upper_tail(t, df) <= tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    // R 4.2: print(pt(c(2, 40, -1.5), c(3, 11, 7.5), lower.tail = FALSE), digits = 16)
    #[test]
    fn tails_are_those_of_r() {
        let values = [
            (2.0, 3.0, 0.069_662_984_279_421_57),
            (40.0, 11.0, 1.446_270_449_060_287e-13),
            (-1.5, 7.5, 0.912_759_714_706_767_9),
        ];
        for (t, df, expected) in values {
            let p = upper_tail(t, df);
            assert!((p / expected - 1.0f64).abs() < 1e-11, "{t}: {p}");
        }
    }

    // R 4.2: print(qt(0.975, c(1, 9, 1000)), digits = 16)
    #[test]
    fn quantiles_are_those_of_r() {
        let values = [
            (1.0, 12.706_204_736_174_694),
            (9.0, 2.262_157_162_798_205),
            (1000.0, 1.962_339_080_826_408),
        ];
        for (df, expected) in values {
            let t = upper_quantile(0.025, df);
            assert!((t / expected - 1.0f64).abs() < 1e-11, "{df}: {t}");
        }
    }
}
