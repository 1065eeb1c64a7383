//! What arterial trees promise: Murray's law, minimal work, connection, clearance, volume, and their files.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::f64::consts::PI;

use ndarray::Array3;
use proptest::prelude::*;
use rsom_phantom::tree::{
    Demand, Face, NodeKind, Segment, Tree, TreeConfig, TreeError, coverage, grow, mask, to_swc,
};
use rsom_volume::{Grid, Spacing};

type Point = [f64; 3];

fn small() -> TreeConfig {
    TreeConfig {
        extent_um: [1200.0, 900.0, 800.0],
        terminals: 60,
        roots: 1,
        root_face: Face::Bottom,
        root_places_um: vec![],
        demand_depths_um: vec![],
        demand_levels: vec![],
        radius_um: [6.0, 60.0],
        murray_exponent: 3.0,
        clearance_um: 8.0,
        least_length_um: 20.0,
        tortuosity: 0.08,
        wavelength_um: 200.0,
    }
}

/// As the command's defaults.
fn large() -> TreeConfig {
    TreeConfig {
        extent_um: [3996.0, 2052.0, 1500.0],
        terminals: 1000,
        roots: 2,
        radius_um: [9.0, 100.0],
        clearance_um: 5.0,
        wavelength_um: 400.0,
        ..small()
    }
}

fn grown(config: &TreeConfig, seed: u64) -> Tree {
    grow(config, &Demand::of(config).unwrap(), seed).unwrap()
}

fn grid(config: &TreeConfig, spacing_um: Point) -> Grid {
    let shape = std::array::from_fn(|a| (config.extent_um[a] / spacing_um[a]).ceil() as usize);
    Grid::new(shape, Spacing::Millimetres(spacing_um.map(|v| v / 1000.0))).unwrap()
}

fn with_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    pool.unwrap().install(work)
}

fn minus(a: Point, b: Point) -> Point {
    std::array::from_fn(|i| a[i] - b[i])
}

fn dot(a: Point, b: Point) -> f64 {
    (0..3).map(|i| a[i] * b[i]).sum()
}

fn distance(a: Point, b: Point) -> f64 {
    dot(minus(a, b), minus(a, b)).sqrt()
}

fn cosine(a: Point, b: Point) -> f64 {
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

/// Distance of a place from a piece, and the share of the piece at its foot.
fn from_piece(place: Point, a: Point, b: Point) -> (f64, f64) {
    let way = minus(b, a);
    let t = (dot(minus(place, a), way) / dot(way, way)).clamp(0.0, 1.0);
    let foot = std::array::from_fn(|i| a[i] + t * way[i]);
    (distance(place, foot), t)
}

/// Distance of two pieces by alternating projections: slow, and nothing like the library's formula.
fn between_pieces(a: [Point; 2], b: [Point; 2]) -> f64 {
    let at = |p: [Point; 2], t: f64| -> Point {
        std::array::from_fn(|i| p[0][i] + t * (p[1][i] - p[0][i]))
    };
    let mut place = at(a, 0.5);
    let mut last = f64::INFINITY;
    for _ in 0..2000 {
        let (_, t) = from_piece(place, b[0], b[1]);
        let (far, s) = from_piece(at(b, t), a[0], a[1]);
        place = at(a, s);
        if last - far < 1e-12 {
            return far;
        }
        last = far;
    }
    last
}

fn daughters(tree: &Tree, id: usize) -> Vec<&Segment> {
    let all = tree.segments.iter();
    all.filter(|s| s.parent == Some(id)).collect()
}

fn check_murray(tree: &Tree, config: &TreeConfig) {
    let power = |s: &Segment| s.radius_um.powf(config.murray_exponent);
    let mut bifurcations = 0;
    for segment in &tree.segments {
        let below = daughters(tree, segment.id);
        if below.is_empty() {
            assert_eq!(segment.radius_um, config.radius_um[0]);
            continue;
        }
        assert_eq!(below.len(), 2);
        let sum: f64 = below.iter().map(|s| power(s)).sum();
        assert!((sum / power(segment) - 1.0).abs() < 1e-9);
        assert!(below.iter().all(|s| s.radius_um < segment.radius_um));
        assert!(segment.radius_um <= config.radius_um[1]);
        bifurcations += 1;
    }
    assert_eq!(bifurcations, tree.branches());
}

/// Every node is reached from its own root, exactly once; lines begin and end at their nodes.
fn check_forest(tree: &Tree, config: &TreeConfig) {
    let mut reached = vec![0; tree.nodes.len()];
    for root in tree.nodes.iter().filter(|n| n.kind == NodeKind::Root) {
        let mut waiting = vec![root.id];
        while let Some(node) = waiting.pop() {
            assert_eq!(tree.nodes[node].tree, root.tree);
            reached[node] += 1;
            let below = tree.segments.iter().filter(|s| s.from == node);
            waiting.extend(below.map(|s| s.to));
        }
    }
    assert!(reached.iter().all(|times| *times == 1));
    assert_eq!(tree.segments.len(), tree.nodes.len() - tree.roots());
    assert_eq!(tree.terminals(), config.terminals);
    assert_eq!(tree.branches(), tree.terminals() - tree.roots());
    for segment in &tree.segments {
        assert_eq!(segment.points_um[0], tree.nodes[segment.from].place_um);
        assert_eq!(
            *segment.points_um.last().unwrap(),
            tree.nodes[segment.to].place_um
        );
        assert_eq!(segment.tree, tree.nodes[segment.to].tree);
        let above = segment.parent.map(|p| &tree.segments[p]);
        assert_eq!(above.map_or(segment.from, |p| p.to), segment.from);
        assert_eq!(segment.generation, above.map_or(0, |p| p.generation + 1));
        let fed: usize = daughters(tree, segment.id)
            .iter()
            .map(|s| s.terminals)
            .sum();
        assert_eq!(segment.terminals, fed.max(1));
    }
}

/// By brute force over all pairs of pieces of all pairs of segments without a common node.
fn check_clearance(tree: &Tree, config: &TreeConfig) {
    let middle = |s: &Segment| -> (Point, f64) {
        let (a, b) = (s.points_um[0], *s.points_um.last().unwrap());
        let center = std::array::from_fn(|i| (a[i] + b[i]) / 2.0);
        let far = s.points_um.iter().map(|p| distance(*p, center));
        (center, far.fold(0.0, f64::max))
    };
    let balls: Vec<(Point, f64)> = tree.segments.iter().map(middle).collect();
    for one in &tree.segments {
        for other in &tree.segments[..one.id] {
            let ends = [other.from, other.to];
            let far = one.radius_um + other.radius_um + config.clearance_um;
            let ((a, reach_a), (b, reach_b)) = (balls[one.id], balls[other.id]);
            if ends.contains(&one.from) || ends.contains(&one.to) {
                continue;
            }
            if distance(a, b) > reach_a + reach_b + far {
                continue;
            }
            for p in one.points_um.windows(2) {
                for q in other.points_um.windows(2) {
                    let apart = between_pieces([p[0], p[1]], [q[0], q[1]]);
                    assert!(
                        apart >= far - 1e-6,
                        "{} and {}: {apart} of {far}",
                        one.id,
                        other.id
                    );
                }
            }
        }
    }
}

/// Walls stay in the box, but for the first segment of a root, whose wall leaves it around the root.
fn check_inside(tree: &Tree) {
    for segment in &tree.segments {
        for place in &segment.points_um {
            let depth = (0..3).map(|a| place[a].min(tree.extent_um[a] - place[a]));
            let depth = depth.fold(f64::INFINITY, f64::min);
            let least = if segment.parent.is_none() {
                0.0
            } else {
                segment.radius_um
            };
            assert!(depth >= least - 1e-6, "{place:?} of {}", segment.id);
        }
    }
}

/// Number of components over all 26 neighbors.
fn components(voxels: &Array3<bool>) -> usize {
    let mut left = voxels.clone();
    let mut count = 0;
    for (start, set) in voxels.indexed_iter() {
        if !set || !left[start] {
            continue;
        }
        count += 1;
        left[start] = false;
        let mut waiting = vec![[start.0, start.1, start.2]];
        while let Some(voxel) = waiting.pop() {
            for k in 0..27 {
                let step = [k % 3 - 1, k / 3 % 3 - 1, k / 9 - 1];
                let near: [usize; 3] =
                    std::array::from_fn(|a| voxel[a].wrapping_add_signed(step[a]));
                if left.get(near) == Some(&true) {
                    left[near] = false;
                    waiting.push(near);
                }
            }
        }
    }
    count
}

#[test]
fn radii_follow_murray_at_every_bifurcation() {
    for (exponent, largest) in [(3.0, 60.0), (2.5, 60.0), (3.7, 60.0)] {
        let config = TreeConfig {
            murray_exponent: exponent,
            radius_um: [6.0, largest],
            ..small()
        };
        check_murray(&grown(&config, 3), &config);
    }
}

#[test]
fn the_root_has_the_radius_of_all_its_ends() {
    let tree = grown(&small(), 1);
    assert!((tree.segments[0].radius_um - 6.0 * 60.0_f64.cbrt()).abs() < 1e-9);
}

#[test]
fn free_bifurcations_have_the_angles_of_minimal_work_and_most_are_free() {
    for config in [small(), large()] {
        let tree = grown(&config, 5);
        let mut free = 0;
        for segment in &tree.segments {
            let node = &tree.nodes[segment.to];
            if node.kind != NodeKind::Branch || !node.free {
                continue;
            }
            free += 1;
            let along = minus(node.place_um, tree.nodes[segment.from].place_um);
            let below = daughters(&tree, segment.id);
            for (one, other) in [(below[0], below[1]), (below[1], below[0])] {
                let [r0, r1, r2] = [segment, one, other].map(|s| s.radius_um);
                // Murray (1926), as in Schneider et al. (2012).
                let formula = (r0.powi(4) + r1.powi(4) - r2.powi(4)) / (2.0 * r0 * r0 * r1 * r1);
                let way = minus(tree.nodes[one.to].place_um, node.place_um);
                assert!((cosine(along, way) - formula).abs() < 1e-6);
            }
        }
        let share = free as f64 / tree.branches() as f64;
        assert!(share > 0.6, "{share} of the bifurcations are free");
    }
}

#[test]
fn no_free_bifurcation_can_move_to_a_cheaper_place() {
    let tree = grown(&small(), 8);
    let work = |place: Point, segment: &Segment| {
        let above = segment.radius_um.powi(2) * distance(place, tree.nodes[segment.from].place_um);
        let below = daughters(&tree, segment.id);
        let below = below
            .iter()
            .map(|s| s.radius_um.powi(2) * distance(place, tree.nodes[s.to].place_um));
        above + below.sum::<f64>()
    };
    let bifurcations = tree.segments.iter().filter(|s| tree.nodes[s.to].free);
    for segment in bifurcations {
        let place = tree.nodes[segment.to].place_um;
        let least = work(place, segment);
        for step in [0.1, 1.0, 10.0, 100.0] {
            for k in (0..27).filter(|k| *k != 13) {
                let shift = [k % 3 - 1, k / 3 % 3 - 1, k / 9 - 1].map(f64::from);
                let near = std::array::from_fn(|a| place[a] + step * shift[a]);
                assert!(work(near, segment) > least);
            }
        }
    }
}

#[test]
fn every_node_hangs_on_one_root() {
    let config = TreeConfig {
        roots: 3,
        ..small()
    };
    let tree = grown(&config, 2);
    assert_eq!(tree.roots(), 3);
    check_forest(&tree, &config);
}

#[test]
fn strahler_orders_grow_where_equals_meet() {
    let tree = grown(&small(), 4);
    for segment in &tree.segments {
        let expected = match daughters(&tree, segment.id)[..] {
            [a, b] if a.strahler == b.strahler => a.strahler + 1,
            [a, b] => a.strahler.max(b.strahler),
            _ => 1,
        };
        assert_eq!(segment.strahler, expected);
    }
    assert!(tree.segments[0].strahler >= 3);
}

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

/// A sample of SWC: type, place, radius, index of its parent.
type Sample = (u8, Point, f64, Option<usize>);

/// A strict reader: seven columns, numbers from 1 without gaps, parents before their children, positive radii.
fn read_swc(text: &str) -> Vec<Sample> {
    let lines = text.lines().filter(|l| !l.starts_with('#'));
    let mut samples: Vec<Sample> = Vec::new();
    for line in lines {
        let words: Vec<&str> = line.split(' ').collect();
        assert_eq!(words.len(), 7, "{line}");
        assert_eq!(words[0].parse::<usize>().unwrap(), samples.len() + 1);
        let number = |i: usize| words[i].parse::<f64>().unwrap();
        let parent = match words[6].parse::<i64>().unwrap() {
            -1 => None,
            id => Some(usize::try_from(id).unwrap() - 1),
        };
        assert!(
            parent.is_none_or(|p| p < samples.len()) && number(5) > 0.0,
            "{line}"
        );
        let kind = words[1].parse().unwrap();
        assert_eq!(kind == 1, parent.is_none(), "{line}");
        samples.push((kind, [number(2), number(3), number(4)], number(5), parent));
    }
    samples
}

#[test]
fn swc_holds_the_whole_tree() {
    let config = TreeConfig {
        roots: 2,
        ..small()
    };
    let tree = grown(&config, 21);
    let text = to_swc(&tree, &["two\nlines"]);
    assert!(text.starts_with("# two\n# lines\n"));
    let samples = read_swc(&text);
    let of_kind = |kind: u8| samples.iter().filter(|s| s.0 == kind).count();
    assert_eq!(
        [of_kind(1), of_kind(5), of_kind(6)],
        [2, tree.branches(), tree.terminals()]
    );
    assert_eq!(
        of_kind(1) + of_kind(3) + of_kind(5) + of_kind(6),
        samples.len()
    );
    let mut children = vec![0; samples.len()];
    let (mut length, mut volume) = (0.0, 0.0);
    for (_, place, radius, parent) in &samples {
        if let Some(parent) = parent {
            children[*parent] += 1;
            let step = distance(*place, samples[*parent].1);
            length += step;
            volume += PI * radius * radius * step;
        }
    }
    for (count, sample) in children.iter().zip(&samples) {
        assert_eq!(
            *count,
            match sample.0 {
                5 => 2,
                6 => 0,
                _ => 1,
            }
        );
    }
    // Four digits behind the point.
    assert!((length / tree.length_um() - 1.0).abs() < 1e-5);
    let cylinders: f64 = tree.segments.iter().map(Segment::volume_um3).sum();
    assert!((volume / cylinders - 1.0).abs() < 1e-4);
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

#[cfg(feature = "cli")]
mod command {
    use std::path::Path;
    use std::process::{Command, Output};

    use rsom_io::nifti::{self, Storage};
    use rsom_io::table::{Values, parquet};
    use rsom_volume::Scan;

    use super::*;

    const SMALL: &str = "tree --extent-um 1200,900,800 --terminals 40 --roots 1";
    const TABLES: &str = "--nodes n.parquet --segments s.parquet";

    fn run(folder: &Path, words: &str) -> Output {
        Command::new(env!("CARGO_BIN_EXE_rsom-phantom"))
            .current_dir(folder)
            .args(words.split_whitespace())
            .output()
            .unwrap()
    }

    fn ended(folder: &Path, words: &str, code: i32, says: &str) {
        let output = run(folder, words);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{words}: {message}");
        assert!(message.contains(says), "{words}: {message}");
        assert!(code == 0 || message.lines().count() == 1, "{message}");
    }

    #[test]
    fn all_outputs_tell_of_one_tree() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let words = format!(
            "{SMALL} --seed 5 {TABLES} --swc t.swc --mask m.nii.gz --coverage c.nii.gz --spacing-mm 0.01,0.01,0.01 --json"
        );
        let output = run(folder, &words);
        assert_eq!(
            output.status.code(),
            Some(0),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let line: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(line["result"]["terminals"], 40);
        let segments = parquet::read(&folder.join("s.parquet")).unwrap();
        assert_eq!(segments.rows(), 79);
        let nodes = parquet::read(&folder.join("n.parquet")).unwrap();
        assert_eq!(nodes.rows(), 80);
        let Values::Number(lengths) = &segments.column("length_um").unwrap().values else {
            unreachable!("lengths are numbers")
        };
        let length: f64 = lengths.iter().map(|v| v.unwrap()).sum();
        assert!((length / line["result"]["length_um"].as_f64().unwrap() - 1.0).abs() < 1e-9);
        let text = std::fs::read_to_string(folder.join("t.swc")).unwrap();
        assert!(text.contains("\"seed\":5"));
        assert_eq!(read_swc(&text).iter().filter(|s| s.0 == 6).count(), 40);
        let mask = nifti::read_mask(&folder.join("m.nii.gz")).unwrap();
        assert_eq!(mask.grid().shape(), [120, 90, 80]);
        let volume = line["result"]["volume_um3"].as_f64().unwrap();
        assert!((mask.count() as f64 * 1000.0 / volume - 1.0).abs() < 0.03);
        let shares = nifti::read_scan(&folder.join("c.nii.gz")).unwrap();
        let covered: f64 = shares.intensities().iter().map(|v| f64::from(*v)).sum();
        assert!((covered * 1000.0 / volume - 1.0).abs() < 0.01);
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes_for_any_number_of_threads() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        for (name, threads) in [("a", 1), ("b", 4)] {
            let words = format!(
                "{SMALL} --seed 5 --threads {threads} --nodes {name}n.parquet --segments {name}s.parquet --swc {name}.swc --mask {name}m.nii.gz --coverage {name}c.nii.gz"
            );
            ended(folder, &words, 0, "");
        }
        for end in ["n.parquet", "s.parquet", ".swc", "m.nii.gz", "c.nii.gz"] {
            let bytes = |name: &str| std::fs::read(folder.join(format!("{name}{end}"))).unwrap();
            assert_eq!(bytes("a"), bytes("b"), "{end}");
        }
    }

    #[test]
    fn a_demand_volume_decides_where_ends_are() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let write = |name: &str, spacing_mm: Point, level: f32| {
            let grid = Grid::new([12, 9, 8], Spacing::Millimetres(spacing_mm)).unwrap();
            let mut levels = ndarray::Array4::zeros((12, 9, 8, 1));
            levels.slice_mut(ndarray::s![6.., .., .., ..]).fill(level);
            let scan = Scan::new(grid, vec!["demand".into()], levels).unwrap();
            nifti::write_scan(&folder.join(name), &scan, Storage::Float32).unwrap();
        };
        write("right.nii.gz", [0.1; 3], 2.0);
        write("wide.nii.gz", [0.2, 0.1, 0.1], 2.0);
        write("none.nii.gz", [0.1; 3], 0.0);
        write("negative.nii.gz", [0.1; 3], -1.0);
        std::fs::write(folder.join("garbage.nii.gz"), [7; 500]).unwrap();
        let command = format!("{SMALL} --seed 5 {TABLES}");
        for (name, says) in [
            ("wide", "covers"),
            ("none", "nothing"),
            ("negative", "-1"),
            ("garbage", "garbage"),
            ("absent", "absent"),
        ] {
            ended(
                folder,
                &format!("{command} --demand {name}.nii.gz"),
                3,
                says,
            );
        }
        assert!(!folder.join("n.parquet").exists());
        ended(folder, &format!("{command} --demand right.nii.gz"), 0, "");
        let nodes = parquet::read(&folder.join("n.parquet")).unwrap();
        let Values::Text(kinds) = &nodes.column("kind").unwrap().values else {
            unreachable!("kinds are words")
        };
        let Values::Number(x) = &nodes.column("x_um").unwrap().values else {
            unreachable!("places are numbers")
        };
        let ends = kinds
            .iter()
            .zip(x)
            .filter(|(kind, _)| kind.as_deref() == Some("terminal"));
        let ends: Vec<f64> = ends.map(|(_, x)| x.unwrap()).collect();
        assert!(
            ends.len() == 40 && ends.iter().all(|x| *x >= 600.0),
            "{ends:?}"
        );
    }

    #[test]
    fn settings_that_describe_no_tree_end_with_2_and_leave_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let command = format!("{SMALL} {TABLES}");
        for (words, says) in [
            ("", "--seed"),
            ("--seed 1 --radius-um 6,10", "too many"),
            ("--seed 1 --tortuosity 2", "tortuosity"),
            ("--seed 1 --root-places-um 1,2", "root_places_um"),
            ("--seed 1 --spacing-mm 0,1,1", "voxels"),
            ("--seed 1 --spacing-mm=-0.1,0.1,0.1", "spacing"),
            ("--seed 1 --spacing-mm 0.0001,0.0001,0.0001", "voxels"),
            ("--seed 1 --radius-um 100,1000", "room"),
        ] {
            ended(folder, &format!("{command} {words}"), 2, says);
        }
        assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0);
    }
}
