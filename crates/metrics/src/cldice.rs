//! Overlap of the center lines of two masks: clDice.

use ndarray::{Array3, ArrayView3, Zip};
use rsom_measures::schema::{CLDICE, TOPOLOGY_PRECISION, TOPOLOGY_SENSITIVITY};
use rsom_morphology::{Recheck, skeletonize};

use crate::{Measurement, Pair, Region, Status};

/// Overlap of the center lines of a predicted mask and its reference with the other mask.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClDice {
    /// Topology precision |S(P) ∩ R| / |S(P)|; `None` when the prediction P has no skeleton.
    pub precision: Option<f64>,
    /// Topology sensitivity |S(R) ∩ P| / |S(R)|; `None` when the reference R has no skeleton.
    pub sensitivity: Option<f64>,
    /// The harmonic mean of both, 0 when both are 0. Following the policy for [empty masks](crate#empty-masks), 1 when
    /// both masks are empty and 0 when one is. `None` when a nonempty mask has no skeleton.
    pub cldice: Option<f64>,
    /// Which masks are empty.
    pub status: Status,
}

impl ClDice {
    /// Compares two masks of equal shape (x, y, z).
    ///
    /// Formula: Shit et al. (2021), "clDice – a novel topology-preserving loss function for tubular structure
    /// segmentation", CVPR, equations 1 and 2. Skeletons are those of Lee et al. (1994) in scikit-image's
    /// implementation, which the paper's authors also use. They may be empty for an object that is two voxels wide; see
    /// [`Recheck::Connectivity`].
    #[must_use]
    pub fn of(region: &Region<'_>) -> Self {
        let (reference, prediction) = (region.reference, region.prediction);
        let skeleton = |mask: ArrayView3<'_, bool>| skeletonize(mask, Recheck::Connectivity);
        let precision = share_inside(&skeleton(prediction), reference);
        let sensitivity = share_inside(&skeleton(reference), prediction);
        let status = region.status();
        let cldice = match status {
            Status::BothEmpty => Some(1.0),
            Status::EmptyPrediction | Status::EmptyReference => Some(0.0),
            _ => precision.zip(sensitivity).map(harmonic_mean),
        };
        Self {
            precision,
            sensitivity,
            cldice,
            status,
        }
    }
}

/// `cldice`, `topology_precision` and `topology_sensitivity` of the whole scan. They are meaningful for vessels; layers
/// have no center line.
pub fn measure(pair: &Pair<'_>) -> Vec<Measurement> {
    let found = ClDice::of(&pair.whole());
    vec![
        CLDICE.measured(found.cldice, found.status),
        TOPOLOGY_PRECISION.measured(found.precision, found.status),
        TOPOLOGY_SENSITIVITY.measured(found.sensitivity, found.status),
    ]
}

/// The share of a skeleton's voxels that lie in a mask; `None` for an empty skeleton.
fn share_inside(skeleton: &Array3<bool>, mask: ArrayView3<'_, bool>) -> Option<f64> {
    let (inside, all) = Zip::from(skeleton)
        .and(&mask)
        .fold((0_u64, 0_u64), |(inside, all), s, m| {
            (inside + u64::from(*s && *m), all + u64::from(*s))
        });
    (all > 0).then(|| inside as f64 / all as f64)
}

fn harmonic_mean((a, b): (f64, f64)) -> f64 {
    if a + b == 0.0 {
        return 0.0;
    }
    2.0 * a * b / (a + b)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: [usize; 3] = [15, 15, 40];

    /// Tubes of radius 2 along z, through x = 7 and these y.
    fn tubes(at: &[usize]) -> Array3<bool> {
        Array3::from_shape_fn(SHAPE, |(x, y, _)| {
            at.iter()
                .any(|center| x.abs_diff(7).pow(2) + y.abs_diff(*center).pow(2) <= 4)
        })
    }

    fn of(reference: &Array3<bool>, prediction: &Array3<bool>) -> ClDice {
        ClDice::of(&Region {
            slice: None,
            reference: reference.view(),
            prediction: prediction.view(),
        })
    }

    #[test]
    fn cldice_of_a_mask_with_itself_is_one() {
        let mask = tubes(&[7]);
        assert_eq!(of(&mask, &mask).cldice, Some(1.0));
    }

    #[test]
    fn one_of_two_equal_tubes_has_precision_one_and_half_the_sensitivity() {
        let found = of(&tubes(&[3, 11]), &tubes(&[3]));
        assert_eq!((found.precision, found.sensitivity), (Some(1.0), Some(0.5)));
        // 2 · 1 · ½ / (1 + ½).
        assert!((found.cldice.unwrap() - 2.0 / 3.0).abs() < 1e-15);
        assert_eq!(found.status, Status::Ok);
    }

    #[test]
    fn a_thinner_prediction_of_the_same_course_loses_nothing() {
        let thin = Array3::from_shape_fn(SHAPE, |(x, y, _)| x.abs_diff(7) + y.abs_diff(7) <= 1);
        assert_eq!(of(&tubes(&[7]), &thin).cldice, Some(1.0));
    }

    #[test]
    fn masks_without_common_voxels_have_cldice_zero() {
        let found = of(&tubes(&[3]), &tubes(&[11]));
        assert_eq!(found.cldice, Some(0.0));
        assert_eq!((found.precision, found.sensitivity), (Some(0.0), Some(0.0)));
    }

    #[test]
    fn empty_masks_follow_the_policy_of_dice() {
        let (some, none) = (tubes(&[7]), tubes(&[]));
        let both = of(&none, &none);
        assert_eq!(
            (both.cldice, both.precision, both.sensitivity),
            (Some(1.0), None, None)
        );
        let prediction = of(&some, &none);
        assert_eq!(
            (
                prediction.cldice,
                prediction.precision,
                prediction.sensitivity
            ),
            (Some(0.0), None, Some(0.0))
        );
        assert_eq!(prediction.status, Status::EmptyPrediction);
        let reference = of(&none, &some);
        assert_eq!(
            (reference.cldice, reference.precision, reference.sensitivity),
            (Some(0.0), Some(0.0), None)
        );
    }

    #[test]
    fn a_mask_without_a_skeleton_leaves_cldice_undefined() {
        let block = Array3::from_shape_fn(SHAPE, |(x, y, z)| {
            [x, y, z].iter().all(|i| (4..6).contains(i))
        });
        let found = of(&tubes(&[5]), &block);
        assert_eq!((found.cldice, found.precision), (None, None));
        let row = CLDICE.measured(found.cldice, found.status);
        assert_eq!(row.status, Status::Undefined);
    }
}
