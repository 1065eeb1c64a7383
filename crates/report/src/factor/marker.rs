//! Markers of series, which differ in shape and color.

use crate::scene::Point;

/// Corners of the marker of series `index` around a point: disc, square, triangle, diamond, then repeated.
pub fn shape(index: usize, [x, y]: Point, radius: f64) -> Vec<Point> {
    // Number of corners, angle of the first in quarter turns, and a factor for equal visual size.
    let (corners, turn, factor) = match index % 4 {
        0 => (32, 0.0, 1.0),
        1 => (4, 0.5, 1.2),
        2 => (3, 1.0, 1.35),
        _ => (4, 0.0, 1.3),
    };
    let corner = |i: usize| {
        let angle = std::f64::consts::TAU * (i as f64 / f64::from(corners) - turn / 4.0);
        [
            x + factor * radius * libm::cos(angle),
            y + factor * radius * libm::sin(angle),
        ]
    };
    (0..corners as usize).map(corner).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_triangle_points_upwards() {
        let corners = shape(2, [0.0, 0.0], 1.0);
        assert!(corners[0][1] < -1.3 && corners[1][1] > 0.0 && corners[2][1] > 0.0);
    }

    #[test]
    fn marks_surround_their_point() {
        for index in 0..4 {
            let corners = shape(index, [5.0, 7.0], 2.0);
            for axis in 0..2 {
                let mean = corners.iter().map(|c| c[axis]).sum::<f64>() / corners.len() as f64;
                assert!((mean - [5.0, 7.0][axis]).abs() < 1e-9);
            }
        }
    }
}
