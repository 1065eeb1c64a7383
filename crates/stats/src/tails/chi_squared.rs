//! The χ² distribution.

use statrs::function::gamma::checked_gamma_ur;

use crate::crossing::positive_crossing;

/// P(X ≥ x) with `df` > 0 degrees of freedom.
pub(crate) fn upper_tail(x: f64, df: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    checked_gamma_ur(df / 2.0, x / 2.0).unwrap_or(0.0)
}

/// The x with P(X ≥ x) = `tail`, which lies in (0, 1).
pub(crate) fn upper_quantile(tail: f64, df: f64) -> f64 {
    positive_crossing(|x| upper_tail(x, df) <= tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    // R 4.2: print(qchisq(c(0.025, 0.975), c(11, 48)), digits = 16)
    #[test]
    fn quantiles_are_those_of_r() {
        let x = upper_quantile(0.975, 11.0);
        assert!((x / 3.815_748_252_236_098 - 1.0).abs() < 1e-11, "{x}");
        let x = upper_quantile(0.025, 48.0);
        assert!((x / 69.022_585_789_666_07 - 1.0).abs() < 1e-11, "{x}");
    }
}
