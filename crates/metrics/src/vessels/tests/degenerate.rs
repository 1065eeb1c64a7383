//! Masks without vessels, and vessels that the scan cuts.

use ndarray::{Array3, s};

use super::phantoms::{ANISOTROPIC, ISOTROPIC, Tube, counts, near, raster, settings, size};
use crate::vessels::{Diameters, GraphSettings, Lengths, SizeSplit, Tortuosity, VesselGraph};

fn graph(mask: &Array3<bool>) -> VesselGraph {
    VesselGraph::of(mask.view(), ANISOTROPIC, &settings())
}

#[test]
fn an_empty_mask_has_no_vessels() {
    for shape in [(0, 3, 4), (5, 5, 5), (1, 1, 1), (1, 9, 9)] {
        let found = graph(&Array3::from_elem(shape, false));
        assert_eq!(counts(&found), [0; 5]);
        assert_eq!(Lengths::of(&found).total, 0.0);
        assert_eq!(Lengths::of(&found).mean_between_branch_points, None);
        assert!(Diameters::of(&found).is_none() && Tortuosity::of(&found, 10.0).is_none());
        assert_eq!(SizeSplit::of(&found, 40.0).small_share_of_volume(), None);
    }
}

#[test]
fn a_full_mask_has_one_component_and_no_radius() {
    for shape in [
        (1, 1, 1),
        (7, 9, 30),
        (1, 9, 30),
        (9, 1, 30),
        (9, 30, 1),
        (1, 1, 30),
    ] {
        let found = graph(&Array3::from_elem(shape, true));
        assert_eq!(found.components(), 1, "{shape:?}");
        assert!(Diameters::of(&found).is_none(), "{shape:?}");
    }
}

#[test]
fn a_lone_voxel_is_a_node_without_segments() {
    let mut mask = Array3::from_elem((5, 5, 5), false);
    mask[[2, 3, 1]] = true;
    let found = graph(&mask);
    assert_eq!(counts(&found), [0, 0, 0, 0, 1]);
    assert_eq!((found.lone_points(), found.nodes[0].voxel), (1, [2, 3, 1]));
    assert_eq!(found.nodes[0].position, [24.0, 36.0, 3.0]);
}

#[test]
fn specks_are_left_out_when_asked() {
    let tube = Tube::flat(vec![[100.0, 150.0, 60.0], [500.0, 150.0, 60.0]], 30.0);
    let mut mask = raster([60, 30, 120], ANISOTROPIC, &[tube]);
    for speck in 0..8 {
        mask.slice_mut(s![7 * speck..7 * speck + 2, 22..25, 100..103])
            .fill(true);
    }
    let all = graph(&mask);
    assert_eq!(all.components(), 9);
    let settings = GraphSettings {
        shortest_tree_um: 100.0,
        ..settings()
    };
    let vessels = VesselGraph::of(mask.view(), ANISOTROPIC, &settings);
    assert_eq!(counts(&vessels), [1, 0, 2, 0, 1]);
    near(size(&vessels)[0], 400.0, 0.05, "length");
    near(size(&vessels)[1], 60.0, 0.05, "diameter");
    let nothing = GraphSettings {
        shortest_tree_um: 1000.0,
        ..settings
    };
    let found = VesselGraph::of(mask.view(), ANISOTROPIC, &nothing);
    assert_eq!(counts(&found), [0; 5]);
}

#[test]
fn a_loop_of_voxels_is_one_segment() {
    let ring = Array3::from_shape_fn((1, 30, 30), |(_, y, z)| {
        let inside = |low: usize, high: usize| (low..high).contains(&y) && (low..high).contains(&z);
        inside(5, 25) && !inside(6, 24)
    });
    let found = VesselGraph::of(ring.view(), ISOTROPIC, &settings());
    assert_eq!(counts(&found), [1, 0, 0, 1, 1]);
    // A smaller one than the shortest loop leaves a lone point.
    let small = ring.slice(s![.., ..9, ..9]).mapv(|_| false);
    let mut small = small;
    for (y, z) in [(3, 4), (4, 3), (4, 5), (5, 4)] {
        small[[0, y, z]] = true;
    }
    let found = VesselGraph::of(small.view(), ISOTROPIC, &settings());
    assert_eq!(counts(&found), [0, 0, 0, 0, 1]);
}

#[test]
fn a_sheet_comes_out_as_a_short_vessel_or_a_point() {
    // 20 voxels of 3 µm thick: a sheet has no center line, and its skeleton shrinks to the middle. Where a surface is found, its
    // distance is half the thickness or more.
    let sheet = Array3::from_shape_fn((40, 40, 60), |(x, y, z)| {
        (20..40).contains(&z) && (2..38).contains(&x) && (2..38).contains(&y)
    });
    let found = graph(&sheet);
    assert_eq!((found.components(), found.cycles()), (1, 0));
    let diameters = Diameters::of(&found);
    assert!(diameters.is_none_or(|d| d.mean >= 60.0), "{diameters:?}");
    assert!(Lengths::of(&found).total < 3.0 * 36.0 * 12.0);
}

#[test]
fn a_hollow_ball_is_a_ball() {
    let shell = Array3::from_shape_fn((30, 30, 30), |(x, y, z)| {
        let square = [x, y, z]
            .map(|v| (v as f64 - 14.5).powi(2))
            .iter()
            .sum::<f64>();
        (60.0..150.0).contains(&square)
    });
    let found = VesselGraph::of(shell.view(), ISOTROPIC, &settings());
    assert_eq!((found.components(), found.cycles()), (1, 0));
}

#[test]
fn a_hollow_vessel_has_its_outer_diameter() {
    let outer = Tube::round(vec![[150.0, 150.0, 150.0], [750.0, 300.0, 250.0]], 70.0);
    let inner = Tube::round(outer.line.clone(), 40.0);
    let shape = [80, 50, 140];
    let mut mask = raster(shape, ANISOTROPIC, &[outer]);
    mask.zip_mut_with(&raster(shape, ANISOTROPIC, &[inner]), |wall, lumen| {
        *wall &= !lumen;
    });
    let found = graph(&mask);
    assert_eq!(counts(&found), [1, 0, 2, 0, 1]);
    near(size(&found)[1], 140.0, 0.05, "diameter");
}

#[test]
fn a_vessel_that_leaves_the_scan_reaches_its_border_with_its_radius() {
    for spacing in [ISOTROPIC, ANISOTROPIC] {
        let shape = [40, 40, (480.0 / spacing[2]) as usize];
        let side = 480.0;
        // From border to border, oblique.
        let tube = Tube::flat(vec![[-300.0, 100.0, 150.0], [780.0, 300.0, 330.0]], 40.0);
        let mask = raster(shape, spacing, std::slice::from_ref(&tube));
        let found = VesselGraph::of(mask.view(), spacing, &settings());
        assert_eq!(counts(&found), [1, 0, 2, 0, 1]);
        let share = side / 1080.0;
        let truth = crate::vessels::polyline::length(&tube.line) * share;
        near(size(&found)[0], truth, 0.03, "length");
        near(size(&found)[1], 80.0, 0.03, "diameter");
        let radii = found.segments[0].radii.as_ref().unwrap();
        for radius in [radii[0], radii[radii.len() - 1]] {
            near(radius, 40.0, 0.1, "radius at the border");
        }
    }
}

#[test]
fn a_vessel_along_the_border_keeps_its_radius_within_a_fifth() {
    // The border cuts off a quarter of the diameter: the rays to the inside remain.
    let tube = Tube::flat(vec![[100.0, 30.0, 200.0], [700.0, 30.0, 200.0]], 60.0);
    let mask = raster([70, 40, 40], ISOTROPIC, &[tube]);
    let found = VesselGraph::of(mask.view(), ISOTROPIC, &settings());
    assert_eq!(counts(&found), [1, 0, 2, 0, 1]);
    near(size(&found)[1], 120.0, 0.2, "diameter");
}
