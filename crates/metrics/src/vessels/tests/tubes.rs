//! Single vessels: straight, wound, closed.

use std::f64::consts::TAU;

use super::phantoms::{
    ANISOTROPIC, Chance, ISOTROPIC, Tube, counts, graph_of, mask_of, near, orientations, settings,
    size, turned,
};
use crate::vessels::geometry::{Point, times};
use crate::vessels::{SizeSplit, Tortuosity, VesselGraph};

/// Number of directions along which the rows of voxels run. All sections of such a tube are alike, so that its mask may be
/// a tenth too narrow or too wide: the true diameter is that of its volume.
const LATTICE: usize = 6;

/// Directions of straight tubes: the axes, diagonals, and by chance.
fn directions() -> Vec<Point> {
    let mut all = vec![
        [1.0, 0.0, 0.0],
        [0.0, 1.0, 0.0],
        [0.0, 0.0, 1.0],
        [0.5_f64.sqrt(), 0.5_f64.sqrt(), 0.0],
        [0.6, 0.0, 0.8],
        times([1.0; 3], 1.0 / 3.0_f64.sqrt()),
    ];
    let mut chance = Chance(7);
    all.extend((0..14).map(|_| chance.direction()));
    all
}

#[test]
fn straight_tubes_have_their_diameter_and_length_at_any_orientation() {
    for spacing in [ISOTROPIC, ANISOTROPIC] {
        for radius in [12.0, 15.0, 18.0, 24.0, 30.0, 36.0, 60.0, 100.0] {
            // Long enough that the ends, which are uncertain by a voxel or half a radius, are a small share.
            let true_length = f64::max(14.0 * radius, 600.0);
            let (mut low, mut high) = ([9.0_f64; 2], [0.0_f64; 2]);
            for (i, direction) in directions().into_iter().enumerate() {
                let tube = Tube::flat(vec![[0.0; 3], times(direction, true_length)], radius);
                let mask = mask_of(&[tube], spacing);
                let graph = VesselGraph::of(mask.view(), spacing, &settings());
                let case = format!("{spacing:?} radius {radius} {direction:.2?}");
                assert_eq!(counts(&graph), [1, 0, 2, 0, 1], "{case}");
                let [length, diameter] = size(&graph);
                near(length, true_length, 0.05, &format!("length, {case}"));
                let true_diameter = if i < LATTICE {
                    let voxels = mask.iter().filter(|v| **v).count() as f64;
                    let volume = voxels * spacing.iter().product::<f64>();
                    2.0 * (volume / (std::f64::consts::PI * true_length)).sqrt()
                } else {
                    2.0 * radius
                };
                near(diameter, true_diameter, 0.05, &format!("diameter, {case}"));
                for (i, share) in [length / true_length, diameter / true_diameter]
                    .iter()
                    .enumerate()
                {
                    low[i] = low[i].min(*share);
                    high[i] = high[i].max(*share);
                }
            }
            println!(
                "{spacing:?} radius {radius}: length {:.3} to {:.3}, diameter {:.3} to {:.3}",
                low[0], high[0], low[1], high[1]
            );
        }
    }
}

#[test]
fn tubes_of_even_and_odd_widths_have_their_diameter() {
    // Square sections of w × w voxels: the disk of this area has the diameter 2 w / √π.
    for width in 1..9_usize {
        let mask = ndarray::Array3::from_shape_fn((14, 14, 60), |(x, y, z)| {
            (3..3 + width).contains(&x) && (3..3 + width).contains(&y) && (5..55).contains(&z)
        });
        let graph = VesselGraph::of(mask.view(), ISOTROPIC, &settings());
        assert_eq!(counts(&graph), [1, 0, 2, 0, 1], "{width}");
        let truth = 2.0 * 12.0 * width as f64 / std::f64::consts::PI.sqrt();
        let [length, diameter] = size(&graph);
        near(diameter, truth, 0.05, &format!("{width} voxels"));
        near(length, 600.0, 0.05, &format!("{width} voxels"));
    }
}

/// Flips voxels on both sides of the surface of a mask, and keeps the largest piece.
fn roughened(
    mask: &ndarray::Array3<bool>,
    share: f64,
    chance: &mut Chance,
) -> ndarray::Array3<bool> {
    let set = |p: [usize; 3]| mask.get(p) == Some(&true);
    let mut rough = mask.clone();
    for ((x, y, z), voxel) in rough.indexed_iter_mut() {
        let near =
            |i: &usize| set([x + i / 9, y + i / 3 % 3, z + i % 3].map(|p| p.wrapping_sub(1)));
        let count = (0..27).filter(near).count();
        if (1..27).contains(&count) && chance.next() < share {
            *voxel = !*voxel;
        }
    }
    let corners = rsom_morphology::Connectivity::Corners;
    let largest = rsom_morphology::label(rough.view(), corners).sizes;
    let largest = largest.into_iter().max().unwrap();
    rsom_morphology::remove_small(rough.view(), largest, corners)
}

#[test]
fn rough_tubes_keep_their_diameter_and_gain_a_little_length() {
    for spacing in [ISOTROPIC, ANISOTROPIC] {
        for (radius, share) in [(36.0, 0.02), (60.0, 0.02), (60.0, 0.05)] {
            let mut chance = Chance(9);
            let (mut sums, mut branch_points, mut cycles) = ([0.0; 2], 0, 0);
            for _ in 0..10 {
                let tube = Tube::flat(vec![[0.0; 3], times(chance.direction(), 1000.0)], radius);
                let mask = roughened(&mask_of(&[tube], spacing), share, &mut chance);
                let graph = VesselGraph::of(mask.view(), spacing, &settings());
                let found = size(&graph);
                sums = [sums[0] + found[0] / 10.0, sums[1] + found[1] / 10.0];
                branch_points += graph.branch_points();
                cycles += graph.cycles();
            }
            let case = format!("{spacing:?} radius {radius}, {share} of the surface flipped");
            println!(
                "{case}: length {:.3}, diameter {:.3}, {branch_points} branch points and {cycles} cycles in 10 tubes",
                sums[0] / 1000.0,
                sums[1] / (2.0 * radius)
            );
            near(
                sums[0],
                1000.0,
                if share < 0.03 { 0.05 } else { 0.2 },
                &case,
            );
            near(sums[1], 2.0 * radius, 0.05, &case);
            assert!(branch_points <= 10, "{case}: {branch_points}");
            assert!(cycles <= 3, "{case}: {cycles}");
        }
    }
}

#[test]
fn vessels_hardly_longer_than_wide_have_a_length_and_a_diameter() {
    for spacing in [ISOTROPIC, ANISOTROPIC] {
        for true_length in [60.0, 72.0, 84.0, 96.0] {
            for direction in directions() {
                let tube = Tube::flat(vec![[0.0; 3], times(direction, true_length)], 36.0);
                let graph = VesselGraph::of(mask_of(&[tube], spacing).view(), spacing, &settings());
                let case = format!("{spacing:?} length {true_length} {direction:.2?}");
                assert_eq!(graph.components(), 1, "{case}");
                for segment in &graph.segments {
                    assert!(segment.length() > 36.0, "{case}: {}", segment.length());
                    assert!(segment.diameter().is_some(), "{case}");
                }
            }
        }
    }
}

/// A helix, and its length.
fn helix(radius: f64, rise: f64, turns: f64) -> (Vec<Point>, f64) {
    let count = (turns * 60.0) as usize;
    let at = |i: usize| {
        let angle = TAU * turns * i as f64 / count as f64;
        [
            radius * libm::cos(angle),
            radius * libm::sin(angle),
            rise * angle / TAU,
        ]
    };
    let turn = TAU * radius;
    (
        (0..=count).map(at).collect(),
        turns * (turn * turn + rise * rise).sqrt(),
    )
}

/// A closed circle.
fn circle(radius: f64) -> Vec<Point> {
    let angles = (0..=90).map(|i| TAU * f64::from(i) / 90.0);
    angles
        .map(|a| [radius * libm::cos(a), radius * libm::sin(a), 0.0])
        .collect()
}

#[test]
fn helices_have_their_length_diameter_and_volume() {
    for spacing in [ISOTROPIC, ANISOTROPIC] {
        for radius in [24.0, 36.0, 60.0] {
            for (axis, angle) in orientations(4) {
                let (line, length) = helix(5.0 * radius, 5.0 * radius, 2.0);
                let tubes = turned(&[Tube::round(line, radius)], axis, angle);
                let graph = graph_of(&tubes, spacing);
                let case = format!("{spacing:?} radius {radius} {axis:.2?} {angle:.2}");
                assert_eq!(counts(&graph), [1, 0, 2, 0, 1], "{case}");
                let found = size(&graph);
                // The round ends reach a radius beyond the line.
                near(found[0], length + 2.0 * radius, 0.03, &case);
                near(found[1], 2.0 * radius, 0.03, &case);
                let voxels = mask_of(&tubes, spacing).iter().filter(|v| **v).count() as f64;
                let split = SizeSplit::of(&graph, SizeSplit::USUAL_UM);
                let volume = split.small_volume + split.large_volume;
                near(
                    volume,
                    voxels * spacing.iter().product::<f64>(),
                    0.05,
                    &case,
                );
            }
        }
    }
}

#[test]
fn a_helix_has_its_curvature_and_torsion() {
    // Radius 200, rise 200 / 2π per radian: √(κ² + τ²) = 1 / √(R² + c²), κ = R / (R² + c²).
    let (line, length) = helix(200.0, 200.0, 2.5);
    let (ends, rise) = ([line[0], line[150]], 200.0 / TAU);
    let chord = crate::vessels::geometry::distance(ends[0], ends[1]);
    let square = 200.0 * 200.0 + rise * rise;
    for spacing in [ISOTROPIC, ANISOTROPIC] {
        let graph = graph_of(&[Tube::round(line.clone(), 30.0)], spacing);
        let found = Tortuosity::of(&graph, 60.0).unwrap();
        near(
            found.distance_metric,
            length / chord,
            0.05,
            "distance metric",
        );
        // Angles of noise add up.
        near(
            found.sum_of_angles,
            1.0 / square.sqrt(),
            0.15,
            "sum of angles",
        );
        near(
            found.squared_curvature.sqrt(),
            200.0 / square,
            0.1,
            "curvature",
        );
    }
}

#[test]
fn a_straight_tube_is_hardly_tortuous() {
    for spacing in [ISOTROPIC, ANISOTROPIC] {
        for direction in directions() {
            let tube = Tube::flat(vec![[0.0; 3], times(direction, 800.0)], 30.0);
            let found = Tortuosity::of(&graph_of(&[tube], spacing), 60.0).unwrap();
            assert!(found.distance_metric < 1.02, "{direction:.2?} {found:?}");
            // A bend of 1 / 400 µm would be a circle of this radius.
            assert!(
                found.squared_curvature.sqrt() < 1.0 / 400.0,
                "{direction:.2?} {found:?}"
            );
        }
    }
}

#[test]
fn a_torus_is_one_closed_loop() {
    for spacing in [ISOTROPIC, ANISOTROPIC] {
        for radius in [24.0, 36.0, 60.0] {
            for (axis, angle) in orientations(4) {
                let tubes = turned(&[Tube::round(circle(5.0 * radius), radius)], axis, angle);
                let graph = graph_of(&tubes, spacing);
                let case = format!("{spacing:?} radius {radius} {axis:.2?} {angle:.2}");
                assert_eq!(counts(&graph), [1, 0, 0, 1, 1], "{case}");
                assert!(graph.nodes.is_empty() && graph.segments[0].nodes.is_none());
                assert_eq!(graph.segments[0].chord(), 0.0);
                let found = size(&graph);
                near(found[0], TAU * 5.0 * radius, 0.03, &case);
                near(found[1], 2.0 * radius, 0.03, &case);
                assert!(Tortuosity::of(&graph, radius).is_none());
            }
        }
    }
}

#[test]
fn lengths_in_voxels_depend_on_the_orientation_and_ours_do_not() {
    // What skan and plain counts of skeleton voxels give: 600 µm along x are 50 voxels, along z 200, along the diagonal of x and y
    // 35 voxels. Even sums of steps in µm are too long by up to a tenth: steps go along edges and diagonals only.
    let lines = [
        [600.0, 0.0, 0.0],
        [0.0, 0.0, 600.0],
        [424.26, 424.26, 0.0],
        [540.0, 240.0, 105.0],
    ];
    let (mut voxels, mut steps) = (Vec::new(), Vec::new());
    for end in lines {
        let graph = graph_of(&[Tube::flat(vec![[0.0; 3], end], 30.0)], ANISOTROPIC);
        near(size(&graph)[0], 600.0, 0.03, &format!("{end:?}"));
        let path = &graph.segments[0].voxels;
        voxels.push(path.len());
        let places: Vec<Point> = path
            .iter()
            .map(|v| crate::vessels::geometry::center(*v, ANISOTROPIC))
            .collect();
        let (first, last) = (places[0], places[places.len() - 1]);
        let chord = crate::vessels::geometry::distance(first, last);
        steps.push(crate::vessels::polyline::length(&places) / chord);
    }
    assert!(
        voxels[1] > 3 * voxels[0] && 4 * voxels[2] < 3 * voxels[0],
        "{voxels:?}"
    );
    assert!(steps[3] > 1.05, "{steps:?}");
}

#[test]
fn the_skeleton_of_scikit_image_loses_a_tube_of_even_width_and_ours_does_not() {
    use rsom_morphology::{Recheck, skeletonize};
    let mask = ndarray::Array3::from_shape_fn((8, 8, 40), |(x, y, z)| {
        (3..5).contains(&x) && (3..5).contains(&y) && (4..36).contains(&z)
    });
    // Equal to scikit-image's, voxel for voxel.
    let theirs = skeletonize(mask.view(), Recheck::Connectivity);
    assert_eq!(theirs.iter().filter(|v| **v).count(), 0);
    let graph = VesselGraph::of(mask.view(), ISOTROPIC, &settings());
    near(size(&graph)[0], 32.0 * 12.0, 0.05, "length");
}
