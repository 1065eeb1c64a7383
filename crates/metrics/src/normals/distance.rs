//! Distance between two distributions of angles.

/// How much the angles of two surfaces differ as distributions: which angle occurs how often, not where.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AngleDistance {
    /// Wasserstein-1 distance in degrees, from 0 to 90: the mean angle by which the one distribution must be moved to become
    /// the other, ∫ |F(a) − G(a)| da of the two cumulative distributions (Vallender 1974; 18: 784–786).
    pub wasserstein_deg: f64,
    /// Kolmogorov–Smirnov distance, from 0 to 1: the largest |F(a) − G(a)|.
    pub kolmogorov_smirnov: f64,
}

impl AngleDistance {
    /// Compares two sets of angles in degrees, in any order; `None` when one of them is empty.
    ///
    /// Both distances are exact (no bins) and symmetric, and 0 between equal sets; the sets may differ in size. They equal
    /// `scipy.stats.wasserstein_distance` and the statistic of `scipy.stats.ks_2samp`. Compare the p-value of that test with
    /// nothing: neighboring columns are not independent. Angles that are no number are left out.
    #[must_use]
    pub fn of(reference_deg: &[f64], prediction_deg: &[f64]) -> Option<Self> {
        let (reference, prediction) = (sorted(reference_deg), sorted(prediction_deg));
        let mut angle = reference.first()?.min(*prediction.first()?);
        let (mut below, mut distance) = ([0, 0], Self::ZERO);
        loop {
            // All angles up to this one, in both sets; then on to the next one of either set.
            below[0] += not_above(&reference[below[0]..], angle);
            below[1] += not_above(&prediction[below[1]..], angle);
            let ahead = [reference.get(below[0]), prediction.get(below[1])];
            let Some(next) = ahead.into_iter().flatten().copied().reduce(f64::min) else {
                return Some(distance);
            };
            let shares = [
                below[0] as f64 / reference.len() as f64,
                below[1] as f64 / prediction.len() as f64,
            ];
            let apart = (shares[0] - shares[1]).abs();
            distance.wasserstein_deg += apart * (next - angle);
            distance.kolmogorov_smirnov = distance.kolmogorov_smirnov.max(apart);
            angle = next;
        }
    }

    const ZERO: Self = Self {
        wasserstein_deg: 0.0,
        kolmogorov_smirnov: 0.0,
    };
}

fn sorted(angles: &[f64]) -> Vec<f64> {
    let mut sorted: Vec<f64> = angles.iter().copied().filter(|a| a.is_finite()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
}

/// How many numbers at the beginning are not above `limit`.
fn not_above(sorted: &[f64], limit: f64) -> usize {
    sorted.iter().take_while(|a| **a <= limit).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn distances_are_those_of_scipy() {
        // scipy 1.17: wasserstein_distance and ks_2samp(…).statistic.
        let reference = [61.5, 0.0, 3.5, 7.25, 0.0, 7.25, 12.0, 40.0];
        let prediction = [0.0, 1.5, 3.5, 9.0, 90.0, 9.0, 9.0, 22.0, 55.0, 80.0];
        let found = AngleDistance::of(&reference, &prediction).unwrap();
        assert!((found.wasserstein_deg - 11.4625).abs() < 1e-12);
        assert!((found.kolmogorov_smirnov - 0.325).abs() < 1e-12);
    }

    #[test]
    fn without_angles_there_is_no_distance() {
        assert_eq!(AngleDistance::of(&[], &[1.0]), None);
        assert_eq!(AngleDistance::of(&[1.0], &[f64::NAN]), None);
        let most = AngleDistance::of(&[0.0; 3], &[90.0]).unwrap();
        assert_eq!((most.wasserstein_deg, most.kolmogorov_smirnov), (90.0, 1.0));
    }

    proptest! {
        #[test]
        fn moved_angles_are_as_far_as_they_are_moved(
            angles in prop::collection::vec(0.0f64..60.0, 1..40), by in 0.0f64..30.0,
        ) {
            let moved: Vec<f64> = angles.iter().rev().map(|a| a + by).collect();
            let there = AngleDistance::of(&angles, &moved).unwrap();
            prop_assert!((there.wasserstein_deg - by).abs() < 1e-9);
            prop_assert_eq!(AngleDistance::of(&moved, &angles).unwrap(), there);
            prop_assert_eq!(AngleDistance::of(&angles, &angles).unwrap(), AngleDistance::ZERO);
        }

        #[test]
        fn distances_do_not_leave_their_range(
            a in prop::collection::vec(0.0f64..=90.0, 1..20), b in prop::collection::vec(0.0f64..=90.0, 1..20),
        ) {
            let found = AngleDistance::of(&a, &b).unwrap();
            let means = [&a, &b].map(|angles| angles.iter().sum::<f64>() / angles.len() as f64);
            prop_assert!(found.wasserstein_deg >= (means[0] - means[1]).abs() - 1e-9);
            prop_assert!(found.wasserstein_deg <= 90.0 * found.kolmogorov_smirnov + 1e-9);
            prop_assert!((0.0..=1.0).contains(&found.kolmogorov_smirnov));
        }
    }
}
