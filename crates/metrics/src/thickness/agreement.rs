//! How much the predicted thickness of single columns differs from that of the reference.

use crate::percentile::percentile;

/// Standard deviations from the bias to the limits of agreement: 95 % of normally distributed differences lie within.
const DEVIATIONS: f64 = 1.96;

/// Differences in thickness over columns, prediction − reference, in voxels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ThicknessAgreement {
    /// Number of columns.
    pub columns: usize,
    /// Mean difference: above 0 where the prediction is thicker.
    pub bias_vox: f64,
    /// Standard deviation of the differences with n − 1; `None` for a single column.
    pub sd_vox: Option<f64>,
    /// Limits of agreement, the lower and the upper: bias ∓ 1.96 sd (Bland and Altman, Lancet 1986; 327: 307–310). `None`
    /// for a single column. Neighboring columns resemble each other, so that the paper's confidence intervals of the
    /// limits, for independent differences, do not apply to columns.
    pub limits_vox: Option<[f64; 2]>,
    /// Mean of the absolute differences.
    pub mean_absolute_vox: f64,
    /// Median of the absolute differences.
    pub median_absolute_vox: f64,
    /// 95th percentile of the absolute differences, with linear interpolation between the two closest ranks.
    pub p95_absolute_vox: f64,
}

impl ThicknessAgreement {
    /// Summarizes differences, such as [`differences_vox`](super::differences_vox); `None` without one.
    /// Differences that are no number are left out.
    #[must_use]
    pub fn of(differences_vox: &[f64]) -> Option<Self> {
        let known = differences_vox.iter().copied().filter(|d| d.is_finite());
        let differences: Vec<f64> = known.collect();
        let columns = differences.len();
        let mean = |sum: f64| sum / columns as f64;
        let mut sizes: Vec<f64> = differences.iter().map(|d| d.abs()).collect();
        sizes.sort_unstable_by(f64::total_cmp);
        let bias_vox = mean(differences.iter().sum());
        let squares = differences.iter().map(|d| (d - bias_vox) * (d - bias_vox));
        let sd_vox = (columns > 1).then(|| (squares.sum::<f64>() / (columns - 1) as f64).sqrt());
        Some(Self {
            columns,
            bias_vox,
            sd_vox,
            limits_vox: sd_vox.map(|sd| [bias_vox - DEVIATIONS * sd, bias_vox + DEVIATIONS * sd]),
            mean_absolute_vox: mean(sizes.iter().sum()),
            median_absolute_vox: percentile(&sizes, 0.5)?,
            p95_absolute_vox: percentile(&sizes, 0.95)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;
    use proptest::prelude::*;

    use super::super::{bias_vox, differences_vox};
    use super::*;
    use crate::Columns;

    fn assert_close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-12, "{found}, not {expected}");
    }

    #[test]
    fn the_limits_of_agreement_are_those_of_numpy() {
        // numpy 2.4 of d: d.mean(), d.std(ddof=1), mean ∓ 1.96 std, abs(d).mean(), percentile(abs(d), [50, 95]).
        let found = ThicknessAgreement::of(&[1.0, -2.0, 0.0, 3.0, 3.0, -1.0, 4.0]).unwrap();
        assert_eq!(found.columns, 7);
        assert_close(found.bias_vox, 1.142_857_142_857_142_8);
        assert_close(found.sd_vox.unwrap(), 2.267_786_838_055_363_4);
        let [lower, upper] = found.limits_vox.unwrap();
        assert_close(lower, -3.302_005_059_731_369);
        assert_close(upper, 5.587_719_345_445_654);
        assert_close(found.mean_absolute_vox, 2.0);
        assert_close(found.median_absolute_vox, 2.0);
        assert_close(found.p95_absolute_vox, 3.7);
    }

    #[test]
    fn a_single_column_has_a_bias_but_no_limits() {
        let found = ThicknessAgreement::of(&[-3.0]).unwrap();
        assert_eq!((found.bias_vox, found.mean_absolute_vox), (-3.0, 3.0));
        assert_eq!((found.sd_vox, found.limits_vox), (None, None));
        assert_eq!(ThicknessAgreement::of(&[]), None);
        assert_eq!(ThicknessAgreement::of(&[f64::NAN]), None);
    }

    proptest! {
        #[test]
        fn the_bias_is_that_of_the_masks(
            a in prop::collection::vec(0usize..20, 8), b in prop::collection::vec(0usize..20, 8),
        ) {
            let layer = |thickness: &[usize]| Array3::from_shape_fn((8, 1, 24), |(x, _, z)| {
                (3..3 + thickness[x]).contains(&z)
            });
            let (a, b) = (layer(&a), layer(&b));
            let differences = differences_vox(&Columns::of(a.view()), &Columns::of(b.view()));
            let agreement = ThicknessAgreement::of(&differences);
            prop_assert_eq!(agreement.map(|f| f.bias_vox), bias_vox(a.view(), b.view()));
            if let Some(f) = agreement {
                prop_assert!(f.bias_vox.abs() <= f.mean_absolute_vox + 1e-12);
            }
        }
    }
}
