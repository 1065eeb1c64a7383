//! Closing of masks.

use ndarray::{Array3, s};
use proptest::prelude::*;
use rsom_morphology::{Connectivity, Element, close, dilate, erode};

#[test]
fn a_slit_of_two_voxels_is_closed_and_one_of_five_stays() {
    let faces = Element::neighbors(Connectivity::Faces);
    let slit = |from: usize, to: usize| {
        Array3::from_shape_fn((14, 12, 12), |(x, _, _)| !(from..to).contains(&x))
    };
    assert!(close(slit(6, 8).view(), &faces, 2).iter().all(|v| *v));
    let wide = close(slit(4, 9).view(), &faces, 2);
    assert!((4..9).all(|x| !wide[[x, 6, 6]]));
}

#[test]
fn a_layer_is_not_worn_away_where_it_leaves_the_field_of_view() {
    let layer = Array3::from_shape_fn((6, 5, 20), |(_, _, z)| z >= 12);
    let faces = Element::neighbors(Connectivity::Faces);
    assert_eq!(close(layer.view(), &faces, 2), layer);
}

#[test]
fn a_mask_without_voxels_stays_one() {
    let none = Array3::from_elem((3, 0, 4), false);
    let faces = Element::neighbors(Connectivity::Faces);
    assert_eq!(close(none.view(), &faces, 2), none);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn closing_is_dilation_and_erosion_of_the_mask_with_its_edge_repeated(
        shape in [1_usize..6, 1_usize..6, 1_usize..70],
        voxels in prop::collection::vec(any::<bool>(), 5 * 5 * 69),
        n in 0_usize..3,
        corners: bool,
    ) {
        let mask = Array3::from_shape_vec(shape, voxels[..shape.iter().product()].to_vec()).unwrap();
        let connectivity = if corners { Connectivity::Corners } else { Connectivity::Faces };
        let element = Element::neighbors(connectivity);
        let nearest = |i: usize, extent: usize| i.saturating_sub(n).min(extent - 1);
        let padded = Array3::from_shape_fn(shape.map(|extent| extent + 2 * n), |(x, y, z)| {
            mask[[nearest(x, shape[0]), nearest(y, shape[1]), nearest(z, shape[2])]]
        });
        let closed = erode(dilate(padded.view(), &element, n, false).view(), &element, n, false);
        let [x, y, z] = shape.map(|extent| n..n + extent);
        prop_assert_eq!(close(mask.view(), &element, n), closed.slice(s![x, y, z]).to_owned());
    }
}
