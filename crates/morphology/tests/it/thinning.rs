//! Skeletons: equal to those of scikit-image, and of the mask's topology.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use ndarray::{Array3, Zip};
use proptest::prelude::*;
use rsom_morphology::{
    Connectivity, Element, Recheck, dilate, label, skeletonize, skeletonize_spaced,
};

const SHAPE: [usize; 3] = [24, 20, 70];

/// Noise by a linear congruential generator, which any language can repeat; `share` is of 256.
fn noise(shape: [usize; 3], seed: u32, share: u32) -> Array3<bool> {
    let mut state = seed;
    Array3::from_shape_simple_fn(shape, || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state >> 24 < share
    })
}

/// Sets each voxel of which at least 14 of the 27 voxels around it, itself among them, are set.
fn majority(mask: &Array3<bool>) -> Array3<bool> {
    Array3::from_shape_fn(mask.dim(), |(x, y, z)| {
        let near = (0..27).filter(|i| {
            let place = [x + i / 9, y + i / 3 % 3, z + i % 3].map(|p| p.wrapping_sub(1));
            mask.get(place) == Some(&true)
        });
        near.count() >= 14
    })
}

fn shape_of(inside: impl Fn(i64, i64, i64) -> bool) -> Array3<bool> {
    Array3::from_shape_fn(SHAPE, |(x, y, z)| inside(x as i64, y as i64, z as i64))
}

fn cases() -> Vec<(&'static str, Array3<bool>)> {
    let square = |v: i64| v * v;
    vec![
        (
            "torus",
            shape_of(|x, y, z| {
                let ring = (square(x - 11) + square(z - 30)).isqrt() - 8;
                square(ring) + square(y - 9) <= 9
            }),
        ),
        (
            "slanted tubes",
            shape_of(|x, y, z| {
                9 * square(x - 12) + 9 * square(y - 10) + square((z * 7) % 40 - 20) <= 400
            }),
        ),
        ("sparse noise", noise(SHAPE, 1, 60)),
        ("dense noise", noise(SHAPE, 2, 200)),
        ("blobs", majority(&noise(SHAPE, 3, 128))),
        ("rounder blobs", majority(&majority(&noise(SHAPE, 4, 128)))),
        (
            "plate",
            shape_of(|x, y, z| (20..33).contains(&z) && x > 1 && y > 2),
        ),
        (
            "box with a hole",
            shape_of(|x, y, z| {
                let hole = (9..14).contains(&x) && (8..12).contains(&y);
                (3..21).contains(&x) && (3..17).contains(&y) && (5..64).contains(&z) && !hole
            }),
        ),
    ]
}

#[test]
fn skeletons_equal_those_of_scikit_image() {
    // By skimage.morphology.skeletonize of scikit-image 0.26 on the same masks: voxels of the mask, voxels of the
    // skeleton, and h = 31·h + index (modulo 2³²) over the skeleton's flat indices.
    let expected: [(usize, usize, u32); 8] = [
        (1536, 48, 3_670_218_572),
        (6398, 66, 4_280_239_664),
        (7997, 5212, 942_395_511),
        (26217, 14692, 298_710_055),
        (13824, 2433, 493_923_463),
        (11649, 1044, 4_006_343_243),
        (4862, 8, 512_344_032),
        (13688, 80, 616_995_550),
    ];
    for ((name, mask), expected) in cases().into_iter().zip(expected) {
        let skeleton = skeletonize(mask.view(), Recheck::Connectivity);
        let set = skeleton.iter().enumerate().filter(|(_, set)| **set);
        let hash = set.fold(0_u32, |hash, (i, _)| {
            hash.wrapping_mul(31).wrapping_add(i as u32)
        });
        let count = |m: &Array3<bool>| m.iter().filter(|v| **v).count();
        assert_eq!((count(&mask), count(&skeleton), hash), expected, "{name}");
    }
}

#[test]
fn objects_two_voxels_wide_vanish_as_in_scikit_image_unless_topology_is_kept() {
    let bar = Array3::from_shape_fn([6, 6, 9], |(x, y, z)| {
        (2..4).contains(&x) && (2..4).contains(&y) && (2..7).contains(&z)
    });
    let count = |recheck| {
        let skeleton = skeletonize(bar.view(), recheck);
        skeleton.iter().filter(|v| **v).count()
    };
    // scikit-image 0.26 leaves nothing of 2 × 2 × 5 voxels.
    assert_eq!(count(Recheck::Connectivity), 0);
    assert!((3..=5).contains(&count(Recheck::Topology)));
}

#[test]
fn a_picture_is_thinned_from_its_four_sides() {
    // scikit-image 0.26 of np.ones((1, 3, 7)): the middle row.
    let skeleton = skeletonize(
        Array3::from_elem([1, 3, 7], true).view(),
        Recheck::Connectivity,
    );
    let set: Vec<_> = skeleton
        .indexed_iter()
        .filter(|(_, v)| **v)
        .map(|(p, _)| p)
        .collect();
    let middle: Vec<_> = (0..7).map(|z| (0, 1, z)).collect();
    assert_eq!(set, middle);
}

#[test]
fn the_skeleton_does_not_depend_on_the_number_of_threads() {
    for (name, mask) in cases() {
        let with = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            pool.unwrap()
                .install(|| skeletonize(mask.view(), Recheck::Topology))
        };
        assert_eq!(with(1), with(3), "{name}");
    }
}

#[test]
fn the_skeleton_of_a_tube_is_its_center_line() {
    let tube = shape_of(|x, y, z| (x - 12).pow(2) + (y - 10).pow(2) <= 25 && (8..62).contains(&z));
    let skeleton = skeletonize(tube.view(), Recheck::Topology);
    for ((x, y, z), _) in skeleton.indexed_iter().filter(|(_, set)| **set) {
        assert!(
            x.abs_diff(12) <= 1 && y.abs_diff(10) <= 1,
            "({x}, {y}, {z})"
        );
    }
    let middle = (15..55).filter(|z| skeleton[[12, 10, *z]]);
    assert_eq!(middle.count(), 40);
}

#[test]
fn equal_spacings_change_nothing_and_rounds_follow_the_others() {
    for (name, mask) in cases() {
        for recheck in [Recheck::Connectivity, Recheck::Topology] {
            let expected = skeletonize(mask.view(), recheck);
            let found = skeletonize_spaced(mask.view(), [2.5; 3], recheck);
            assert_eq!(found, expected, "{name}");
        }
    }
}

#[test]
fn a_round_tube_of_flat_voxels_has_one_line() {
    // Radius 60 µm along x, in voxels of 12 × 12 × 3 µm: 10 voxels wide and 40 high. Thinning by voxels makes a sheet first, and
    // leaves several ends.
    let spacing = [12.0, 12.0, 3.0];
    let tube = Array3::from_shape_fn([60, 17, 60], |(x, y, z)| {
        let (y, z) = (12.0 * (y as f64 - 8.3), 3.0 * (z as f64 - 29.6));
        (5..55).contains(&x) && y * y + z * z <= 3600.0
    });
    let ends = |skeleton: &Array3<bool>| {
        let set = skeleton.indexed_iter().filter(|(_, set)| **set);
        let near = |(x, y, z): (usize, usize, usize)| {
            let around = (0..27).filter(|i| {
                let place = [x + i / 9, y + i / 3 % 3, z + i % 3].map(|p| p.wrapping_sub(1));
                skeleton.get(place) == Some(&true)
            });
            around.count() - 1
        };
        set.filter(|(place, _)| near(*place) == 1).count()
    };
    let spaced = skeletonize_spaced(tube.view(), spacing, Recheck::Topology);
    assert_eq!(ends(&spaced), 2);
    // A radius is missing at each end.
    let voxels = spaced.iter().filter(|set| **set).count();
    assert!((36..=50).contains(&voxels), "{voxels}");
    assert!(ends(&skeletonize(tube.view(), Recheck::Topology)) > 2);
}

/// A box of the given widths, drawn along a straight line of 40 steps.
fn drawn_along(direction: [f64; 3], widths: [usize; 3]) -> Array3<bool> {
    let mut mask = Array3::from_elem([56, 56, 56], false);
    for step in 0..40 {
        let corner = direction.map(|d| (5.0 + f64::from(step) * d).round() as usize);
        let range = |a: usize| corner[a] as isize..(corner[a] + widths[a]) as isize;
        let part = ndarray::s![range(0), range(1), range(2)];
        mask.slice_mut(part).fill(true);
    }
    mask
}

#[test]
fn tubes_of_every_direction_and_width_keep_their_length() {
    let directions = [
        [1.0, 0.0, 0.0],
        [0.0, 1.0, 0.0],
        [0.0, 0.0, 1.0],
        [1.0, 1.0, 0.0],
        [1.0, 0.0, 1.0],
        [0.0, 1.0, 1.0],
        [1.0, 1.0, 1.0],
        [1.0, 0.5, 0.5],
        [0.5, 1.0, 0.5],
        [0.33, 0.33, 1.0],
        [0.0, 1.0, 0.25],
    ];
    for direction in directions {
        for code in 0..5_usize.pow(3) {
            let widths = [code % 5 + 1, code / 5 % 5 + 1, code / 25 + 1];
            // The first axis along which the line advances by one voxel per step.
            let along = direction.iter().position(|d| *d == 1.0).unwrap();
            let skeleton = skeletonize(drawn_along(direction, widths).view(), Recheck::Topology);
            let places = skeleton.indexed_iter().filter(|(_, set)| **set);
            let places: Vec<usize> = places.map(|((x, y, z), _)| [x, y, z][along]).collect();
            let length = places.iter().max().unwrap() - places.iter().min().unwrap() + 1;
            // The ends lose at most about the widest section, as balls of that width would.
            let widest = widths.iter().max().unwrap();
            assert!(
                length + 2 * widest >= 40,
                "{direction:?} {widths:?}: {length}"
            );
        }
    }
}

/// Vertices − edges + faces − voxels of the union of closed cubes: components − tunnels + cavities, where voxels touch
/// by corners.
fn euler_number(mask: &Array3<bool>) -> i64 {
    let (nx, ny, nz) = mask.dim();
    let mut number = 0;
    // Cells of the doubled grid: even coordinates lie on the faces of voxels, odd ones inside. Vertices are flat along
    // three axes, edges two, faces one, voxels none.
    for cell in ndarray::indices([2 * nx + 1, 2 * ny + 1, 2 * nz + 1]) {
        let cell = [cell.0, cell.1, cell.2];
        let held = (0..8_usize).any(|side| {
            let place = [0, 1, 2].map(|a| {
                let up = side >> a & 1;
                if cell[a] % 2 == 1 {
                    cell[a] / 2
                } else {
                    (cell[a] / 2 + up).wrapping_sub(1)
                }
            });
            mask.get(place) == Some(&true)
        });
        let flat = cell.iter().filter(|c| *c % 2 == 0).count();
        number += i64::from(held) * if flat % 2 == 1 { 1 } else { -1 };
    }
    number
}

fn masks() -> impl Strategy<Value = Array3<bool>> {
    let noisy = (
        [1_usize..9, 1_usize..9, 1_usize..70],
        any::<u32>(),
        0_u32..256,
    )
        .prop_map(|(shape, seed, share)| noise(shape, seed, share));
    let blobs = (any::<u32>(), 60_u32..190, 0_usize..3).prop_map(|(seed, share, rounds)| {
        let mask = (0..rounds).fold(noise([12, 11, 30], seed, share), |m, _| majority(&m));
        dilate(
            mask.view(),
            &Element::neighbors(Connectivity::Faces),
            1,
            false,
        )
    });
    prop_oneof![noisy, blobs]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_topology_of_the_mask_is_kept(mask in masks()) {
        let skeleton = skeletonize(mask.view(), Recheck::Topology);
        let components = |m: &Array3<bool>, connectivity| label(m.view(), connectivity).sizes.len();
        prop_assert_eq!(
            components(&skeleton, Connectivity::Corners),
            components(&mask, Connectivity::Corners)
        );
        prop_assert_eq!(euler_number(&skeleton), euler_number(&mask));
        // Cavities are those pieces of the background that do not reach the outside.
        let background = |m: &Array3<bool>| {
            let shape = [m.dim().0 + 2, m.dim().1 + 2, m.dim().2 + 2];
            let inner = |x: usize, y: usize, z: usize| m.get([x.wrapping_sub(1), y.wrapping_sub(1), z.wrapping_sub(1)]);
            let outside = Array3::from_shape_fn(shape, |(x, y, z)| inner(x, y, z) != Some(&true));
            components(&outside, Connectivity::Faces)
        };
        prop_assert_eq!(background(&skeleton), background(&mask));
        let spaced = skeletonize_spaced(mask.view(), [4.0, 1.0, 1.5], Recheck::Topology);
        prop_assert_eq!(
            components(&spaced, Connectivity::Corners),
            components(&mask, Connectivity::Corners)
        );
        prop_assert_eq!(euler_number(&spaced), euler_number(&mask));
        prop_assert_eq!(background(&spaced), background(&mask));
    }

    #[test]
    fn a_skeleton_lies_in_its_mask_and_is_thin(mask in masks()) {
        for recheck in [Recheck::Connectivity, Recheck::Topology] {
            let skeleton = skeletonize(mask.view(), recheck);
            prop_assert!(Zip::from(&skeleton).and(&mask).all(|s, m| *m || !*s));
            prop_assert_eq!(&skeletonize(skeleton.view(), recheck), &skeleton);
        }
    }
}
