//! Trees to test with, and what every tree must keep.

use ndarray::Array3;
use rsom_phantom::tree::{Demand, Face, NodeKind, Segment, Tree, TreeConfig, grow};
use rsom_volume::{Grid, Spacing};

pub type Point = [f64; 3];

pub fn small() -> TreeConfig {
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
pub fn large() -> TreeConfig {
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

pub fn grown(config: &TreeConfig, seed: u64) -> Tree {
    grow(config, &Demand::of(config).unwrap(), seed).unwrap()
}

pub fn grid(config: &TreeConfig, spacing_um: Point) -> Grid {
    let shape = std::array::from_fn(|a| (config.extent_um[a] / spacing_um[a]).ceil() as usize);
    Grid::new(shape, Spacing::Millimetres(spacing_um.map(|v| v / 1000.0))).unwrap()
}

pub fn with_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    pool.unwrap().install(work)
}

pub fn minus(a: Point, b: Point) -> Point {
    std::array::from_fn(|i| a[i] - b[i])
}

pub fn dot(a: Point, b: Point) -> f64 {
    (0..3).map(|i| a[i] * b[i]).sum()
}

pub fn distance(a: Point, b: Point) -> f64 {
    dot(minus(a, b), minus(a, b)).sqrt()
}

pub fn cosine(a: Point, b: Point) -> f64 {
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

/// Distance of a place from a piece, and the share of the piece at its foot.
pub fn from_piece(place: Point, a: Point, b: Point) -> (f64, f64) {
    let way = minus(b, a);
    let t = (dot(minus(place, a), way) / dot(way, way)).clamp(0.0, 1.0);
    let foot = std::array::from_fn(|i| a[i] + t * way[i]);
    (distance(place, foot), t)
}

/// Distance of two pieces by alternating projections: slow, and nothing like the library's formula.
pub fn between_pieces(a: [Point; 2], b: [Point; 2]) -> f64 {
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

pub fn daughters(tree: &Tree, id: usize) -> Vec<&Segment> {
    let all = tree.segments.iter();
    all.filter(|s| s.parent == Some(id)).collect()
}

pub fn check_murray(tree: &Tree, config: &TreeConfig) {
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
pub fn check_forest(tree: &Tree, config: &TreeConfig) {
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
pub fn check_clearance(tree: &Tree, config: &TreeConfig) {
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
pub fn check_inside(tree: &Tree) {
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
pub fn components(voxels: &Array3<bool>) -> usize {
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
