//! Tails of Student's t and of F for any degrees of freedom.

use std::f64::consts::PI;

/// P(|T| ≥ |t|) for Student's t with `df` degrees of freedom, in [0, 1]; agrees with R's `2 * pt(-abs(t), df)` in 13
/// digits, in far tails and for large `df` too.
///
/// statrs loses digits in far tails of F, and its continued fraction ends early for large `df`.
pub(crate) fn two_sided_p(t: f64, df: f64) -> f64 {
    upper_tail_of_f(t * t, 1.0, df)
}

/// P(F ≥ f) with `numerator` and `denominator` degrees of freedom: R's `pf(f, …, lower.tail = FALSE)`.
pub(crate) fn upper_tail_of_f(f: f64, numerator: f64, denominator: f64) -> f64 {
    if f <= 0.0 {
        return 1.0;
    }
    if f.is_infinite() {
        return 0.0;
    }
    let ratio = numerator * f / denominator;
    // x = 1 / (1 + ratio) of the incomplete beta function, and 1 − x.
    incomplete_beta(
        denominator / 2.0,
        numerator / 2.0,
        Part {
            ln_x: -libm::log1p(ratio),
            ln_rest: libm::log(ratio) - libm::log1p(ratio),
        },
    )
}

/// The t with P(|T| ≥ t) = alpha: R's `qt(1 - alpha / 2, df)`.
pub(crate) fn two_sided_quantile(alpha: f64, df: f64) -> f64 {
    let (mut low, mut high) = (0.0, 2.0);
    while two_sided_p(high, df) > alpha && high < 1e150 {
        low = high;
        high *= 2.0;
    }
    let mut t = 0.5 * (low + high);
    for _ in 0..200 {
        let p = two_sided_p(t, df);
        if p > alpha {
            low = t;
        } else {
            high = t;
        }
        // Newton's step for ln p(t) = ln alpha.
        let slope = -2.0 * density(t, df) / p;
        let newton = t - (libm::log(p) - libm::log(alpha)) / slope;
        let next = if newton > low && newton < high {
            newton
        } else {
            0.5 * (low + high)
        };
        if (next - t).abs() <= 1e-15 * t {
            return next;
        }
        t = next;
    }
    t
}

fn density(t: f64, df: f64) -> f64 {
    // Γ((df + 1)/2) / (√(df·π) Γ(df/2)) · (1 + t²/df)^(−(df + 1)/2)
    let constant = ln_gamma_ratio(df / 2.0, 0.5) - 0.5 * libm::log(df * PI);
    libm::exp(constant - (df + 1.0) / 2.0 * libm::log1p(t * t / df))
}

/// Logarithms of x and 1 − x.
#[derive(Clone, Copy)]
struct Part {
    ln_x: f64,
    ln_rest: f64,
}

/// The regularized incomplete beta function Iₓ(a, b), by the continued fraction of Didonato & Morris (1992, ACM
/// Transactions on Mathematical Software 18, 360–373, equation 9), which keeps its digits where x is close to 0 or 1.
fn incomplete_beta(a: f64, b: f64, part: Part) -> f64 {
    let ln_beta = if a >= b {
        libm::lgamma(b) - ln_gamma_ratio(a, b)
    } else {
        libm::lgamma(a) - ln_gamma_ratio(b, a)
    };
    let front = libm::exp(a * part.ln_x + b * part.ln_rest - ln_beta);
    let (x, rest) = (libm::exp(part.ln_x), libm::exp(part.ln_rest));
    // a − (a + b)·x, from the smaller of x and 1 − x.
    let excess = if x <= 0.5 {
        a - (a + b) * x
    } else {
        (a + b) * rest - b
    };
    let value = if excess >= 0.0 {
        front * fraction(a, b, x, excess)
    } else {
        1.0 - front * fraction(b, a, rest, -excess)
    };
    value.clamp(0.0, 1.0)
}

/// The continued fraction for x ≤ a / (a + b), by Lentz's algorithm (Press et al., Numerical Recipes, section 5.2).
fn fraction(a: f64, b: f64, x: f64, excess: f64) -> f64 {
    let mut value = a / (a + 1.0) * (excess + 1.0);
    let (mut c, mut d) = (value, 0.0);
    // It needs about √max(a, b) steps.
    for n in 1..1_000_000 {
        let n = f64::from(n);
        let before = a + 2.0 * n - 1.0;
        let alpha = (a + n - 1.0) / before * ((a + b + n - 1.0) / before) * n * (b - n) * x * x;
        let beta = n
            + n * (b - n) * x / before
            + (a + n) / (before + 2.0) * (excess + 1.0 + n * (2.0 - x));
        d = 1.0 / (beta + alpha * d);
        c = beta + alpha / c;
        value *= c * d;
        if (c * d - 1.0).abs() < 3e-16 {
            break;
        }
    }
    1.0 / value
}

/// ln Γ(a + b) − ln Γ(a) without the cancellation of large a, by Stirling's series.
fn ln_gamma_ratio(a: f64, b: f64) -> f64 {
    let (mut a, mut shifted) = (a, 0.0);
    while a < 16.0 {
        shifted += libm::log1p(b / a);
        a += 1.0;
    }
    let sum = a + b;
    (a - 0.5) * libm::log1p(b / a) + b * libm::log(sum) - b + stirling(sum) - stirling(a) - shifted
}

/// ln Γ(x) − ((x − ½) ln x − x + ½ ln 2π), for x ≥ 16.
fn stirling(x: f64) -> f64 {
    let y = 1.0 / (x * x);
    let series = [
        1.0 / 12.0,
        -1.0 / 360.0,
        1.0 / 1260.0,
        -1.0 / 1680.0,
        1.0 / 1188.0,
        -691.0 / 360_360.0,
        1.0 / 156.0,
    ];
    series.iter().rev().fold(0.0, |sum, c| sum * y + c) / x
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_close(got: f64, expected: f64) {
        assert!(
            (got / expected - 1.0).abs() < 2e-13,
            "{got:e} instead of {expected:e}"
        );
    }

    // R 4.2: 2 * pt(-2.5, 7.3), …
    #[test]
    fn tails_of_t_are_those_of_r() {
        for (t, df, expected) in [
            (2.5, 7.3, 0.039650234665600456),
            (40.0, 10.0, 2.2808577430857475e-12),
            (1e-3, 3.0, 0.9992648949694609),
            (6.0, 1e6, 1.973849812354442e-09),
            (1.5, 0.7, 0.44036509701924015),
            (3.0, 171.234, 0.0031028361806512525),
        ] {
            assert_close(two_sided_p(t, df), expected);
        }
    }

    // R 4.2: pf(3.2, 4, 17.5, lower.tail = FALSE), …
    #[test]
    fn tails_of_f_are_those_of_r() {
        for (f, numerator, denominator, expected) in [
            (3.2, 4.0, 17.5, 0.03852318605379363),
            (900.0, 2.0, 12.0, 8.436033899379654e-14),
            (0.01, 3.0, 50.0, 0.9986107160620177),
            (1.1, 60.0, 250_000.0, 0.2773316550352116),
            (2.5, 1.0, 1.2, 0.32774197222002305),
        ] {
            assert_close(upper_tail_of_f(f, numerator, denominator), expected);
        }
        assert_eq!(upper_tail_of_f(0.0, 2.0, 3.0), 1.0);
        assert_eq!(upper_tail_of_f(f64::INFINITY, 2.0, 3.0), 0.0);
    }

    // R 4.2: qt(0.975, 7.3), …
    #[test]
    fn quantiles_of_t_are_those_of_r() {
        for (alpha, df, expected) in [
            (0.05, 7.3, 2.3450667365477025),
            (0.01, 161.0, 2.6067106284574235),
            (0.5, 2.2, 0.8019900942112839),
            (0.05, 1e7, 1.9599642217672049),
            (0.001, 1.1, 361.3267260142302),
        ] {
            assert_close(two_sided_quantile(alpha, df), expected);
        }
    }
}
