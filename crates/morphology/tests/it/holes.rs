//! Filling of holes against a plain flood from the outside.

use ndarray::Array3;
use proptest::prelude::*;
use rsom_morphology::fill_holes;

const VOLUME: [bool; 3] = [true; 3];
const BSCAN: [bool; 3] = [true, false, true];

/// Floods the unset voxels from the ends that are open, and sets all that stays dry.
fn flooded(mask: &Array3<bool>, open: [bool; 3]) -> Array3<bool> {
    let shape = [0, 1, 2].map(|axis| mask.shape()[axis]);
    let is_end =
        |voxel: [usize; 3]| (0..3).any(|a| open[a] && (voxel[a] == 0 || voxel[a] + 1 == shape[a]));
    let mut wet = mask.mapv(|_| false);
    let mut front: Vec<[usize; 3]> = Vec::new();
    for ((x, y, z), set) in mask.indexed_iter() {
        if !set && is_end([x, y, z]) {
            wet[[x, y, z]] = true;
            front.push([x, y, z]);
        }
    }
    while let Some(voxel) = front.pop() {
        for axis in 0..3 {
            for step in [-1, 1] {
                let mut next = voxel;
                next[axis] = next[axis].wrapping_add_signed(step);
                if mask.get(next) == Some(&false) && !wet[next] {
                    wet[next] = true;
                    front.push(next);
                }
            }
        }
    }
    wet.mapv(|wet| !wet)
}

#[test]
fn a_closed_shell_is_filled_and_an_open_one_is_not() {
    let shell = |open: bool| {
        Array3::from_shape_fn((5, 5, 5), |(x, y, z)| {
            let far = [x, y, z].iter().map(|i| i.abs_diff(2)).max() == Some(2);
            far && !(open && (x, y, z) == (2, 2, 0))
        })
    };
    assert!(fill_holes(shell(false).view(), VOLUME).iter().all(|v| *v));
    assert_eq!(fill_holes(shell(true).view(), VOLUME), shell(true));
}

#[test]
fn a_diagonal_gap_does_not_open_a_hole() {
    // The corner voxel touches the hole only by an edge: face neighbors see no path.
    let mut mask = Array3::from_elem((3, 3, 3), true);
    mask[[1, 1, 1]] = false;
    mask[[0, 0, 1]] = false;
    let filled = fill_holes(mask.view(), VOLUME);
    assert!(filled[[1, 1, 1]]);
    assert!(!filled[[0, 0, 1]]);
}

#[test]
fn a_ring_in_a_single_bscan_is_filled_when_only_its_own_borders_count() {
    let ring = Array3::from_shape_fn((5, 1, 5), |(x, _, z)| x.abs_diff(2).max(z.abs_diff(2)) == 1);
    assert!(fill_holes(ring.view(), BSCAN)[[2, 0, 2]]);
    assert!(!fill_holes(ring.view(), VOLUME)[[2, 0, 2]]);
}

#[test]
fn a_mask_without_voxels_stays_one() {
    let none = Array3::from_elem((0, 2, 3), false);
    assert_eq!(fill_holes(none.view(), VOLUME), none);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn filling_equals_a_flood_from_the_outside(
        shape in [1_usize..7, 1_usize..7, 1_usize..70],
        voxels in prop::collection::vec(prop::bool::weighted(0.7), 6 * 6 * 69),
        bscan: bool,
    ) {
        let count = shape.iter().product::<usize>();
        let mask = Array3::from_shape_vec(shape, voxels[..count].to_vec()).unwrap();
        let open = if bscan { BSCAN } else { VOLUME };
        prop_assert_eq!(fill_holes(mask.view(), open), flooded(&mask, open));
    }
}
