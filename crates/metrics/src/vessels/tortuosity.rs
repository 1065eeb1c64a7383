//! Tortuosity of vessels.

use super::geometry::{Point, angle, cross, distance, minus, norm};
use super::graph::VesselGraph;
use super::polyline::{equal_steps, length};

/// Tortuosity of all vessels, each the mean over segments weighted by their length. Closed loops and segments shorter than four steps
/// are left out.
///
/// Center lines are first divided into equal steps, as their points lie closer than they are accurate. The sums of angles
/// and of curvature depend on this step: compare values of one step only.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tortuosity {
    /// Distance metric: length / distance of the ends, 1 for a straight vessel. Bullitt et al. (2003), "Measuring tortuosity of
    /// the intracerebral vasculature from MRA images", IEEE Transactions on Medical Imaging 22, 1163–1171.
    pub distance_metric: f64,
    /// Sum of angles metric: Σ √(in-plane angle² + torsion angle²) / length, in radians per unit of length. Bullitt et al.
    /// (2003), equations 5 to 8. As there, a torsion angle of 180° (a bend to the other side in the same plane) counts as 0;
    /// here, an angle above 90° counts as its supplement.
    pub sum_of_angles: f64,
    /// Total squared curvature / length, ∫κ² ds / length, in 1 / length². Hart et al. (1999), "Measurement and classification of
    /// retinal vascular tortuosity", International Journal of Medical Informatics 53, 239–252.
    pub squared_curvature: f64,
}

impl Tortuosity {
    /// Measures a graph with steps of this length along the center lines; one or two diameters are a good choice. `None` if no
    /// open segment is four steps long.
    #[must_use]
    pub fn of(graph: &VesselGraph, step: f64) -> Option<Self> {
        let open = graph.segments.iter().filter(|segment| {
            let ends = segment.nodes;
            ends.is_some_and(|[a, b]| a != b)
        });
        let measured =
            open.filter_map(|segment| Some((segment.length(), of_line(&segment.line, step)?)));
        let (mut total, mut sums) = (0.0, [0.0; 3]);
        for (weight, found) in measured {
            total += weight;
            let values = [
                found.distance_metric,
                found.sum_of_angles,
                found.squared_curvature,
            ];
            for (sum, value) in sums.iter_mut().zip(values) {
                *sum += weight * value;
            }
        }
        (total > 0.0).then(|| Self {
            distance_metric: sums[0] / total,
            sum_of_angles: sums[1] / total,
            squared_curvature: sums[2] / total,
        })
    }
}

fn of_line(line: &[Point], step: f64) -> Option<Tortuosity> {
    let total = length(line);
    let chord = distance(*line.first()?, *line.last()?);
    if !(step > 0.0 && total >= 4.0 * step && chord > 0.0) {
        return None;
    }
    let places = equal_steps(line, step);
    let points: Vec<Point> = places.iter().map(|p| p.point(line)).collect();
    let steps: Vec<Point> = points.windows(2).map(|w| minus(w[1], w[0])).collect();
    let (mut angles, mut squares) = (0.0, 0.0);
    for (i, pair) in steps.windows(2).enumerate() {
        let bend = angle(pair[0], pair[1]);
        let torsion = steps.get(i + 2).map_or(0.0, |next| {
            let (first, second) = (cross(pair[0], pair[1]), cross(pair[1], *next));
            let angle = angle(first, second);
            angle.min(std::f64::consts::PI - angle)
        });
        angles += (bend * bend + torsion * torsion).sqrt();
        let size = f64::midpoint(norm(pair[0]), norm(pair[1]));
        squares += bend * bend / size;
    }
    // Angles lie between the steps: the first and the last half step have none.
    let share = (steps.len() - 1) as f64 / steps.len() as f64;
    Some(Tortuosity {
        distance_metric: total / chord,
        sum_of_angles: angles / (total * share),
        squared_curvature: squares / (total * share),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A helix of a radius and a rise per radian.
    fn helix(radius: f64, rise: f64) -> Vec<Point> {
        let at = |i: i32| {
            let turn = f64::from(i) * 0.002;
            [radius * turn.cos(), radius * turn.sin(), rise * turn]
        };
        (0..6000).map(at).collect()
    }

    #[test]
    fn a_straight_line_has_no_angles() {
        let found = of_line(&[[0.0; 3], [3.0, 4.0, 12.0]], 0.5).unwrap();
        assert!((found.distance_metric - 1.0).abs() < 1e-12);
        assert!(found.sum_of_angles < 1e-6 && found.squared_curvature < 1e-12);
        assert!(of_line(&[[0.0; 3], [3.0, 4.0, 12.0]], 5.0).is_none());
    }

    #[test]
    fn a_helix_has_constant_curvature_and_torsion() {
        // κ = R / (R² + c²), τ = c / (R² + c²); √(κ² + τ²) = 1 / √(R² + c²).
        let (radius, rise) = (100.0_f64, 30.0_f64);
        let square = radius * radius + rise * rise;
        let found = of_line(&helix(radius, rise), 10.0).unwrap();
        assert!((found.sum_of_angles * square.sqrt() - 1.0).abs() < 0.01);
        let curvature = radius / square;
        assert!((found.squared_curvature / curvature.powi(2) - 1.0).abs() < 0.01);
        let turns = 5999.0 * 0.002;
        let chord_square: f64 =
            (rise * turns).powi(2) + (2.0 * radius * (turns / 2.0).sin()).powi(2);
        let expected = turns * square.sqrt() / chord_square.sqrt();
        assert!((found.distance_metric / expected - 1.0).abs() < 1e-4);
    }
}
