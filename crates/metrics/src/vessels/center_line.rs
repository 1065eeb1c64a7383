//! Smooth center lines with radii, from paths of voxels.

use super::geometry::{Point, distance, minus, norm, plus, unit};
use super::junctions::Leads;
use super::lumen::Lumen;
use super::polyline::{equal_steps, smoothed, tangents};
use super::tip::tip;

/// Length that is cut from free ends, in radii: the corner of a flat end is √2 radii from the ball that touches it.
const CUT_RADII: f64 = 2.0;

/// A path of voxels: their centers, and the largest balls around them.
pub(crate) struct Path<'a> {
    pub points: &'a [Point],
    /// Radii of the balls.
    pub balls: &'a [f64],
    pub ends: Ends,
}

/// The ends of a path.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Ends {
    /// It is closed; its first point is not repeated.
    Closed,
    /// First and last end.
    Two([End; 2]),
}

/// One end of a path.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum End {
    /// A free end.
    Free,
    /// A junction with the radius of the largest ball.
    Junction(f64),
}

/// A smooth center line and the radius at each of its points; a closed line repeats its first point.
pub(crate) struct CenterLine {
    pub line: Vec<Point>,
    pub radii: Option<Vec<f64>>,
    /// For ends at a junction: the first point outside of its ball, and the direction there.
    pub leads: Leads,
}

/// The center line of a path.
///
/// 1. Free ends are cut by [`CUT_RADII`], where skeletons turn to a corner.
/// 2. The path is sampled at half the largest spacing, and smoothed over a radius.
/// 3. Each point is moved to the centroid of its cross-section, and the line is smoothed over half a radius. So it neither keeps
///    the staircase of voxels, which is up to 8 % too long, nor cuts bends short.
/// 4. The radius at each point is that of its cross-section. Inside the ball of a junction there is no cross-section of one
///    vessel: there the line is straight and has the radius of the nearest point outside.
/// 5. Free ends are continued to the surface.
pub(crate) fn center_line(lumen: &Lumen<'_>, path: &Path<'_>) -> CenterLine {
    let scale = Scale::of(lumen, path);
    let closed = path.ends == Ends::Closed;
    let mut points = sampled(path, &scale, closed);
    points = smoothed(&points, scale.reach(scale.radius), closed);
    let directions = tangents(&points, scale.tangent_reach(), closed);
    let inside = inside_junctions(&points, path.ends);
    for (i, direction) in directions.iter().enumerate() {
        if !inside[i]
            && let Some(direction) = direction
        {
            points[i] = centered(lumen, points[i], *direction, &scale);
        }
    }
    points = smoothed(&points, scale.reach(0.5 * scale.radius), closed);
    let mut radii = measured(lumen, &points, &inside, &scale, closed);
    let mut leads = [None; 2];
    if closed {
        points.push(points[0]);
        radii.push(radii[0]);
    } else {
        straighten(&mut points, &mut radii, &inside);
        leads = leads_of(&points, scale.tangent_reach());
        if let Ends::Two(ends) = path.ends {
            continue_free_ends(lumen, (&mut points, &mut radii), ends, &scale);
        }
    }
    CenterLine {
        line: points,
        radii: filled(&radii),
        leads,
    }
}

/// Lengths that fit the vessel.
struct Scale {
    /// Median radius of the largest balls along the path.
    radius: f64,
    /// Distance between points.
    step: f64,
    coarsest: f64,
}

impl Scale {
    fn of(lumen: &Lumen<'_>, path: &Path<'_>) -> Self {
        let axes = (0..3).filter(|axis| lumen.flat != Some(*axis));
        let coarsest = axes.map(|axis| lumen.spacing[axis]).fold(0.0, f64::max);
        let mut balls: Vec<f64> = path
            .balls
            .iter()
            .copied()
            .filter(|b| b.is_finite())
            .collect();
        balls.sort_by(f64::total_cmp);
        Self {
            radius: balls.get(balls.len() / 2).copied().unwrap_or(coarsest),
            step: 0.5 * coarsest,
            coarsest,
        }
    }

    /// Number of points on each side of a moving average over about this length on each side, in two passes.
    fn reach(&self, half_width: f64) -> usize {
        (half_width.max(self.coarsest) / (1.5 * self.step)).ceil() as usize
    }

    fn tangent_reach(&self) -> usize {
        (self.radius.max(self.coarsest) / self.step).ceil() as usize
    }

    /// Longest ray of a cross-section.
    fn longest(&self) -> f64 {
        2.5 * self.radius + self.coarsest
    }
}

/// The path at equal steps, without the last [`CUT_RADII`] before free ends; at most a third is cut from each, and two points stay, as one
/// has no direction in which to go on.
fn sampled(path: &Path<'_>, scale: &Scale, closed: bool) -> Vec<Point> {
    let mut line = path.points.to_vec();
    if closed {
        line.extend(path.points.first());
    }
    let places = equal_steps(&line, scale.step);
    let mut points: Vec<Point> = places.iter().map(|p| p.point(&line)).collect();
    if closed {
        points.pop();
    }
    if let Ends::Two(ends) = path.ends {
        let free = ends.iter().filter(|end| **end == End::Free).count();
        let spare = points.len().saturating_sub(2) / free.max(1);
        let most = (points.len() / 3).min(spare);
        let cut = ((CUT_RADII * scale.radius / scale.step) as usize).min(most);
        if ends[1] == End::Free {
            points.truncate(points.len() - cut);
        }
        if ends[0] == End::Free {
            points.drain(..cut);
        }
    }
    points
}

/// Whether points lie in the ball of a junction at their end. If all do, the middle one counts as outside.
fn inside_junctions(points: &[Point], ends: Ends) -> Vec<bool> {
    let mut inside = vec![false; points.len()];
    let (Ends::Two(ends), Some(first), Some(last)) = (ends, points.first(), points.last()) else {
        return inside;
    };
    if let End::Junction(radius) = ends[0] {
        let near = points.iter().take_while(|p| distance(**p, *first) < radius);
        let count = near.count();
        inside[..count].fill(true);
    }
    if let End::Junction(radius) = ends[1] {
        let near = points
            .iter()
            .rev()
            .take_while(|p| distance(**p, *last) < radius);
        let count = near.count();
        inside[points.len() - count..].fill(true);
    }
    if inside.iter().all(|inside| *inside) {
        inside[points.len() / 2] = false;
    }
    inside
}

/// The point moved to the centroid of its cross-section, by a radius at most.
fn centered(lumen: &Lumen<'_>, point: Point, direction: Point, scale: &Scale) -> Point {
    let section = lumen.section(point, direction, scale.longest());
    let shift = section.and_then(|s| s.to_centroid);
    match shift {
        Some(shift) if norm(shift) <= scale.radius.max(scale.coarsest) => plus(point, shift),
        _ => point,
    }
}

fn measured(
    lumen: &Lumen<'_>,
    points: &[Point],
    inside: &[bool],
    scale: &Scale,
    closed: bool,
) -> Vec<Option<f64>> {
    let directions = tangents(points, scale.tangent_reach(), closed);
    let outside = directions.iter().zip(inside);
    let each = points.iter().zip(outside);
    each.map(|(point, (direction, inside))| {
        if *inside || !lumen.contains(*point) {
            return None;
        }
        lumen
            .section(*point, (*direction)?, scale.longest())
            .map(|s| s.radius)
    })
    .collect()
}

/// Leaves of the points inside junctions only the first and the last.
fn straighten(points: &mut Vec<Point>, radii: &mut Vec<Option<f64>>, inside: &[bool]) {
    let last = points.len().saturating_sub(1);
    let kept = |i: &usize| *i == 0 || *i == last || !inside[*i];
    let kept: Vec<usize> = (0..points.len()).filter(kept).collect();
    *points = kept.iter().map(|i| points[*i]).collect();
    *radii = kept.iter().map(|i| radii[*i]).collect();
}

/// The leads at both ends of a straightened line.
fn leads_of(points: &[Point], reach: usize) -> Leads {
    let inner = points
        .get(1..points.len().saturating_sub(1))
        .unwrap_or_default();
    if inner.is_empty() {
        return [None; 2];
    }
    // Beside the ball of a wider vessel, the skeleton still turns toward its own axis.
    let last = inner.len() - 1;
    let reach = reach.min(last / 2);
    let ends = [[reach, 2 * reach], [last - reach, last - 2 * reach]];
    ends.map(|[near, far]| Some((inner[near], unit(minus(inner[near], inner[far]))?)))
}

fn continue_free_ends(
    lumen: &Lumen<'_>,
    (points, radii): (&mut Vec<Point>, &mut Vec<Option<f64>>),
    ends: [End; 2],
    scale: &Scale,
) {
    for end in [1, 0] {
        if end == 0 {
            points.reverse();
            radii.reverse();
        }
        if ends[end] == End::Free
            && let Some(last) = points.last().copied()
            && let Some(before) =
                points.get(points.len().saturating_sub(1 + 2 * scale.tangent_reach()))
            && let Some(direction) = unit(minus(last, *before)).or(unit(minus(last, points[0])))
        {
            let more = tip(lumen, last, direction, scale.radius);
            radii.resize(radii.len() + more.len(), None);
            points.extend(more);
        }
    }
    // The second round turned both around.
    points.reverse();
    radii.reverse();
}

/// Missing values replaced by the nearest along the line; `None` if all are missing.
fn filled(radii: &[Option<f64>]) -> Option<Vec<f64>> {
    let known: Vec<usize> = (0..radii.len()).filter(|i| radii[*i].is_some()).collect();
    if known.is_empty() {
        return None;
    }
    let nearest = |i: usize| {
        let after = known.partition_point(|k| *k < i);
        let candidates = [after.checked_sub(1), Some(after)];
        let near = candidates.iter().flatten().filter_map(|c| known.get(*c));
        near.min_by_key(|k| k.abs_diff(i)).and_then(|k| radii[*k])
    };
    (0..radii.len()).map(nearest).collect()
}
