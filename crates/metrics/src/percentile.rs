//! Percentiles of numbers.

/// The value below which a share of sorted numbers lies, `share` from 0 to 1, with linear interpolation between the two
/// closest ranks, as `numpy.percentile`; `None` without a number.
#[must_use]
pub fn percentile(sorted: &[f64], share: f64) -> Option<f64> {
    let place = share * (sorted.len() as f64 - 1.0);
    let low = *sorted.get(place.floor() as usize)?;
    let high = *sorted.get(place.ceil() as usize)?;
    Some(low + (high - low) * place.fract())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_those_of_numpy() {
        // numpy.percentile([0, 1, 4], [0, 50, 95, 100]).
        for (share, expected) in [(0.0, 0.0), (0.5, 1.0), (0.95, 3.7), (1.0, 4.0)] {
            let found = percentile(&[0.0, 1.0, 4.0], share).unwrap();
            assert!((found - expected).abs() < 1e-12, "{share}: {found}");
        }
        assert_eq!(percentile(&[], 0.5), None);
        assert_eq!(percentile(&[7.0], 0.95), Some(7.0));
    }
}
