//! Draws tubes into voxels.

use ndarray::{Array3, ArrayViewMut2, Axis};
use rayon::prelude::*;

use crate::Config;
use crate::anatomy::tube::Tube;

/// Width in µm over which the edge of a tube fades, as an approximation of partial volumes.
const EDGE_UM: f64 = 8.0;

/// Appearance of a piece of a tube.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Look {
    /// Value inside.
    pub value: f64,
    /// Relative loss of the value inside the wall, from 0 to 1.
    pub hollowness: f64,
    /// Thickness of the wall in µm.
    pub wall_um: f64,
    /// Width in µm over which the edge fades.
    pub edge_um: f64,
}

impl Look {
    /// A constant value across the tube.
    pub fn solid(value: f64) -> Self {
        Self {
            value,
            hollowness: 0.0,
            wall_um: 0.0,
            edge_um: EDGE_UM,
        }
    }

    /// The value at a distance from the center line of a tube.
    fn at(&self, distance_um: f64, radius_um: f64) -> f64 {
        let within = |radius: f64| (0.5 + (radius - distance_um) / self.edge_um).clamp(0.0, 1.0);
        let inside = within(radius_um) * self.value;
        if self.hollowness == 0.0 {
            return inside;
        }
        inside * (1.0 - self.hollowness * within(radius_um - self.wall_um))
    }
}

/// A straight piece of a tube.
struct Piece {
    start: [f64; 3],
    end: [f64; 3],
    radius: f64,
    look: Look,
}

/// Draws tubes into an array of shape (x, y, z): each voxel takes the maximum of its previous value and the tubes'
/// values.
///
/// `look` returns the appearance of a straight piece for its direction (a vector in µm). The value is multiplied by the
/// edge profile: 1 inside, ½ when the voxel's center is on the edge.
pub(crate) fn draw(
    into: &mut Array3<f32>,
    tubes: &[Tube],
    config: &Config,
    look: impl Fn(&Tube, [f64; 3]) -> Look,
) {
    let pieces: Vec<Piece> = tubes.iter().flat_map(|t| pieces(t, &look)).collect();
    into.axis_iter_mut(Axis(0))
        .into_par_iter()
        .enumerate()
        .for_each(|(x, mut plane)| {
            let here = config.center_um([x, 0, 0])[0];
            for piece in &pieces {
                let reach = piece.reach_um();
                let (low, high) = ordered(piece.start[0], piece.end[0]);
                if low - reach <= here && here <= high + reach {
                    draw_in_plane(&mut plane, piece, x, config);
                }
            }
        });
}

impl Piece {
    fn reach_um(&self) -> f64 {
        self.radius + self.look.edge_um / 2.0
    }
}

fn pieces(tube: &Tube, look: &impl Fn(&Tube, [f64; 3]) -> Look) -> impl Iterator<Item = Piece> {
    tube.points_um.windows(2).map(move |pair| Piece {
        start: pair[0],
        end: pair[1],
        radius: tube.radius_um,
        look: look(tube, std::array::from_fn(|a| pair[1][a] - pair[0][a])),
    })
}

fn draw_in_plane(plane: &mut ArrayViewMut2<'_, f32>, piece: &Piece, x: usize, config: &Config) {
    let spacing = config.spacing_um();
    let reach = piece.reach_um();
    let range = |axis: usize| {
        let (low, high) = ordered(piece.start[axis], piece.end[axis]);
        // Casts saturate: positions before the scan become 0.
        let first = ((low - reach) / spacing[axis]) as usize;
        let end = ((high + reach) / spacing[axis] + 1.0) as usize;
        first..end.min(config.shape[axis])
    };
    for y in range(1) {
        for z in range(2) {
            let distance = distance(config.center_um([x, y, z]), piece);
            let voxel = &mut plane[[y, z]];
            *voxel = voxel.max(piece.look.at(distance, piece.radius) as f32);
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
    use crate::anatomy::tube::Kind;
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
            strength: 1.0,
            kind: Kind::Vessel,
        };
        let mut voxels = Array3::zeros(config.shape);
        draw(&mut voxels, &[tube], &config, |_, _| Look::solid(1.0));
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
            strength: 1.0,
            kind: Kind::Vessel,
        };
        let mut voxels = Array3::zeros(config.shape);
        draw(&mut voxels, &[tube], &config, |_, _| Look::solid(1.0));
        assert!(voxels.iter().all(|v| *v == 0.0));
    }

    #[test]
    fn a_hollow_tube_is_dark_inside_and_bright_at_its_wall() {
        let look = Look {
            value: 10.0,
            hollowness: 0.75,
            wall_um: 10.0,
            edge_um: 4.0,
        };
        let found = [0.0, 25.0, 33.0, 40.0, 43.0].map(|distance| look.at(distance, 40.0));
        assert_eq!(found, [2.5, 2.5, 10.0, 5.0, 0.0]);
    }
}
