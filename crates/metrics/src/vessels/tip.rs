//! Continues a center line to the end of its vessel.

use super::geometry::{Point, minus, norm, plus, times, unit};
use super::lumen::{Hit, Lumen};

/// Most steps beyond the skeleton. Thinning takes about a half-width in voxels from each end; with voxels of 12 × 12 × 3 µm a
/// vessel along x loses up to four radii.
const MOST_STEPS: usize = 16;

/// The points from the end of a line, which leads along `direction`, to the surface at the end of the vessel, or to the border.
///
/// Each step is half a radius long, and is moved to the centroid of the cross-section there. The last point lies on the surface.
pub(crate) fn tip(lumen: &Lumen<'_>, from: Point, direction: Point, radius: f64) -> Vec<Point> {
    let least = lumen.spacing.iter().copied().fold(f64::INFINITY, f64::min);
    let step = (0.5 * radius).max(least);
    let (mut here, mut direction) = (from, direction);
    let mut points = Vec::new();
    for _ in 0..MOST_STEPS {
        match lumen.ray(here, direction, 1.5 * step) {
            Hit::Surface(length) | Hit::Border(length) => {
                points.push(plus(here, times(direction, length)));
                break;
            }
            Hit::Far => {}
        }
        let mut next = plus(here, times(direction, step));
        let section = lumen.section(next, direction, 2.0 * radius + least);
        if let Some(shift) = section.and_then(|s| s.to_centroid) {
            let most = 0.5 * step;
            let size = norm(shift);
            let shift = if size > most {
                times(shift, most / size)
            } else {
                shift
            };
            next = plus(next, shift);
        }
        if !lumen.contains(next) {
            break;
        }
        // A direction that follows slowly: the voxels' corners must not turn it.
        let way = unit(minus(next, here)).unwrap_or(direction);
        direction = unit(plus(times(direction, 2.0), way)).unwrap_or(direction);
        here = next;
        points.push(here);
    }
    points
}
