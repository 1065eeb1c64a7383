//! Moves bifurcations to the position of least work.

use super::growth::Growth;
use super::murray::meeting_place;
use crate::geometry::point::{Point, between, distance, minus, plus, times, unit};

/// Step sizes that a bifurcation tries, as shares of the distance to its best position.
const SHARES: [f64; 3] = [1.0, 0.5, 0.25];
/// Smallest step in µm; with smaller steps a bifurcation is at rest.
const REST_UM: f64 = 1e-9;
/// Smallest step in µm after which the neighbors must also move again.
const WAKE_UM: f64 = 1e-8;

/// The position between `ends` (one above, two below) with the least work for vessels that supply `feeds` terminals,
/// where all vessels are long enough; `None` if there is none. `parent` is the vessel above the first of them.
///
/// A best position too close to an end is moved away from it, towards the middle of the other two.
pub(super) fn fork(
    ends: [Point; 3],
    feeds: [usize; 3],
    growth: &Growth<'_>,
    parent: Option<usize>,
) -> Option<Point> {
    let weights = feeds.map(|n| growth.law.work(n as f64));
    let above = parent.map_or(feeds[0], |p| growth.vessels[p].terminals.max(feeds[0]));
    let least = [
        growth.least_length_um(feeds[0], above),
        growth.least_length_um(feeds[1], feeds[0]),
        growth.least_length_um(feeds[2], feeds[0]),
    ];
    let cost =
        |place: Point| -> f64 { (0..3).map(|i| weights[i] * distance(place, ends[i])).sum() };
    let cheapest = || {
        let costs = ends
            .into_iter()
            .min_by(|a, b| cost(*a).total_cmp(&cost(*b)));
        costs.unwrap_or(ends[0])
    };
    let mut place = meeting_place(ends, weights).unwrap_or_else(cheapest);
    if let Some(i) = (0..3).find(|i| distance(place, ends[*i]) < least[*i]) {
        let middle = between(ends[(i + 1) % 3], ends[(i + 2) % 3], 0.5);
        let away = unit(minus(middle, ends[i]));
        place = plus(ends[i], times(away, least[i]));
    }
    let long = (0..3).all(|i| distance(place, ends[i]) >= least[i] * (1.0 - 1e-9));
    long.then_some(place)
}

impl Growth<'_> {
    /// Moves all bifurcations, round by round, until all are at rest or `rounds` are over.
    pub fn relax(&mut self, rounds: usize) {
        let mut awake = vec![true; self.vessels.len()];
        for _ in 0..rounds {
            let mut next = vec![false; awake.len()];
            for vessel in 0..awake.len() {
                if awake[vessel] && self.settle(vessel) > WAKE_UM {
                    let own = &self.vessels[vessel];
                    let near = own.daughters.into_iter().flatten().chain(own.parent);
                    for v in near.chain([vessel]) {
                        next[v] = true;
                    }
                }
            }
            if !next.contains(&true) {
                break;
            }
            awake = next;
        }
    }

    /// Moves the bifurcation at a vessel's end, if there is one, and returns the distance in µm.
    pub fn settle(&mut self, vessel: usize) -> f64 {
        let Some((ends, feeds)) = self.bifurcation(vessel) else {
            return 0.0;
        };
        let Some(target) = fork(ends, feeds, self, self.vessels[vessel].parent) else {
            return 0.0;
        };
        let old = self.vessels[vessel].end;
        let cost = |place: Point| -> f64 {
            let work = (0..3).map(|i| self.law.work(feeds[i] as f64) * distance(place, ends[i]));
            work.sum()
        };
        if distance(old, target) < REST_UM {
            return 0.0;
        }
        let before = cost(old);
        // Close to the best position, rounding exceeds the gain.
        let close = distance(old, target) < 1e-3;
        let trials = SHARES.map(|share| between(old, target, share));
        let better = trials.map(|trial| close || cost(trial) < before);
        for (trial, better) in trials.into_iter().zip(better) {
            if better && self.shift(vessel, trial) {
                return distance(old, trial);
            }
        }
        0.0
    }

    /// Whether the bifurcation at a vessel's end is at the position of least work of its three vessels.
    pub fn is_free(&self, vessel: usize) -> bool {
        self.bifurcation(vessel).is_some_and(|(ends, feeds)| {
            let weights = feeds.map(|n| self.law.work(n as f64));
            meeting_place(ends, weights)
                .is_some_and(|place| distance(place, self.vessels[vessel].end) < 1e-6)
        })
    }

    /// The ends around the bifurcation at a vessel's end, and the number of terminals of the three vessels.
    fn bifurcation(&self, vessel: usize) -> Option<([Point; 3], [usize; 3])> {
        let own = &self.vessels[vessel];
        let [first, second] = own.daughters?.map(|d| &self.vessels[d]);
        Some((
            [self.start(vessel), first.end, second.end],
            [own.terminals, first.terminals, second.terminals],
        ))
    }

    /// Moves the end of a vessel, unless there is an obstacle.
    fn shift(&mut self, vessel: usize, place: Point) -> bool {
        let old = std::mem::replace(&mut self.vessels[vessel].end, place);
        let daughters = self.vessels[vessel].daughters.into_iter().flatten();
        let moved: Vec<usize> = daughters.chain([vessel]).collect();
        for v in &moved {
            self.list(*v);
        }
        if moved.iter().all(|v| self.fits(*v)) {
            return true;
        }
        self.vessels[vessel].end = old;
        for v in &moved {
            self.list(*v);
        }
        false
    }
}
