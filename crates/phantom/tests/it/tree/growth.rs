//! Collisions, swings, demand, seeds, roots and settings.

use super::common::*;
use ndarray::Array3;
use proptest::prelude::*;
use rsom_phantom::tree::{
    Demand, Face, NodeKind, Tree, TreeConfig, TreeError, coverage, grow, mask, to_swc,
};

#[test]
fn no_two_vessels_collide_by_brute_force() {
    for (config, seed) in [
        (small(), 11),
        (
            TreeConfig {
                roots: 4,
                ..small()
            },
            12,
        ),
        (large(), 13),
    ] {
        let tree = grown(&config, seed);
        check_clearance(&tree, &config);
        check_inside(&tree);
    }
}

#[test]
fn vessels_swing_as_far_as_asked_for_and_not_at_all_without_tortuosity() {
    let straight = grown(
        &TreeConfig {
            tortuosity: 0.0,
            ..small()
        },
        3,
    );
    assert!(straight.segments.iter().all(|s| s.points_um.len() == 2));
    let winding = grown(&small(), 3);
    let mut swung = 0;
    for segment in &winding.segments {
        let (first, last) = (segment.points_um[0], *segment.points_um.last().unwrap());
        let far = segment
            .points_um
            .iter()
            .map(|p| from_piece(*p, first, last).0);
        let far = far.fold(0.0, f64::max);
        let most = 0.08 * distance(first, last).min(200.0);
        assert!(far <= most + 1e-9);
        swung += usize::from(far > 0.99 * most);
    }
    assert!(
        swung * 10 > 7 * winding.segments.len(),
        "{swung} swing freely"
    );
    assert_eq!(winding.nodes, straight.nodes);
}

#[test]
fn ends_are_as_dense_as_the_demand() {
    let config = TreeConfig {
        terminals: 300,
        radius_um: [4.0, 60.0],
        least_length_um: 10.0,
        demand_depths_um: vec![0.0, 399.0, 401.0, 800.0],
        demand_levels: vec![4.0, 4.0, 1.0, 1.0],
        ..small()
    };
    let tree = grown(&config, 14);
    let upper = ends(&tree).filter(|p| p[2] < 400.0).count() as f64;
    // Four of five ends; a tenth more or less, as walls keep ends away and neighbors do not overlap.
    assert!((upper / 300.0 - 0.8).abs() < 0.08, "{upper} of 300");
    let even = grown(
        &TreeConfig {
            demand_depths_um: vec![],
            demand_levels: vec![],
            ..config
        },
        14,
    );
    let upper = ends(&even).filter(|p| p[2] < 400.0).count() as f64;
    assert!((upper / 300.0 - 0.5).abs() < 0.06, "{upper} of 300");
}

#[test]
fn tissue_without_demand_gets_no_ends() {
    let mut levels = Array3::zeros((4, 3, 2));
    levels[[0, 1, 0]] = 1.0_f32;
    levels[[3, 2, 1]] = 1.0;
    let config = TreeConfig {
        terminals: 40,
        ..small()
    };
    let tree = grow(&config, &Demand::volume(levels.clone()).unwrap(), 15).unwrap();
    let mut counts = [0_usize, 0];
    // The very first end lies in the middle of all tissue with a demand.
    for end in ends(&tree).filter(|p| *p != first_end(&tree)) {
        let cell = [300.0, 300.0, 400.0];
        let cell: [usize; 3] = std::array::from_fn(|a| (end[a] / cell[a]) as usize);
        assert_eq!(levels[cell], 1.0, "{end:?}");
        counts[usize::from(cell[0] == 3)] += 1;
    }
    assert!(counts[0].abs_diff(counts[1]) <= 8, "{counts:?}");
}

fn ends(tree: &Tree) -> impl Iterator<Item = Point> {
    let nodes = tree.nodes.iter().filter(|n| n.kind == NodeKind::Terminal);
    nodes.map(|n| n.place_um)
}

/// The end that the middle of the demand became: the one nearest to it.
fn first_end(tree: &Tree) -> Point {
    let middle = [600.0, 600.0, 400.0];
    let nearest = ends(tree).min_by(|a, b| distance(*a, middle).total_cmp(&distance(*b, middle)));
    nearest.unwrap()
}

#[test]
fn the_seed_decides_everything_and_the_number_of_threads_nothing() {
    let config = TreeConfig {
        roots: 2,
        ..small()
    };
    let made = |threads: usize, seed: u64| {
        with_threads(threads, || {
            let tree = grown(&config, seed);
            let grid = grid(&config, [12.0, 12.0, 3.0]);
            let mask = mask(&tree, &grid).unwrap();
            let shares = coverage(&tree, &grid).unwrap();
            let volume = tree.volume_um3().to_bits();
            (to_swc(&tree, &[]), tree, mask, shares, volume)
        })
    };
    let one = made(1, 16);
    assert!(one == made(4, 16));
    assert_ne!(one.0, made(4, 17).0);
}

#[test]
fn roots_lie_where_they_are_put() {
    let given = TreeConfig {
        root_places_um: vec![100.0, 450.0, 800.0, 0.0, 200.0, 300.0],
        ..small()
    };
    let tree = grown(&given, 18);
    let roots = tree.nodes.iter().filter(|n| n.kind == NodeKind::Root);
    let roots: Vec<Point> = roots.map(|n| n.place_um).collect();
    assert_eq!(roots, [[100.0, 450.0, 800.0], [0.0, 200.0, 300.0]]);
    for (face, axis, place) in [
        (Face::Left, 0, 0.0),
        (Face::Right, 0, 1200.0),
        (Face::Front, 1, 0.0),
        (Face::Back, 1, 900.0),
        (Face::Top, 2, 0.0),
        (Face::Bottom, 2, 800.0),
    ] {
        let config = TreeConfig {
            root_face: face,
            roots: 2,
            terminals: 10,
            ..small()
        };
        let tree = grown(&config, 19);
        let roots = tree.nodes.iter().filter(|n| n.kind == NodeKind::Root);
        assert!(
            roots.map(|n| n.place_um[axis]).all(|v| v == place),
            "{face}"
        );
    }
}

#[test]
fn tissue_that_is_full_says_how_many_ends_it_took() {
    let config = TreeConfig {
        extent_um: [300.0; 3],
        terminals: 500,
        radius_um: [4.0, 100.0],
        ..small()
    };
    let fault = grow(&config, &Demand::of(&config).unwrap(), 1).unwrap_err();
    assert!(
        matches!(fault, TreeError::NoRoom { placed, asked: 500 } if placed < 500),
        "{fault}"
    );
}

#[test]
fn one_end_is_a_tree_too() {
    let config = TreeConfig {
        terminals: 1,
        ..small()
    };
    let tree = grown(&config, 1);
    assert_eq!(
        (tree.nodes.len(), tree.segments.len(), tree.branches()),
        (2, 1, 0)
    );
    check_forest(&tree, &config);
}

/// Changes a setting of [`small`].
type Change = fn(&mut TreeConfig);

#[test]
fn settings_that_describe_no_tree_are_refused() {
    let bad: [Change; 16] = [
        |c| c.extent_um[0] = f64::NAN,
        |c| c.terminals = 0,
        |c| c.terminals = 1_000_000,
        |c| c.roots = 0,
        |c| c.roots = 61,
        |c| c.radius_um = [6.0, 5.0],
        // Sixty ends need a root of 23.5 µm.
        |c| c.radius_um = [6.0, 23.0],
        |c| c.murray_exponent = 2.0,
        |c| c.clearance_um = -1.0,
        |c| c.tortuosity = f64::NAN,
        |c| c.root_places_um = vec![1.0, 2.0],
        |c| c.root_places_um = vec![1.0, 2.0, 801.0],
        |c| c.demand_depths_um = vec![1.0],
        |c| (c.demand_depths_um, c.demand_levels) = (vec![2.0, 2.0], vec![1.0, 1.0]),
        |c| (c.demand_depths_um, c.demand_levels) = (vec![2.0], vec![-1.0]),
        |c| (c.demand_depths_um, c.demand_levels) = (vec![2.0], vec![0.0]),
    ];
    let demand = Demand::of(&small()).unwrap();
    for change in bad {
        let mut config = small();
        change(&mut config);
        assert!(grow(&config, &demand, 0).is_err(), "{config:?}");
    }
    assert!(Demand::volume(Array3::from_elem((2, 2, 2), f32::NAN)).is_err());
    assert!(Demand::volume(Array3::zeros((2, 2, 2))).is_err());
    let crowded = TreeConfig {
        roots: 60,
        radius_um: [50.0, 60.0],
        ..small()
    };
    let fault = grow(&crowded, &demand, 0).unwrap_err();
    assert!(matches!(fault, TreeError::NoRoomForRoots { .. }), "{fault}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn trees_of_any_settings_keep_all_promises(
        seed in any::<u64>(),
        (extent_um, terminals, roots) in (prop::array::uniform3(300.0_f64..2000.0), 1_usize..60, 1_usize..4),
        least_um in 1.0_f64..6.0,
        murray_exponent in 2.3_f64..4.0,
        (clearance_um, least_length_um) in (0.0_f64..10.0, 1.0_f64..30.0),
        (tortuosity, wavelength_um) in (0.0_f64..0.25, 20.0_f64..500.0),
    ) {
        let config = TreeConfig {
            extent_um,
            terminals: terminals.max(roots),
            roots,
            radius_um: [least_um, 1000.0],
            murray_exponent,
            clearance_um,
            least_length_um,
            tortuosity,
            wavelength_um,
            ..small()
        };
        match grow(&config, &Demand::of(&config).unwrap(), seed) {
            Ok(tree) => {
                check_murray(&tree, &config);
                check_forest(&tree, &config);
                check_clearance(&tree, &config);
                check_inside(&tree);
                for s in &tree.segments {
                    prop_assert!(s.length_um() >= least_length_um * (1.0 - 1e-9));
                }
            }
            Err(TreeError::NoRoom { placed, .. }) => prop_assert!(placed < config.terminals),
            Err(TreeError::NoRoomForTrunk { .. } | TreeError::NoRoomForRoots { .. }) => {}
            Err(other) => prop_assert!(false, "{other}"),
        }
    }
}
