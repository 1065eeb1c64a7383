//! Joins branch points that are one, and finds their place.

use super::geometry::{Point, center, cross, distance, dot, minus, plus, times};
use super::network::Network;
use super::skeleton_voxels::SkeletonVoxels;

/// Joins neighboring branch points that are nearer to each other than `in_radii` times the radius of the wider ball: the skeleton of a
/// crossing is two branch points with a short strand between them.
pub(crate) fn join_near(
    network: &mut Network,
    voxels: &SkeletonVoxels,
    spacing: [f64; 3],
    in_radii: f64,
) {
    for strand in 0..network.strands.len() {
        let Some([a, b]) = network.strands[strand].as_ref().and_then(|s| s.knots) else {
            continue;
        };
        let radius = network.radius(a).max(network.radius(b));
        let place = |knot: usize| {
            let voxel = network.knots[knot].as_ref().map_or(0, |k| k.voxel);
            center(voxels.place(voxel as usize), spacing)
        };
        let apart = distance(place(a), place(b));
        let length = network.strands[strand].as_ref().map_or(0.0, |s| s.length);
        let branch = network.degree(a) >= 3 && network.degree(b) >= 3;
        // A strand that takes a long way round is a vessel.
        if branch && radius.is_finite() && apart < in_radii * radius && length < 2.0 * in_radii * radius
        {
            network.contract(strand);
        }
    }
}

/// A straight lead to a junction: a point outside of its ball, and the direction of length 1 there.
pub(crate) type Lead = (Point, Point);

/// The point that is nearest to all leads by least squares, drawn weakly to the first guess and within `radius` of it.
///
/// A junction of the skeleton lies up to a radius beside the point where the axes meet. The normal equations are
/// Σ (1 − d dᵀ)(x − q) + w (x − guess) = 0.
pub(crate) fn meeting_point(guess: Point, leads: &[Lead], radius: f64) -> Point {
    const WEIGHT: f64 = 0.05;
    let mut rows = [[0.0; 3]; 3];
    let mut right = [0.0; 3];
    for (i, row) in rows.iter_mut().enumerate() {
        row[i] = WEIGHT;
    }
    for (point, direction) in leads {
        // Relative to the guess, which is then the origin.
        let point = minus(*point, guess);
        let along = dot(point, *direction);
        for i in 0..3 {
            right[i] += point[i] - along * direction[i];
            for j in 0..3 {
                rows[i][j] += f64::from(u8::from(i == j)) - direction[i] * direction[j];
            }
        }
    }
    let determinant = determined(rows);
    let mut shift = [0.0; 3];
    for (axis, value) in shift.iter_mut().enumerate() {
        let mut replaced = rows;
        for (row, right) in replaced.iter_mut().zip(right) {
            row[axis] = right;
        }
        *value = determined(replaced) / determinant;
    }
    let size = dot(shift, shift).sqrt();
    if size > radius {
        shift = times(shift, radius / size);
    }
    plus(guess, shift)
}

fn determined(m: [[f64; 3]; 3]) -> f64 {
    dot(m[0], cross(m[1], m[2]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_meet_where_they_cross() {
        let leads = [
            ([5.0, 1.0, 2.0], [1.0, 0.0, 0.0]),
            ([1.0, 9.0, 2.0], [0.0, 1.0, 0.0]),
            ([1.0, 1.0, -4.0], [0.0, 0.0, 1.0]),
        ];
        let found = meeting_point([1.2, 0.9, 2.1], &leads, 3.0);
        assert!(distance(found, [1.0, 1.0, 2.0]) < 0.02, "{found:?}");
        let far = meeting_point([8.0, 1.0, 2.0], &leads, 3.0);
        assert!((distance(far, [8.0, 1.0, 2.0]) - 3.0).abs() < 1e-9);
        assert_eq!(meeting_point([8.0, 1.0, 2.0], &[], 3.0), [8.0, 1.0, 2.0]);
    }
}
