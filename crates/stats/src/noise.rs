//! Equality of numbers up to the noise of floating-point arithmetic.

/// Relative tolerance: numbers that agree in about 12 significant digits are equal.
///
/// Sums of thousands of f64 keep 13 digits, and tables are rarely written with more than 12.
const RELATIVE: f64 = 1e-12;
/// Smallest tolerance, relative to the typical number of the sample: 16 units in its last place.
///
/// A mean of numbers that cancel each other has the noise of these numbers, not of its own size.
const OF_SAMPLE: f64 = 16.0 * f64::EPSILON;

/// The uncertainty of numbers that were computed from operands of these magnitudes, in the unit of the numbers.
///
/// A number from operands of at most the magnitude m is uncertain by 1e-12 · m, and by at least 16 units in the last
/// place of the sample's median magnitude. So it scales with the data: multiplying the data by a constant, such as a
/// conversion from mm³ to m³, multiplies every tolerance by it. A single huge number changes no tolerance but its own.
pub(crate) fn tolerances(magnitudes: &[f64]) -> Vec<f64> {
    let typical = median_size(magnitudes);
    magnitudes
        .iter()
        .map(|m| (RELATIVE * m.abs()).max(OF_SAMPLE * typical))
        .collect()
}

/// The lower median of the absolute values; 0 for none.
pub(crate) fn median_size(values: &[f64]) -> f64 {
    let mut sizes: Vec<f64> = values.iter().map(|v| v.abs()).collect();
    sizes.sort_by(f64::total_cmp);
    let middle = sizes.len().saturating_sub(1) / 2;
    sizes.get(middle).copied().unwrap_or(0.0)
}

/// The numbers without their noise: a number within its tolerance of zero becomes 0, and sizes (absolute values) that
/// agree within their tolerance become one size. The result is rounded to a decimal place below the tolerance.
///
/// Sizes are joined from the smallest to the largest: one joins the group of the size before it when the two differ by
/// at most the larger of their tolerances, and the smaller one is itself larger than that: next to a number that is
/// uncertain by more than the size of another, the other stays as it is.
pub(crate) fn without_noise(values: &[f64], tolerances: &[f64]) -> Vec<f64> {
    let mut clean = vec![0.0; values.len()];
    let mut order: Vec<usize> = (0..values.len())
        .filter(|&i| values[i].abs() > tolerances[i])
        .collect();
    order.sort_by(|&a, &b| values[a].abs().total_cmp(&values[b].abs()));
    let joins = |a: usize, b: usize| {
        let (smaller, larger) = (values[a].abs(), values[b].abs());
        let tolerance = tolerances[a].max(tolerances[b]);
        larger - smaller <= tolerance && smaller > tolerance
    };
    for group in order.chunk_by(|&a, &b| joins(a, b)) {
        let tolerance = group.iter().fold(0.0, |t: f64, &i| t.max(tolerances[i]));
        let size = rounded(values[group[group.len() / 2]].abs(), tolerance);
        for &index in group {
            clean[index] = size.copysign(values[index]);
        }
    }
    clean
}

/// Rounds to the decimal place of the tolerance: the largest power of ten that is not above it. −0 becomes 0.
///
/// A value without a digit at that place, and any value under a tolerance of 0, is not changed.
pub(crate) fn rounded(value: f64, tolerance: f64) -> f64 {
    let (place, first) = (
        libm::log10(tolerance).floor(),
        libm::log10(value.abs()).floor(),
    );
    let digits = first - place;
    // An f64 has no more than 17 decimal digits.
    if !digits.is_finite() || !(0.0..17.0).contains(&digits) {
        return value + 0.0;
    }
    // Text is the only way to a decimal that neither overflows nor adds an error.
    let text = format!("{value:.*e}", digits as usize);
    text.parse().unwrap_or(value) + 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_rounded_to_the_place_of_its_tolerance() {
        assert_eq!(rounded(0.1 + 0.2, 1e-12), 0.3);
        assert_eq!(rounded(123_456.700_000_000_01, 2e-7), 123_456.7);
        assert_eq!(rounded(4.999_999_999_999_999_6e-14, 5e-26), 5e-14);
        assert_eq!(rounded(1.000_000_000_000_001e300, 1e288), 1e300);
        assert_eq!(rounded(-0.0, 1e-12).to_bits(), 0f64.to_bits());
        assert_eq!(rounded(1.5, 0.0), 1.5);
    }

    #[test]
    fn a_certain_number_does_not_become_zero_next_to_an_uncertain_zero() {
        let clean = without_noise(&[0.0, 1e-10], &tolerances(&[1e3, 2e-10]));
        assert_eq!(clean, [0.0, 1e-10]);
    }

    #[test]
    fn means_of_canceling_numbers_have_the_noise_of_the_sample() {
        // 0.1 + 0.2 − 0.3 is 5.6e-17 in f64.
        let mean = (0.1 + 0.2 - 0.3) / 3.0;
        let values = [mean, 0.1, 0.2];
        assert_eq!(
            without_noise(&values, &tolerances(&values)),
            [0.0, 0.1, 0.2]
        );
    }

    #[test]
    fn a_number_stays_next_to_one_that_is_uncertain_by_more() {
        let clean = without_noise(&[0.1, 1e8 + 0.05], &[1e-13, 1e8]);
        assert_eq!(clean, [0.1, 1e8]);
    }
}
