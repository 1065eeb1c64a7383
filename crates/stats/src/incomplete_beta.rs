//! The regularized incomplete beta function, of which the tails of Student's t and Fisher's F are cases.

/// Arguments from which Stirling's series has the precision of f64.
const LARGE: f64 = 10.0;
/// Terms of the continued fraction; it converges after about the square root of the larger parameter.
const MOST_TERMS: u32 = 20_000;

/// I(a, b; x) and 1 − I(a, b; x) for a, b > 0 and x + y = 1, 0 ≤ x ≤ 1.
///
/// x and y are both arguments, so that neither loses digits when the other is small. The continued fraction DLMF 8.17.22
/// on the side where it converges fast: the smaller of both results keeps its relative precision, 12 digits for
/// parameters up to some thousands and 10 up to a million. (statrs' `beta_reg` takes x only and stops after 140 terms.)
pub(crate) fn incomplete_beta(a: f64, b: f64, x: f64, y: f64) -> (f64, f64) {
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    if y <= 0.0 {
        return (1.0, 0.0);
    }
    if x * (a + b + 2.0) < a + 1.0 {
        let lower = (prefactor(a, b, x, y) * fraction(a, b, x) / a).min(1.0);
        (lower, 1.0 - lower)
    } else {
        let upper = (prefactor(b, a, y, x) * fraction(b, a, y) / b).min(1.0);
        (1.0 - upper, upper)
    }
}

/// xᵃ·yᵇ/B(a, b).
fn prefactor(a: f64, b: f64, x: f64, y: f64) -> f64 {
    // Stirling's formula before the difference of large logarithms of Γ.
    let exponent = if a >= LARGE && b >= LARGE {
        let both = a + b;
        a * libm::log(x * both / a)
            + b * libm::log(y * both / b)
            + 0.5 * libm::log(a * b / both / (2.0 * std::f64::consts::PI))
            + remainder(both)
            - remainder(a)
            - remainder(b)
    } else if a >= LARGE {
        one_large(a, b, x, y)
    } else if b >= LARGE {
        one_large(b, a, y, x)
    } else {
        a * logarithm(x, y) + b * logarithm(y, x) + libm::lgamma(a + b)
            - libm::lgamma(a)
            - libm::lgamma(b)
    };
    libm::exp(exponent)
}

/// The logarithm of the prefactor for large a only.
fn one_large(a: f64, b: f64, x: f64, y: f64) -> f64 {
    a * logarithm(x, y) + (a - 0.5) * libm::log1p(b / a) - b + b * libm::log(y * (a + b))
        - libm::lgamma(b)
        + remainder(a + b)
        - remainder(a)
}

/// ln x, with the digits of y = 1 − x.
fn logarithm(x: f64, y: f64) -> f64 {
    if x < 0.5 {
        libm::log(x)
    } else {
        libm::log1p(-y)
    }
}

/// ln Γ(z) − ((z − ½)·ln z − z + ½·ln 2π) for large z: Stirling's series, DLMF 5.11.1.
fn remainder(z: f64) -> f64 {
    const COEFFICIENTS: [f64; 8] = [
        1.0 / 12.0,
        -1.0 / 360.0,
        1.0 / 1260.0,
        -1.0 / 1680.0,
        1.0 / 1188.0,
        -691.0 / 360_360.0,
        1.0 / 156.0,
        -3617.0 / 122_400.0,
    ];
    let square = 1.0 / (z * z);
    let sum = COEFFICIENTS
        .iter()
        .rev()
        .fold(0.0, |sum, coefficient| sum * square + coefficient);
    sum / z
}

/// The continued fraction 1/(1 + d₁/(1 + d₂/(1 + …))) of DLMF 8.17.22, by the method of Lentz.
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    let away_from_zero = |v: f64| if v == 0.0 { f64::MIN_POSITIVE } else { v };
    // After the first 1, whose numerator the method takes for infinitely large.
    let (mut value, mut above, mut below) = (1.0, f64::INFINITY, 1.0);
    for term in 1..MOST_TERMS {
        let m = f64::from(term / 2);
        let coefficient = if term % 2 == 0 {
            m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m))
        } else {
            -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0))
        };
        below = 1.0 / away_from_zero(1.0 + coefficient * below);
        above = away_from_zero(1.0 + coefficient / above);
        let change = above * below;
        value *= change;
        if (change - 1.0).abs() < 2.0 * f64::EPSILON {
            break;
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    // mpmath with 40 digits: betainc(a, b, 0, x, regularized=True) and betainc(a, b, x, 1, regularized=True)
    const REFERENCE: [(f64, f64, f64, f64, f64); 14] = [
        (
            0.5,
            31.1,
            0.475,
            0.999_999_999_715_083_2,
            2.849_167_985_612_692_5e-10,
        ),
        (
            31.1,
            0.5,
            0.524,
            2.682_487_906_059_244e-10,
            0.999_999_999_731_751_2,
        ),
        (2.0, 3.0, 0.25, 0.261_718_75, 0.738_281_25),
        (
            0.5,
            0.5,
            0.9,
            0.795_167_235_300_866_5,
            0.204_832_764_699_133_43,
        ),
        (
            500_000.0,
            0.5,
            0.999_964,
            1.972_537_410_124_339e-9,
            0.999_999_998_027_462_6,
        ),
        (500_000.0, 0.5, 0.999_9, 1.520_166_280_836_206_5e-23, 1.0),
        (
            12.0,
            15.0,
            0.1,
            2.503_640_049_611_969_4e-6,
            0.999_997_496_359_950_4,
        ),
        (
            12.0,
            15.0,
            0.9,
            0.999_999_997_377_43,
            2.622_570_003_287_933_5e-9,
        ),
        (
            2_000.0,
            3_000.0,
            0.37,
            6.246_536_702_299_327e-6,
            0.999_993_753_463_297_7,
        ),
        (
            1.5,
            80.0,
            0.3,
            0.999_999_999_997_716_7,
            2.283_271_556_247_174_4e-12,
        ),
        (
            9.99,
            0.5,
            0.5,
            0.000_235_177_651_650_850_14,
            0.999_764_822_348_349_2,
        ),
        (
            10.0,
            0.5,
            0.5,
            0.000_233_447_434_748_622_4,
            0.999_766_552_565_251_4,
        ),
        (3.0, 4.0, 1.0e-9, 1.999_999_995_500_000_4e-26, 1.0),
        (
            18.0,
            1.0,
            0.96,
            0.479_603_335_372_620_9,
            0.520_396_664_627_379_1,
        ),
    ];

    #[test]
    fn both_sides_are_those_of_high_precision() {
        for (a, b, x, lower, upper) in REFERENCE {
            let got = incomplete_beta(a, b, x, 1.0 - x);
            for (got, expected) in [(got.0, lower), (got.1, upper)] {
                let error: f64 = got / expected - 1.0;
                let most = if a > 1e5 { 1e-10 } else { 1e-12 };
                assert!(error.abs() < most, "{a} {b} {x}: {got} {error}");
            }
        }
    }

    #[test]
    fn the_ends_are_certain() {
        assert_eq!(incomplete_beta(2.0, 3.0, 0.0, 1.0), (0.0, 1.0));
        assert_eq!(incomplete_beta(2.0, 3.0, 1.0, 0.0), (1.0, 0.0));
    }
}
