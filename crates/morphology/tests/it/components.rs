//! Components against a plain flood fill.

use ndarray::Array3;
use proptest::prelude::*;
use rsom_morphology::{Connectivity, label, remove_small};

/// Components by flood fill from each voxel in scan order.
fn flooded(mask: &Array3<bool>, connectivity: Connectivity) -> (Array3<u32>, Vec<usize>) {
    let most = match connectivity {
        Connectivity::Faces => 1,
        Connectivity::Edges => 2,
        Connectivity::Corners => 3,
    };
    let mut labels = Array3::zeros(mask.raw_dim());
    let mut sizes = Vec::new();
    for ((x, y, z), set) in mask.indexed_iter() {
        if !set || labels[[x, y, z]] != 0 {
            continue;
        }
        sizes.push(0);
        let number = sizes.len() as u32;
        let mut front = vec![[x, y, z]];
        labels[[x, y, z]] = number;
        while let Some(voxel) = front.pop() {
            sizes[number as usize - 1] += 1;
            for i in 0..27_usize {
                let step = [i / 9, i / 3 % 3, i % 3];
                if step.iter().filter(|s| **s != 1).count() > most {
                    continue;
                }
                let next = [0, 1, 2].map(|a| (voxel[a] + step[a]).wrapping_sub(1));
                if mask.get(next) == Some(&true) && labels[next] == 0 {
                    labels[next] = number;
                    front.push(next);
                }
            }
        }
    }
    (labels, sizes)
}

fn masks() -> impl Strategy<Value = Array3<bool>> {
    let shape = [1_usize..7, 1_usize..7, 1_usize..150];
    (shape, any::<u64>(), 0_u64..256).prop_map(|(shape, seed, share)| {
        let mut state = seed;
        Array3::from_shape_simple_fn(shape, || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            state >> 56 < share
        })
    })
}

fn connectivities() -> impl Strategy<Value = Connectivity> {
    prop_oneof![
        Just(Connectivity::Faces),
        Just(Connectivity::Edges),
        Just(Connectivity::Corners)
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn labels_and_sizes_are_those_of_a_flood_fill(mask in masks(), connectivity in connectivities()) {
        let found = label(mask.view(), connectivity);
        prop_assert_eq!((found.labels, found.sizes), flooded(&mask, connectivity));
    }

    #[test]
    fn what_is_left_are_the_large_components(mask in masks(), connectivity in connectivities(), least in 0_usize..9) {
        let (labels, sizes) = flooded(&mask, connectivity);
        let expected = labels.mapv(|n| n > 0 && sizes[n as usize - 1] >= least);
        prop_assert_eq!(remove_small(mask.view(), least, connectivity), expected);
    }
}

#[test]
fn voxels_that_meet_in_an_edge_or_a_corner_are_joined_as_asked() {
    let mut mask = Array3::from_elem([3, 3, 3], false);
    for place in [[0, 0, 0], [0, 1, 1], [1, 2, 2]] {
        mask[place] = true;
    }
    let count = |connectivity| label(mask.view(), connectivity).sizes.len();
    assert_eq!(count(Connectivity::Faces), 3);
    assert_eq!(count(Connectivity::Edges), 2);
    assert_eq!(count(Connectivity::Corners), 1);
}

#[test]
fn a_mask_without_voxels_has_no_components() {
    for shape in [[0, 3, 4], [3, 0, 4], [3, 4, 0]] {
        let mask = Array3::from_elem(shape, true);
        assert!(label(mask.view(), Connectivity::Corners).sizes.is_empty());
        assert_eq!(remove_small(mask.view(), 1, Connectivity::Faces), mask);
    }
}
