//! Murray's law, angles and places of minimal work, and the order of the graph.

use super::common::*;
use rsom_phantom::tree::{NodeKind, Segment, TreeConfig};

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
