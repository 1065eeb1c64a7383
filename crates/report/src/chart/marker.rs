//! Markers of series, which differ in shape as well as in color.

use rsom_parameters::Choice;

use crate::scene::Point;

/// A shape around a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Marker {
    /// A disc.
    Disc,
    /// A square.
    Square,
    /// A triangle that points upwards.
    Triangle,
    /// A diamond.
    Diamond,
    /// A triangle that points downwards.
    Wedge,
    /// A cross of two bars.
    Plus,
}

impl Marker {
    /// Corners of the marker around a point; all markers of one radius look equally large.
    #[must_use]
    pub fn corners(self, [x, y]: Point, radius: f64) -> Vec<Point> {
        if self == Marker::Plus {
            let (arm, half) = (1.35 * radius, 0.45 * radius);
            let quarter = [[half, -arm], [half, -half], [arm, -half]];
            // Each quarter is the one before, turned.
            let turned = |turns: usize, [a, b]: Point| match turns {
                0 => [a, b],
                1 => [-b, a],
                2 => [-a, -b],
                _ => [b, -a],
            };
            let corner = |i: usize| {
                let [a, b] = turned(i / 3, quarter[i % 3]);
                [x + a, y + b]
            };
            return (0..12).map(corner).collect();
        }
        // Number of corners, angle of the first in quarter turns, and a factor for equal visual size.
        let (corners, turn, factor) = match self {
            Marker::Disc | Marker::Plus => (24, 0.0, 1.0),
            Marker::Square => (4, 0.5, 1.2),
            Marker::Triangle => (3, 1.0, 1.35),
            Marker::Diamond => (4, 0.0, 1.3),
            Marker::Wedge => (3, 3.0, 1.35),
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn triangles_point_upwards_and_wedges_downwards() {
        let tip = |marker: Marker| marker.corners([0.0, 0.0], 1.0)[0][1];
        assert!(tip(Marker::Triangle) < -1.3 && tip(Marker::Wedge) > 1.3);
    }

    #[test]
    fn marks_surround_their_point() {
        let all = [
            Marker::Disc,
            Marker::Square,
            Marker::Triangle,
            Marker::Diamond,
        ];
        for marker in all.into_iter().chain([Marker::Wedge, Marker::Plus]) {
            let corners = marker.corners([5.0, 7.0], 2.0);
            for axis in 0..2 {
                let mean = corners.iter().map(|c| c[axis]).sum::<f64>() / corners.len() as f64;
                assert!((mean - [5.0, 7.0][axis]).abs() < 1e-9, "{marker:?}");
            }
        }
    }
}
