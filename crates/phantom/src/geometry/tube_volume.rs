//! Volume of the union of many tubes.

use std::collections::BTreeMap;
use std::f64::consts::PI;

use rayon::prelude::*;

use crate::geometry::clip::clipped;
use crate::geometry::piece::Piece;
use crate::geometry::point::Point;

/// Number of lattice points in all tubes together.
const PLACES: f64 = 4e6;

/// Volume, in µm³, of the union of tubes within the box from zero to `extent_um`.
///
/// Tubes are polylines with a radius, both in µm. First, the volumes of their cylinders, π r² times the length inside
/// the box, are summed. The difference to the union (overlaps, ends, joints, parts outside the box) is estimated on a
/// cubic lattice with about four million points in the tubes: each point in the union is compared with the number of
/// cylinders that contain it. So lattice errors affect the difference only: a single straight tube through the box is
/// exact; ends, crossings and faces are accurate to a thousandth of the volume in the tests.
///
/// The result does not depend on the number of threads.
pub(crate) fn tube_volume_um3<'a>(
    tubes: impl IntoIterator<Item = (&'a [Point], f64)>,
    extent_um: Point,
) -> f64 {
    let mut cylinders = Vec::new();
    for (line, radius) in tubes {
        let pairs = line.windows(2);
        cylinders.extend(pairs.map(|pair| Cylinder::new([pair[0], pair[1]], radius, extent_um)));
    }
    let volume: f64 = cylinders.iter().map(Cylinder::volume_um3).sum();
    let step = libm::cbrt(volume / PLACES);
    if step <= 0.0 {
        return 0.0;
    }
    let mut planes: BTreeMap<i64, Vec<&Cylinder>> = BTreeMap::new();
    for cylinder in &cylinders {
        for plane in places(cylinder.piece.range(0), step) {
            planes.entry(plane).or_default().push(cylinder);
        }
    }
    let planes: Vec<_> = planes.into_iter().collect();
    let differences = planes
        .par_iter()
        .map(|(plane, near)| difference(*plane, near, step, extent_um));
    // A sum of integers, which is the same in any order.
    let difference: i64 = differences.sum();
    volume + difference as f64 * step.powi(3)
}

/// A straight piece of a tube, and the part with its center line in the box.
struct Cylinder {
    piece: Piece,
    /// Start and end of that part, from 0 to 1; `None` for a piece outside.
    inside: Option<[f64; 2]>,
}

impl Cylinder {
    fn new([start, end]: [Point; 2], radius: f64, extent: Point) -> Self {
        Self {
            piece: Piece::new(start, end, radius),
            // A piece of length zero is a ball without a cylinder.
            inside: clipped(start, end, extent).filter(|_| start != end),
        }
    }

    fn volume_um3(&self) -> f64 {
        let [from, to] = self.inside.unwrap_or_default();
        PI * self.piece.radius.powi(2) * (to - from) * self.piece.length()
    }
}

/// Indices i of the lattice points `(i + ½) · step` in a range.
fn places([from, to]: [f64; 2], step: f64) -> std::ops::RangeInclusive<i64> {
    (from / step - 0.5).ceil() as i64..=(to / step - 0.5).floor() as i64
}

/// For a plane across x: the number of lattice points in the box and in any tube, minus the number of cylinders that
/// contain each point.
fn difference(plane: i64, near: &[&Cylinder], step: f64, extent: Point) -> i64 {
    let at = |i: i64| (i as f64 + 0.5) * step;
    let x = at(plane);
    let in_box = |place: Point| (0..3).all(|a| (0.0..extent[a]).contains(&place[a]));
    let (mut held, mut in_cylinders) = (Vec::new(), 0);
    for cylinder in near {
        let [ys, zs] = cylinder.piece.ranges_at(x);
        for (j, k) in places(ys, step).flat_map(|j| places(zs, step).map(move |k| (j, k))) {
            let place = [x, at(j), at(k)];
            if !cylinder.piece.holds(place) {
                continue;
            }
            let foot = cylinder.piece.foot(place);
            let within = |[from, to]: [f64; 2]| (from..=to).contains(&foot);
            in_cylinders += i64::from(cylinder.inside.is_some_and(within));
            if in_box(place) {
                held.push((j, k));
            }
        }
    }
    held.sort_unstable();
    held.dedup();
    held.len() as i64 - in_cylinders
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOX: Point = [400.0, 300.0, 200.0];

    fn volume(tubes: &[(&[Point], f64)]) -> f64 {
        tube_volume_um3(tubes.iter().copied(), BOX)
    }

    fn near(found: f64, expected: f64, relative: f64) {
        let error = found / expected - 1.0;
        assert!(error.abs() < relative, "{found} against {expected}");
    }

    #[test]
    fn a_tube_through_the_box_is_a_cylinder_and_one_within_it_has_two_half_balls() {
        let through = [
            [-50.0, 151.3, 97.1],
            [170.0, 151.3, 97.1],
            [500.0, 151.3, 97.1],
        ];
        near(volume(&[(&through, 20.0)]), PI * 400.0 * 400.0, 1e-12);
        let within = [[100.0, 150.0, 100.0], [180.0, 210.0, 100.0]];
        let capsule = PI * 225.0 * 100.0 + 4.0 / 3.0 * PI * 3375.0;
        near(volume(&[(&within, 15.0)]), capsule, 1e-3);
        assert_eq!(volume(&[]), 0.0);
        let outside = [[500.0, 0.0, 0.0], [600.0, 0.0, 0.0]];
        assert_eq!(volume(&[(&outside, 15.0)]), 0.0);
    }

    #[test]
    fn two_tubes_share_the_solid_of_steinmetz() {
        // Two cylinders of one radius that cross at a right angle share 16/3 r³.
        let along_x = [[-50.0, 150.0, 100.0], [450.0, 150.0, 100.0]];
        let along_y = [[200.0, -50.0, 100.0], [200.0, 350.0, 100.0]];
        let r = 30.0;
        let expected = PI * r * r * (400.0 + 300.0) - 16.0 / 3.0 * r * r * r;
        near(volume(&[(&along_x, r), (&along_y, r)]), expected, 1e-3);
        near(
            volume(&[(&along_x, r), (&along_x, r)]),
            PI * r * r * 400.0,
            1e-3,
        );
    }

    #[test]
    fn a_tube_along_a_face_is_cut_in_half() {
        let along = [[-50.0, 150.0, 0.0], [450.0, 150.0, 0.0]];
        near(volume(&[(&along, 40.0)]), PI * 800.0 * 400.0, 1e-3);
    }

    #[test]
    fn a_repeated_point_changes_nothing() {
        let line = [[100.0, 150.0, 100.0], [200.0, 150.0, 100.0]];
        let repeated = [line[0], line[0], line[1], line[1]];
        assert_eq!(volume(&[(&line, 12.0)]), volume(&[(&repeated, 12.0)]));
    }
}
