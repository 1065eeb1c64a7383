//! Fisher's F distribution of a ratio of variances.

use super::incomplete_beta::incomplete_beta;
use crate::crossing::positive_crossing;

/// P(F ≥ f) with `df1` and `df2` > 0 degrees of freedom.
pub(crate) fn upper_tail(f: f64, df1: f64, df2: f64) -> f64 {
    if f <= 0.0 {
        return 1.0;
    }
    if f == f64::INFINITY {
        return 0.0;
    }
    let (x, y) = (df2 / (df2 + df1 * f), df1 * f / (df2 + df1 * f));
    incomplete_beta(df2 / 2.0, df1 / 2.0, x, y).0
}

/// The f with P(F ≥ f) = `tail`, which lies in (0, 1).
pub(crate) fn upper_quantile(tail: f64, df1: f64, df2: f64) -> f64 {
    positive_crossing(|f| upper_tail(f, df1, df2) <= tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    // R 4.2: print(pf(c(3.5, 80), c(4, 1.5), c(12, 9), lower.tail = FALSE), digits = 16)
    #[test]
    fn tails_are_those_of_r() {
        let values = [
            (3.5, 4.0, 12.0, 0.040_894_671_662_120_73),
            (80.0, 1.5, 9.0, 3.486_365_659_443_484e-6),
        ];
        for (f, df1, df2, expected) in values {
            let p = upper_tail(f, df1, df2);
            assert!((p / expected - 1.0f64).abs() < 1e-11, "{f}: {p}");
        }
    }

    // R 4.2: print(qf(c(0.975, 0.025), c(5, 18), c(18, 3.3)), digits = 16)
    #[test]
    fn quantiles_are_those_of_r() {
        let f = upper_quantile(0.025, 5.0, 18.0);
        assert!((f / 3.381_967_805_875_243 - 1.0).abs() < 1e-11, "{f}");
        let f = upper_quantile(0.975, 18.0, 3.3);
        assert!((f / 0.260_945_309_070_262_3 - 1.0).abs() < 1e-11, "{f}");
    }
}
