//! Tubes drawn into voxels.

use ndarray::{Array3, ArrayViewMut2, Axis};
use rayon::prelude::*;

use crate::Config;
use crate::tube::Tube;

/// Width in µm over which a tube's wall fades, in place of a share of volume.
const WALL_UM: f64 = 8.0;

/// A straight piece of a tube.
struct Piece {
    start: [f64; 3],
    end: [f64; 3],
    radius: f64,
    value: f64,
}

/// Draws tubes into an array of shape (x, y, z): each voxel takes the largest of `value(tube)` times how far its center
/// lies inside the tube, 1 inside and ½ on the wall, and of what it held before.
pub(crate) fn draw(
    into: &mut Array3<f32>,
    tubes: &[Tube],
    config: &Config,
    value: impl Fn(&Tube) -> f64,
) {
    let pieces: Vec<Piece> = tubes.iter().flat_map(|t| pieces(t, value(t))).collect();
    into.axis_iter_mut(Axis(0))
        .into_par_iter()
        .enumerate()
        .for_each(|(x, mut plane)| {
            let here = config.center_um([x, 0, 0])[0];
            for piece in &pieces {
                let reach = piece.radius + WALL_UM / 2.0;
                let (low, high) = ordered(piece.start[0], piece.end[0]);
                if low - reach <= here && here <= high + reach {
                    draw_in_plane(&mut plane, piece, x, config);
                }
            }
        });
}

fn pieces(tube: &Tube, value: f64) -> impl Iterator<Item = Piece> {
    let radius = tube.radius_um;
    tube.points_um.windows(2).map(move |pair| Piece {
        start: pair[0],
        end: pair[1],
        radius,
        value,
    })
}

fn draw_in_plane(plane: &mut ArrayViewMut2<'_, f32>, piece: &Piece, x: usize, config: &Config) {
    let spacing = config.spacing_um();
    let reach = piece.radius + WALL_UM / 2.0;
    let range = |axis: usize| {
        let (low, high) = ordered(piece.start[axis], piece.end[axis]);
        // Casts saturate: what lies before the scan becomes 0.
        let first = ((low - reach) / spacing[axis]) as usize;
        let end = ((high + reach) / spacing[axis] + 1.0) as usize;
        first..end.min(config.shape[axis])
    };
    for y in range(1) {
        for z in range(2) {
            let distance = distance(config.center_um([x, y, z]), piece);
            let inside = (0.5 + (piece.radius - distance) / WALL_UM).clamp(0.0, 1.0);
            let voxel = &mut plane[[y, z]];
            *voxel = voxel.max((inside * piece.value) as f32);
        }
    }
}

fn ordered(a: f64, b: f64) -> (f64, f64) {
    (a.min(b), a.max(b))
}

/// Distance from a point to a piece's center line.
fn distance(point: [f64; 3], piece: &Piece) -> f64 {
    let way: [f64; 3] = std::array::from_fn(|a| piece.end[a] - piece.start[a]);
    let from: [f64; 3] = std::array::from_fn(|a| point[a] - piece.start[a]);
    let dot = |u: [f64; 3], v: [f64; 3]| u[0] * v[0] + u[1] * v[1] + u[2] * v[2];
    let length = dot(way, way);
    let t = if length > 0.0 {
        (dot(from, way) / length).clamp(0.0, 1.0)
    } else {
        0.0
    };
    let gap: [f64; 3] = std::array::from_fn(|a| from[a] - t * way[a]);
    dot(gap, gap).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phantom::tests::small;

    #[test]
    fn the_volume_of_a_tube_is_that_of_a_capsule() {
        let config = Config {
            shape: [50, 50, 50],
            spacing_mm: [0.004; 3],
            ..small()
        };
        let tube = Tube {
            points_um: vec![[60.0, 80.0, 90.0], [100.0, 120.0, 110.0]],
            radius_um: 30.0,
            brightness: [1.0; 2],
        };
        let mut voxels = Array3::zeros(config.shape);
        draw(&mut voxels, &[tube], &config, |_| 1.0);
        let inside = voxels.iter().filter(|v| **v >= 0.5).count() as f64 * 64.0;
        let (length, radius) = (60.0_f64, 30.0_f64);
        let capsule = std::f64::consts::PI * radius * radius * (length + 4.0 / 3.0 * radius);
        assert!(
            (inside / capsule - 1.0).abs() < 0.01,
            "{inside} against {capsule}"
        );
    }

    #[test]
    fn tubes_beside_the_scan_leave_it_empty() {
        let config = small();
        let tube = Tube {
            points_um: vec![[-900.0, -900.0, -900.0], [-800.0, -900.0, -900.0]],
            radius_um: 30.0,
            brightness: [1.0; 2],
        };
        let mut voxels = Array3::zeros(config.shape);
        draw(&mut voxels, &[tube], &config, |_| 1.0);
        assert!(voxels.iter().all(|v| *v == 0.0));
    }
}
