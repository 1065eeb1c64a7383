//! Images: masks with extent 1 along an axis.

use ndarray::Array3;

use super::phantoms::{Chance, Tube, counts, framed, near, raster, settings, size};
use crate::vessels::geometry::Point;
use crate::vessels::{VesselDistances, VesselGraph};

const SPACING: [f64; 3] = [1.0, 12.0, 3.0];

/// An image of tubes in the plane x = 0, of shape (1, y, z).
fn image(tubes: &[Tube]) -> Array3<bool> {
    let (mut shape, mut tubes) = framed(tubes, SPACING, 40.0);
    shape[0] = 1;
    for p in tubes.iter_mut().flat_map(|t| &mut t.line) {
        p[0] = 0.0;
    }
    raster(shape, SPACING, &tubes)
}

/// The same image along another axis, with its spacing.
fn along(mask: &Array3<bool>, axis: usize) -> (Array3<bool>, [f64; 3]) {
    let axes = [[0, 1, 2], [1, 0, 2], [2, 1, 0]][axis];
    let turned = mask.view().permuted_axes(axes);
    (
        turned.as_standard_layout().into_owned(),
        axes.map(|a| SPACING[a]),
    )
}

fn line(angle: f64, length: f64) -> Vec<Point> {
    vec![
        [0.0; 3],
        [0.0, length * libm::cos(angle), length * libm::sin(angle)],
    ]
}

#[test]
fn flat_vessels_have_their_width_and_length() {
    let mut chance = Chance(5);
    for radius in [24.0, 36.0, 60.0] {
        let (mut low, mut high) = (9.0_f64, 0.0_f64);
        for _ in 0..10 {
            let angle = chance.between(0.0, std::f64::consts::PI);
            let mask = image(&[Tube::flat(line(angle, 900.0), radius)]);
            for axis in 0..3 {
                let (mask, spacing) = along(&mask, axis);
                let graph = VesselGraph::of(mask.view(), spacing, &settings());
                let case = format!("radius {radius} angle {angle:.2} axis {axis}");
                assert_eq!(counts(&graph), [1, 0, 2, 0, 1], "{case}");
                let found = size(&graph);
                near(found[0], 900.0, 0.05, &case);
                // Along an axis, widths are whole voxels.
                near(found[1], 2.0 * radius, 2.0 / radius, &case);
                low = low.min(found[1] / (2.0 * radius));
                high = high.max(found[1] / (2.0 * radius));
            }
        }
        println!("image, radius {radius}: diameter {low:.3} to {high:.3}");
    }
}

#[test]
fn a_flat_bifurcation_has_three_vessels() {
    for turn in [0.0, 0.4, 1.2, 2.0] {
        let arms = [0.0, 2.2, 4.1].map(|angle| Tube::flat(line(angle + turn, 500.0), 30.0));
        let mask = image(&arms);
        for axis in 0..3 {
            let (mask, spacing) = along(&mask, axis);
            let graph = VesselGraph::of(mask.view(), spacing, &settings());
            assert_eq!(counts(&graph), [3, 1, 3, 0, 1], "{turn} {axis}");
            near(size(&graph)[0], 1500.0, 0.05, "length");
            near(size(&graph)[1], 60.0, 0.1, "width");
        }
    }
}

#[test]
fn distances_in_an_image_are_flat() {
    // One row of vessel voxels; the others are 12, 24, 36 µm away.
    let mask = Array3::from_shape_fn((1, 4, 20), |(_, y, _)| y == 0);
    for axis in 0..3 {
        let (mask, spacing) = along(&mask, axis);
        let found = VesselDistances::of(mask.view(), spacing, None).unwrap();
        assert_eq!((found.mean, found.max), (24.0, 36.0));
    }
}
