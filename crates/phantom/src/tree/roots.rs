//! The roots of trees, and their first vessels.

use super::config::TreeConfig;
use super::growth::{Growth, Vessel};
use super::tissue::Tissue;
use crate::error::TreeError;
use crate::geometry::point::{Point, distance, plus, times};
use crate::random::streams::{Purpose, Streams};

/// Number of candidate positions per root, and of sample positions of its tissue.
const CANDIDATES: usize = 32;
const SAMPLES: usize = 64;
/// Largest number of attempts for a first vessel.
const ATTEMPTS: usize = 200;

/// The roots: as given, or the requested number on a face of the box, far from each other.
///
/// # Errors
/// The face has no room for them.
pub(super) fn places(config: &TreeConfig, streams: Streams) -> Result<Vec<Point>, TreeError> {
    if !config.root_places_um.is_empty() {
        return Ok(config.given_roots().collect());
    }
    let mut draw = streams.open(Purpose::TreeRoots, 0);
    let (axis, at_end) = config.root_face.axis();
    let extent = config.extent_um;
    let terminals = (config.terminals as f64 / config.roots as f64).ceil();
    let radius = config.law().radius_um(terminals).min(config.radius_um[1]);
    let mut any = || -> Point {
        let inset = extent.map(|e| radius.min(e / 2.0));
        let mut place = std::array::from_fn(|a| draw.uniform(inset[a], extent[a] - inset[a]));
        place[axis] = if at_end { extent[axis] } else { 0.0 };
        place
    };
    let mut roots: Vec<Point> = Vec::new();
    for _ in 0..config.roots {
        let mut best = (f64::NEG_INFINITY, [0.0; 3]);
        for _ in 0..CANDIDATES {
            let place = any();
            let distances = roots.iter().map(|r| distance(*r, place));
            // The first root only keeps away from the rim.
            let rim = (0..3)
                .filter(|a| *a != axis)
                .map(|a| 2.0 * place[a].min(extent[a] - place[a]));
            let far = distances.chain(rim).fold(f64::INFINITY, f64::min);
            if far > best.0 {
                best = (far, place);
            }
        }
        if roots
            .iter()
            .any(|r| distance(*r, best.1) < 2.0 * radius + config.clearance_um)
        {
            return Err(TreeError::NoRoomForRoots {
                placed: roots.len(),
                roots: config.roots,
                face: config.root_face,
            });
        }
        roots.push(best.1);
    }
    Ok(roots)
}

/// Grows the first vessel of each root: to the center of the tissue that is nearest to it, or, where there is no room,
/// to another position in it.
///
/// # Errors
/// A root has no room for a vessel.
pub(super) fn trunks(growth: &mut Growth<'_>, tissue: &mut Tissue<'_>) -> Result<(), TreeError> {
    let roots = growth.roots.clone();
    let nearest = |place: Point| {
        let distances = roots.iter().map(|r| distance(*r, place));
        let least = distances.enumerate().min_by(|a, b| a.1.total_cmp(&b.1));
        least.map_or(0, |(root, _)| root)
    };
    let mut territories = vec![Vec::new(); roots.len()];
    for _ in 0..SAMPLES * roots.len() {
        let place = tissue.any();
        territories[nearest(place)].push(place);
    }
    for (root, territory) in territories.iter().enumerate() {
        let sum = territory.iter().fold([0.0; 3], |sum, p| plus(sum, *p));
        let middle = (!territory.is_empty()).then(|| times(sum, 1.0 / territory.len() as f64));
        let first = middle.into_iter().chain(territory.iter().copied());
        let mut planted = first.take(ATTEMPTS).find(|end| growth.plant(root, *end));
        for _ in 0..ATTEMPTS {
            if planted.is_none() {
                planted = Some(tissue.any()).filter(|end| growth.plant(root, *end));
            }
        }
        let end = planted.ok_or(TreeError::NoRoomForTrunk { root })?;
        tissue.feed(end);
    }
    Ok(())
}

impl Growth<'_> {
    /// Grows the first vessel of a root; `false` when there is no room.
    fn plant(&mut self, root: usize, end: Point) -> bool {
        let id = self.vessels.len();
        self.vessels.push(Vessel {
            parent: None,
            daughters: None,
            tree: root,
            end,
            terminals: 1,
        });
        self.list(id);
        if self.fits(id) {
            self.trunks.push(id);
            return true;
        }
        self.cells.remove(id);
        self.vessels.pop();
        false
    }
}
