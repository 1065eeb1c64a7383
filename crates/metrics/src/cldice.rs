//! Overlap of the center lines of two masks: clDice.

use ndarray::{Array3, ArrayView3, Zip};
use rsom_measures::schema::{CLDICE, TOPOLOGY_PRECISION, TOPOLOGY_SENSITIVITY};
use rsom_morphology::{Recheck, skeletonize};
use rsom_parameters::Choice;

use crate::vessels::vessel_skeleton;
use crate::{Measurement, Metric, Pair, Region, Settings, Status, Within};

/// Thinning that gives the center lines. Both follow Lee, Kashyap and Chu (1994); see [`Recheck`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Skeleton {
    /// Keeps the topology of the mask: every component, tunnel and cavity. So every vessel has a center line, also one
    /// whose width is an even number of voxels.
    Topology,
    /// Equal, voxel for voxel, to scikit-image 0.26's `skeletonize`, for comparison with other software. A vessel of even
    /// width and constant section may vanish; clDice then ignores it.
    Skimage,
}

impl Skeleton {
    /// The center lines of a mask of shape (x, y, z). With [`Self::Topology`], a mask with one voxel along any axis is an image; scikit-image
    /// treats it so along the first axis only.
    #[must_use]
    pub fn of(self, mask: ArrayView3<'_, bool>) -> Array3<bool> {
        match self {
            Self::Topology => vessel_skeleton(mask, [1.0; 3]),
            Self::Skimage => skeletonize(mask, Recheck::Connectivity),
        }
    }
}

/// Overlap of the center lines of a predicted mask and its reference with the other mask.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClDice {
    /// Topology precision |S(P) ∩ R| / |S(P)|; `None` when the prediction P is empty or has no skeleton.
    pub precision: Option<f64>,
    /// Topology sensitivity |S(R) ∩ P| / |S(R)|; `None` when the reference R is empty or has no skeleton.
    pub sensitivity: Option<f64>,
    /// The harmonic mean of both, 0 when both are 0. Following the policy for [empty masks](rsom_measures::EmptyCases::SCORE), 1 when
    /// both masks are empty and 0 when one is. `None` when a nonempty mask has no skeleton, which happens under
    /// [`Skeleton::Skimage`] only.
    pub cldice: Option<f64>,
    /// Which masks are empty.
    pub status: Status,
}

impl ClDice {
    /// Compares two masks of equal shape (x, y, z).
    ///
    /// Formula: Shit et al. (2021), "clDice – a novel topology-preserving loss function for tubular structure
    /// segmentation", CVPR, equations 1 and 2. The definition rests on skeletons with the topology of the masks
    /// ([`Skeleton::Topology`]). The code of the paper's authors uses scikit-image's ([`Skeleton::Skimage`]), which lose
    /// whole vessels of even width: a missed vessel then costs nothing.
    #[must_use]
    pub fn of(region: &Region<'_>, skeleton: Skeleton) -> Self {
        let (reference, prediction) = (region.reference, region.prediction);
        let precision = share_inside(&skeleton.of(prediction), reference);
        let sensitivity = share_inside(&skeleton.of(reference), prediction);
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

/// The metrics that [`measure`] computes.
pub(crate) fn metrics() -> Vec<Metric> {
    vec![CLDICE, TOPOLOGY_PRECISION, TOPOLOGY_SENSITIVITY]
}

/// `cldice`, `topology_precision` and `topology_sensitivity` of the whole scan. They are meaningful for vessels; layers
/// have no center line.
pub fn measure(pair: &Pair<'_>, settings: &Settings) -> Vec<Measurement> {
    let region = pair.whole();
    let found = ClDice::of(&region, settings.skeleton);
    let dimensions = Within::Scan.dimensions(region.reference.dim());
    let rows = [
        CLDICE.measured(found.cldice, found.status),
        TOPOLOGY_PRECISION.measured(found.precision, found.status),
        TOPOLOGY_SENSITIVITY.measured(found.sensitivity, found.status),
    ];
    rows.map(|row| row.in_dimensions(dimensions)).to_vec()
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

    fn by(skeleton: Skeleton, reference: &Array3<bool>, prediction: &Array3<bool>) -> ClDice {
        let region = Region::of(reference.view(), prediction.view());
        ClDice::of(&region, skeleton)
    }

    fn of(reference: &Array3<bool>, prediction: &Array3<bool>) -> ClDice {
        by(Skeleton::Topology, reference, prediction)
    }

    /// Straight tubes along z of these widths in x and y, two voxels apart.
    fn blocks(widths: &[[usize; 2]]) -> Array3<bool> {
        let mut mask = Array3::from_elem((40, 10, 30), false);
        let mut start = 2;
        for [wide, high] in widths {
            let tube = ndarray::s![start..start + wide, 2..2 + high, 3..27];
            mask.slice_mut(tube).fill(true);
            start += wide + 2;
        }
        mask
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
    fn a_missed_vessel_of_even_width_costs_its_center_line() {
        // The skeleton of each straight tube is one line, of nearly the same length: sensitivity 1/2, clDice 2/3.
        for even in [[2, 2], [4, 4], [2, 4], [6, 4], [4, 3]] {
            let (both, first) = (blocks(&[[5, 4], even]), blocks(&[[5, 4]]));
            let found = of(&both, &first);
            assert_eq!(found.precision, Some(1.0), "{even:?}");
            assert!(
                (found.sensitivity.unwrap() - 0.5).abs() < 0.05,
                "{even:?} {found:?}"
            );
            assert!((found.cldice.unwrap() - 2.0 / 3.0).abs() < 0.05, "{even:?}");
            // The same on the other side: a vessel that is not there.
            let found = of(&first, &both);
            assert_eq!(found.sensitivity, Some(1.0), "{even:?}");
            assert!(
                (found.precision.unwrap() - 0.5).abs() < 0.05,
                "{even:?} {found:?}"
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn every_component_has_a_center_line(
            boxes in proptest::collection::vec((0usize..12, 0usize..12, 0usize..12, 1usize..6, 1usize..6, 1usize..6), 1..6),
        ) {
            let mut mask = Array3::from_elem((18, 18, 18), false);
            for (x, y, z, a, b, c) in boxes {
                mask.slice_mut(ndarray::s![x..x + a, y..y + b, z..z + c]).fill(true);
            }
            let parts = rsom_morphology::label(mask.view(), rsom_morphology::Connectivity::Corners);
            let skeleton = Skeleton::Topology.of(mask.view());
            let mut lines = vec![0; parts.sizes.len()];
            for (place, part) in parts.labels.indexed_iter() {
                if *part > 0 && skeleton[place] {
                    lines[*part as usize - 1] += 1;
                }
            }
            proptest::prop_assert!(lines.iter().all(|line| *line > 0), "{lines:?}");
        }
    }

    #[test]
    fn a_mask_without_a_skeleton_of_scikit_image_leaves_cldice_undefined() {
        let block = Array3::from_shape_fn(SHAPE, |(x, y, z)| {
            [x, y, z].iter().all(|i| (4..6).contains(i))
        });
        let found = by(Skeleton::Skimage, &tubes(&[5]), &block);
        assert_eq!((found.cldice, found.precision), (None, None));
        assert!(of(&tubes(&[5]), &block).cldice.is_some());
        let row = CLDICE.measured(found.cldice, found.status);
        assert_eq!(row.status, Status::Undefined);
    }
}
