//! Vessels that branch.

use super::phantoms::{
    ANISOTROPIC, Chance, ISOTROPIC, Tube, counts, graph_of, near, orientations, rotated, size,
    turned,
};
use crate::vessels::geometry::{Point, cross, distance, minus, plus, times, unit};
use crate::vessels::polyline::length;
use crate::vessels::{Lengths, VesselDistances};

/// Length and mean diameter of tubes; each of `tips` round ends reaches a radius farther.
fn truth(tubes: &[Tube], tips: &[f64]) -> [f64; 2] {
    let lengths = tubes.iter().map(|t| length(&t.line));
    let weighted = tubes.iter().map(|t| length(&t.line) * 2.0 * t.radius);
    let total: f64 = lengths.sum();
    [
        total + tips.iter().sum::<f64>(),
        weighted.sum::<f64>() / total,
    ]
}

#[test]
fn a_bifurcation_has_three_vessels_one_branch_point_and_three_ends() {
    for spacing in [ISOTROPIC, ANISOTROPIC] {
        for radius in [24.0, 36.0, 60.0] {
            for (axis, angle) in orientations(6) {
                let arm = 12.0 * radius;
                let ends = [
                    [-arm, 0.0, 0.0],
                    [0.8 * arm, 0.6 * arm, 0.0],
                    [0.8 * arm, -0.6 * arm, 0.0],
                ];
                let tubes = ends.map(|end| Tube::flat(vec![[0.0; 3], end], radius));
                let graph = graph_of(&turned(&tubes, axis, angle), spacing);
                let case = format!("{spacing:?} radius {radius} {axis:.2?} {angle:.2}");
                assert_eq!(counts(&graph), [3, 1, 3, 0, 1], "{case}");
                let found = size(&graph);
                near(found[0], 3.0 * arm, 0.05, &case);
                near(found[1], 2.0 * radius, 0.05, &case);
                for segment in &graph.segments {
                    near(segment.length(), arm, 0.08, &case);
                }
            }
        }
    }
}

/// A vessel with thin branches to alternating sides.
#[test]
fn a_comb_has_a_branch_point_for_each_tooth() {
    let teeth = 6;
    let mut tubes = vec![Tube::round(vec![[0.0; 3], [1400.0, 0.0, 0.0]], 60.0)];
    for tooth in 0..teeth {
        let x = 200.0 + 200.0 * f64::from(tooth);
        let side = if tooth % 2 == 0 { 1.0 } else { -1.0 };
        let end = [x + 40.0, side * 350.0, side * 60.0];
        tubes.push(Tube::round(vec![[x, 0.0, 0.0], end], 26.0));
    }
    let tips = [vec![60.0; 2], vec![26.0; 6]].concat();
    let [total, diameter] = truth(&tubes, &tips);
    for spacing in [ISOTROPIC, ANISOTROPIC] {
        for (axis, angle) in orientations(4) {
            let graph = graph_of(&turned(&tubes, axis, angle), spacing);
            let case = format!("{spacing:?} {axis:.2?} {angle:.2}");
            assert_eq!(counts(&graph), [13, 6, 8, 0, 1], "{case}");
            let found = size(&graph);
            near(found[0], total, 0.05, &case);
            near(found[1], diameter, 0.05, &case);
            let lengths = Lengths::of(&graph);
            // Five pieces of 200 µm of the wide vessel.
            near(
                lengths.mean_between_branch_points.unwrap(),
                200.0,
                0.08,
                &case,
            );
            near(
                lengths.median_between_branch_points.unwrap(),
                200.0,
                0.08,
                &case,
            );
        }
    }
}

/// A vessel of a tree.
struct Growing {
    start: Point,
    direction: Point,
    leaves: u32,
}

/// A bifurcating tree with this many leaves. Radii follow Murray's law with exponent 3 and leaves of `least`; a parent's leaves are
/// divided by chance. Each vessel is about twelve radii long. Gives the tubes, and the radii of the ends.
fn tree(leaves: u32, least: f64, chance: &mut Chance) -> (Vec<Tube>, Vec<f64>) {
    let radius = |leaves: u32| least * libm::cbrt(f64::from(leaves));
    let mut growing = vec![Growing {
        start: [0.0; 3],
        direction: chance.direction(),
        leaves,
    }];
    let (mut tubes, mut tips) = (Vec::new(), vec![radius(leaves)]);
    while let Some(vessel) = growing.pop() {
        let own = radius(vessel.leaves);
        let span = own * chance.between(11.0, 16.0);
        let end = plus(vessel.start, times(vessel.direction, span));
        tubes.push(Tube::round(vec![vessel.start, end], own));
        if vessel.leaves == 1 {
            tips.push(own);
            continue;
        }
        let one = 1 + (chance.next() * f64::from(vessel.leaves - 1)) as u32;
        let axis = unit(cross(vessel.direction, chance.direction())).unwrap();
        for (leaves, sign) in [(one, 1.0), (vessel.leaves - one, -1.0)] {
            let angle = sign * chance.between(0.55, 0.85);
            growing.push(Growing {
                start: end,
                direction: rotated(vessel.direction, axis, angle),
                leaves,
            });
        }
    }
    (tubes, tips)
}

/// Whether tubes that share no end keep apart by three voxels.
fn is_clear(tubes: &[Tube]) -> bool {
    let samples = |t: &Tube| -> Vec<Point> {
        let along = minus(t.line[1], t.line[0]);
        (0..=40)
            .map(|i| plus(t.line[0], times(along, f64::from(i) / 40.0)))
            .collect()
    };
    let all: Vec<_> = tubes.iter().map(samples).collect();
    (0..tubes.len()).all(|i| {
        (0..i).all(|j| {
            let (a, b) = (&tubes[i], &tubes[j]);
            let touch = a.line.iter().any(|p| b.line.contains(p));
            let pairs = all[i]
                .iter()
                .flat_map(|p| all[j].iter().map(move |q| distance(*p, *q)));
            touch || pairs.fold(f64::INFINITY, f64::min) > a.radius + b.radius + 36.0
        })
    })
}

#[test]
fn random_trees_by_murrays_law_have_their_counts_lengths_and_diameters() {
    for spacing in [ISOTROPIC, ANISOTROPIC] {
        let mut chance = Chance(11);
        let mut measured = 0;
        while measured < 6 {
            let leaves = 5;
            let (tubes, tips) = tree(leaves, 24.0, &mut chance);
            if !is_clear(&tubes) {
                continue;
            }
            measured += 1;
            let graph = graph_of(&tubes, spacing);
            let case = format!("{spacing:?} tree {measured}");
            assert_eq!(counts(&graph), [9, 4, 6, 0, 1], "{case}");
            let (found, truth) = (size(&graph), truth(&tubes, &tips));
            println!(
                "{case}: length {:.3}, diameter {:.3}",
                found[0] / truth[0],
                found[1] / truth[1]
            );
            near(found[0], truth[0], 0.05, &case);
            near(found[1], truth[1], 0.05, &case);
        }
    }
}

#[test]
fn the_nearest_vessel_of_a_point_between_parallel_tubes_is_half_their_distance_away() {
    // Slabs between tubes: the largest distance in the plane of both is half of the gap.
    let tubes = [0.0, 240.0].map(|y| Tube::flat(vec![[0.0, y, 0.0], [480.0, y, 0.0]], 30.0));
    let mask = super::phantoms::mask_of(&tubes, ISOTROPIC);
    let (_, ny, _) = mask.dim();
    // Only the voxels of the middle section between the axes.
    let filled = |y: usize| mask.index_axis(ndarray::Axis(1), y).iter().any(|v| *v);
    let first = (0..ny).find(|y| filled(*y)).unwrap();
    let last = (0..ny).rfind(|y| filled(*y)).unwrap();
    let (x, z) = (mask.dim().0 / 2, mask.dim().2 / 2);
    let region = ndarray::Array3::from_shape_fn(mask.dim(), |place| {
        place.0 == x && place.2 == z && (first..=last).contains(&place.1)
    });
    let found = VesselDistances::of(mask.view(), ISOTROPIC, Some(region.view())).unwrap();
    assert!((found.max - 90.0).abs() <= 12.0, "{found:?}");
    assert!((found.mean - 45.0).abs() <= 12.0, "{found:?}");
}
