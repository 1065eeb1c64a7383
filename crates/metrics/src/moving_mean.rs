//! Deviation of a profile from its own moving mean.

use rsom_volume::reflected;

/// Columns of the moving window of the roughness (paper, equation 5).
pub const WINDOW: usize = 5;

/// |h(x) − mean of h over the window around x| for every x of a profile along a B-scan.
///
/// The window is [`WINDOW`] columns wide; at the ends the profile is reflected with its last column repeated (`d c b a
/// | a b c d | d c b a`, scipy's `reflect`). Missing columns are excluded from the window. The deviation is `None` where the column itself is missing, or where the window has less than `fewest` columns (mirror images not counted).
pub fn deviations(profile: &[Option<f64>], fewest: usize) -> Vec<Option<f64>> {
    let half = (WINDOW / 2) as isize;
    let at = |x: usize, offset: isize| profile[reflected(x as isize + offset, profile.len())];
    let deviation = |x: usize| {
        let height = profile[x]?;
        let present = (-half..=half).filter_map(|offset| at(x, offset));
        let (sum, count) = present.fold((0.0, 0), |(sum, count), h| (sum + h, count + 1));
        let mean = sum / f64::from(count);
        let window = x.saturating_sub(WINDOW / 2)..(x + WINDOW / 2 + 1).min(profile.len());
        let columns = profile[window].iter().flatten().count();
        (columns >= fewest).then(|| (height - mean).abs())
    };
    (0..profile.len()).map(deviation).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn full(values: &[f64]) -> Vec<Option<f64>> {
        values.iter().copied().map(Some).collect()
    }

    #[test]
    fn deviations_equal_those_of_scipy() {
        // abs(v - scipy.ndimage.uniform_filter1d(v, 5)), scipy 1.17.
        let found = deviations(&full(&[3.0, 7.0, 1.0, 4.0, 4.0, 9.0]), 1);
        let expected = [1.2, 3.4, 2.8, 1.0, 1.4, 3.0];
        for (f, e) in found.iter().zip(expected) {
            assert!((f.unwrap() - e).abs() < 1e-12, "{found:?}");
        }
    }

    #[test]
    fn short_profiles_are_reflected_again_and_again() {
        // scipy.ndimage.uniform_filter1d([2., 5.], 5): 3.8 and 3.2.
        let found = deviations(&full(&[2.0, 5.0]), 1);
        assert!((found[0].unwrap() - 1.8).abs() < 1e-12);
        assert!((found[1].unwrap() - 1.8).abs() < 1e-12);
        assert_eq!(deviations(&full(&[8.0]), 1), [Some(0.0)]);
    }

    #[test]
    fn a_column_without_enough_neighbors_has_no_deviation() {
        let lonely = [None, None, Some(4.0), None, None, None, None];
        assert!(deviations(&lonely, 3).iter().all(Option::is_none));
        // At an end too, where mirror images of the same two columns fill the window.
        let island = [Some(4.0), Some(9.0), None, None, None];
        assert!(deviations(&island, 3).iter().all(Option::is_none));
    }

    #[test]
    fn missing_columns_leave_the_window() {
        let profile = [1.0, 1.0, 1.0, 5.0, 1.0, 1.0, 1.0].map(Some);
        let mut holed = profile;
        holed[1] = None;
        // The window of column 2 holds columns 0, 2, 3, 4: mean 2.
        assert_eq!(deviations(&holed, 3)[2], Some(1.0));
        assert_eq!(deviations(&holed, 3)[1], None);
    }

    proptest! {
        #[test]
        fn a_straight_slope_is_smooth_inside(slope in -5.0f64..5.0, length in 5usize..40) {
            let ramp: Vec<_> = (0..length).map(|x| Some(slope * x as f64)).collect();
            for deviation in &deviations(&ramp, WINDOW)[2..length - 2] {
                prop_assert!(deviation.unwrap() < 1e-9);
            }
        }

        #[test]
        fn depth_does_not_matter(values in prop::collection::vec(0.0f64..50.0, 1..30), shift in 0.0f64..100.0) {
            let shifted: Vec<f64> = values.iter().map(|v| v + shift).collect();
            let pairs = deviations(&full(&values), 1).into_iter().zip(deviations(&full(&shifted), 1));
            for (a, b) in pairs {
                prop_assert!((a.unwrap() - b.unwrap()).abs() < 1e-9);
            }
        }
    }
}
