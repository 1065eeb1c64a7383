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
    fn far_from_the_border_closing_is_dilation_and_erosion(voxels in prop::collection::vec(any::<bool>(), 64), twice: bool) {
        let small = Array3::from_shape_vec((4, 4, 4), voxels).unwrap();
        let mut mask = Array3::from_elem((16, 16, 16), false);
        mask.slice_mut(s![6..10, 6..10, 6..10]).assign(&small);
        let (element, n) = (Element::neighbors(Connectivity::Edges), 1 + usize::from(twice));
        let expected = erode(dilate(mask.view(), &element, n, false).view(), &element, n, false);
        prop_assert_eq!(close(mask.view(), &element, n), expected);
    }
}
