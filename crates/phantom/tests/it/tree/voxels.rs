//! Mask and coverage against the graph.

use super::common::*;
use rsom_phantom::tree::{Face, Segment, TreeConfig, TreeError, coverage, mask};
use rsom_volume::{Grid, Spacing};
use std::f64::consts::PI;

#[test]
fn a_fine_mask_has_one_component_for_each_root() {
    for roots in [1, 2] {
        let config = TreeConfig { roots, ..small() };
        let tree = grown(&config, 6);
        let mask = mask(&tree, &grid(&config, [4.0; 3])).unwrap();
        assert_eq!(components(mask.voxels()), roots);
    }
}

#[test]
fn a_tree_at_the_voxel_size_of_rsom_is_in_one_piece() {
    let rsom = [12.0, 12.0, 3.0];
    let thick = TreeConfig {
        roots: 1,
        ..large()
    };
    let mask = mask(&grown(&thick, 6), &grid(&thick, rsom)).unwrap();
    assert_eq!(components(mask.voxels()), 1);
    let thin = TreeConfig {
        radius_um: [3.0, 60.0],
        ..small()
    };
    let shares = coverage(&grown(&thin, 6), &grid(&thin, rsom)).unwrap();
    assert_eq!(components(&shares.mapv(|share| share > 0.0)), 1);
}

#[test]
fn the_mask_has_the_cross_sections_of_the_graph() {
    let config = TreeConfig {
        tortuosity: 0.0,
        ..small()
    };
    let tree = grown(&config, 7);
    let spacing = 2.5;
    let mask = mask(&tree, &grid(&config, [spacing; 3])).unwrap();
    let long: Vec<&Segment> = {
        let segments = tree.segments.iter();
        segments
            .filter(|s| s.length_um() > 12.0 * s.radius_um && s.length_um() > 120.0)
            .collect()
    };
    assert!(long.len() > 10, "{} long segments", long.len());
    let mut slabs = vec![0.0; long.len()];
    for ((x, y, z), set) in mask.voxels().indexed_iter() {
        if !set {
            continue;
        }
        let place = [x, y, z].map(|i| (i as f64 + 0.5) * spacing);
        for (slab, s) in slabs.iter_mut().zip(&long) {
            // The middle of a vessel, with half the clearance around it, is away from all others.
            let (far, t) = from_piece(place, s.points_um[0], s.points_um[1]);
            if (0.35..0.65).contains(&t) && far <= s.radius_um + config.clearance_um / 2.0 {
                *slab += spacing.powi(3);
            }
        }
    }
    for (slab, s) in slabs.iter().zip(&long) {
        let area = slab / (0.3 * s.length_um());
        let radius = (area / PI).sqrt();
        assert!(
            (radius / s.radius_um - 1.0).abs() < 0.03,
            "{radius} against {}",
            s.radius_um
        );
    }
}

#[test]
fn mask_and_coverage_have_the_analytic_volume() {
    let rsom = [12.0, 12.0, 3.0];
    let straight = TreeConfig {
        tortuosity: 0.0,
        ..small()
    };
    let sideways = TreeConfig {
        root_face: Face::Left,
        murray_exponent: 2.6,
        ..small()
    };
    let inner = TreeConfig {
        root_places_um: vec![600.0, 450.0, 400.0],
        ..small()
    };
    let cases = [
        (small(), [4.0; 3]),
        (straight, [4.0; 3]),
        (sideways, [4.0; 3]),
        (inner, [4.0; 3]),
        (large(), rsom),
    ];
    for (config, spacing) in cases {
        let tree = grown(&config, 9);
        let grid = grid(&config, spacing);
        let voxel: f64 = spacing.iter().product();
        let analytic = tree.volume_um3();
        let counted = mask(&tree, &grid).unwrap().count() as f64 * voxel;
        let shares = coverage(&tree, &grid).unwrap();
        let covered = shares.iter().map(|v| f64::from(*v)).sum::<f64>() * voxel;
        assert!(
            (counted / analytic - 1.0).abs() < 0.01,
            "{counted} of {analytic}"
        );
        assert!(
            (covered / analytic - 1.0).abs() < 0.005,
            "{covered} of {analytic}"
        );
    }
}

#[test]
fn coverage_is_the_mean_of_a_mask_of_quarter_voxels() {
    let config = TreeConfig {
        terminals: 20,
        ..small()
    };
    let tree = grown(&config, 10);
    let coarse = coverage(&tree, &grid(&config, [12.0, 12.0, 16.0])).unwrap();
    let fine = mask(&tree, &grid(&config, [3.0, 3.0, 4.0])).unwrap();
    for ((x, y, z), share) in coarse.indexed_iter() {
        let block = fine.voxels().slice(ndarray::s![
            4 * x..4 * x + 4,
            4 * y..4 * y + 4,
            4 * z..4 * z + 4
        ]);
        let set = block.iter().filter(|v| **v).count();
        // A sample on a wall may fall to either side.
        assert!((share * 64.0 - set as f32).abs() <= 1.0);
    }
}

#[test]
fn a_grid_beside_or_within_the_box_takes_what_it_meets() {
    let config = small();
    let tree = grown(&config, 20);
    let whole = mask(&tree, &grid(&config, [12.0; 3])).unwrap();
    let corner = Grid::new([20, 30, 10], Spacing::Millimetres([0.012; 3])).unwrap();
    let part = mask(&tree, &corner).unwrap();
    assert_eq!(
        part.voxels(),
        whole.voxels().slice(ndarray::s![..20, ..30, ..10])
    );
    let unknown = Grid::new([2, 2, 2], Spacing::Unknown).unwrap();
    assert_eq!(
        mask(&tree, &unknown).unwrap_err(),
        TreeError::UnknownSpacing
    );
}
