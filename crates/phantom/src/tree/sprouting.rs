//! Growth: adds terminals one by one, each supplied by the vessel with the least work.

use super::config::TreeConfig;
use super::demand::Demand;
use super::graph::{self, Tree};
use super::growth::{Growth, Vessel};
use super::relaxation::fork;
use super::tissue::Tissue;
use super::{roots, wobble};
use crate::error::TreeError;
use crate::geometry::point::{Point, distance, distance_to};
use crate::random::streams::{Purpose, Streams};

/// Number of nearest vessels that are considered for a new terminal.
const OFFERS: usize = 32;
/// Number of positions that are tried for a terminal before the tissue counts as full.
const ATTEMPTS: usize = 300;
/// Largest number of relaxation rounds, during growth and at the end.
const ROUNDS: usize = 10;
const LAST_ROUNDS: usize = 400;
/// A way to connect a new terminal to a vessel.
struct Offer {
    vessel: usize,
    /// Position where the vessel would divide.
    fork: Point,
    /// Additional work.
    work: f64,
}

/// Grows the trees of a box of tissue: the requested number of terminals, without collisions; deterministic for a seed.
///
/// Each root starts with a vessel to the center of its tissue. Then the position with the largest oxygen deficit
/// ([`Demand`]) becomes a terminal, until there are as many as requested. For each of the nearest vessels, the
/// bifurcation with the least work Σ r² · length is computed, including the thicker vessels up to the root. The
/// cheapest one without collisions is taken, and the bifurcations up to the root move to the position of least work.
/// Whenever the number of terminals has doubled, all bifurcations move; at the end they move until they are at rest.
/// During growth, vessels keep the distance that they will need at the end.
///
/// At the end vessels get a sideways oscillation (`tortuosity`).
///
/// # Errors
/// Invalid settings ([`TreeConfig::check`]); no room for the roots or for all terminals: a tree with fewer terminals is
/// not returned.
pub fn grow(config: &TreeConfig, demand: &Demand, seed: u64) -> Result<Tree, TreeError> {
    config.check()?;
    let streams = Streams::new(seed);
    let mut growth = Growth::new(config, roots::places(config, streams)?);
    let draw = streams.open(Purpose::TreeTissue, 0);
    let mut tissue = Tissue::new(demand, config.extent_um, config.terminals, draw);
    roots::trunks(&mut growth, &mut tissue)?;
    while growth.placed < config.terminals {
        growth.advance(&mut tissue)?;
        if growth.placed.is_power_of_two() {
            growth.relax(ROUNDS);
        }
    }
    growth.reserve = 1.0;
    growth.relax(LAST_ROUNDS);
    let lines = wobble::lines(&growth, streams);
    Ok(graph::tree(&growth, &lines))
}

impl Growth<'_> {
    /// Adds a terminal at the position with the largest deficit.
    fn advance(&mut self, tissue: &mut Tissue<'_>) -> Result<(), TreeError> {
        for _ in 0..ATTEMPTS {
            let place = tissue.hungriest();
            if self.sprout(place) {
                tissue.feed(place);
                return Ok(());
            }
        }
        Err(TreeError::NoRoom {
            placed: self.placed,
            asked: self.config.terminals,
        })
    }

    /// Connects a position to the vessel with the least work that has no obstacle.
    fn sprout(&mut self, place: Point) -> bool {
        let near = self.nearest(place);
        let offers = near.into_iter().filter_map(|v| self.offer(v, place));
        let mut offers: Vec<Offer> = offers.collect();
        offers.sort_by(|a, b| a.work.total_cmp(&b.work).then(a.vessel.cmp(&b.vessel)));
        offers.iter().any(|offer| self.accept(offer, place))
    }

    fn nearest(&mut self, place: Point) -> Vec<usize> {
        let mut half_width = self.cells.size();
        let found = loop {
            let found = self.cells.around(place, half_width);
            if found.len() >= OFFERS || self.cells.is_all(place, half_width) {
                break found;
            }
            half_width *= 2.0;
        };
        let far = |v: &usize| {
            let [start, end] = self.ends(*v);
            distance_to(place, start, end)
        };
        let mut found: Vec<(f64, usize)> = found.iter().map(|v| (far(v), *v)).collect();
        found.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        found.into_iter().take(OFFERS).map(|(_, v)| v).collect()
    }

    fn offer(&self, vessel: usize, place: Point) -> Option<Offer> {
        let Vessel {
            tree,
            terminals,
            end,
            parent,
            ..
        } = self.vessels[vessel];
        let root = &self.vessels[self.trunks[tree]];
        if (root.terminals + 1) as f64 > self.law.most_terminals(self.config.radius_um[1]) {
            return None;
        }
        let ends = [self.start(vessel), end, place];
        let feeds = [terminals + 1, terminals, 1];
        let fork = fork(ends, feeds, self, parent)?;
        let work = |n: usize| self.law.work(n as f64);
        let parts: f64 = (0..3)
            .map(|i| work(feeds[i]) * distance(fork, ends[i]))
            .sum();
        let mut added = parts - work(terminals) * distance(ends[0], end);
        for above in self.above(vessel) {
            let [start, end] = self.ends(above);
            let fed = self.vessels[above].terminals;
            added += (work(fed + 1) - work(fed)) * distance(start, end);
        }
        Some(Offer {
            vessel,
            fork,
            work: added,
        })
    }

    /// Divides a vessel, unless there is an obstacle.
    fn accept(&mut self, offer: &Offer, place: Point) -> bool {
        let lower = offer.vessel;
        let upper = self.divide(offer, place);
        let new = upper + 1;
        let path: Vec<usize> = self.above(upper).collect();
        let fits = [new, upper, lower].iter().all(|v| self.fits(*v))
            && path.iter().all(|v| self.still_fits(*v));
        if !fits {
            self.undo(upper, lower);
            return false;
        }
        for vessel in std::iter::once(upper).chain(path) {
            self.settle(vessel);
        }
        true
    }

    /// Divides a vessel: its upper part becomes a new vessel, which also supplies the new terminal. Returns the index
    /// of the upper part; the vessel to the new terminal has the next index.
    fn divide(&mut self, offer: &Offer, place: Point) -> usize {
        let lower = offer.vessel;
        let upper = self.vessels.len();
        let Vessel {
            parent,
            tree,
            terminals,
            ..
        } = self.vessels[lower];
        self.replace(parent, tree, lower, upper);
        self.vessels.push(Vessel {
            parent,
            daughters: Some([lower, upper + 1]),
            tree,
            end: offer.fork,
            terminals: terminals + 1,
        });
        self.vessels.push(Vessel {
            parent: Some(upper),
            daughters: None,
            tree,
            end: place,
            terminals: 1,
        });
        self.vessels[lower].parent = Some(upper);
        self.placed += 1;
        for vessel in [upper, upper + 1, lower] {
            self.list(vessel);
        }
        let path: Vec<usize> = self.above(upper).collect();
        for vessel in path {
            self.vessels[vessel].terminals += 1;
            if self.needed_reach(vessel) > self.reach[vessel] {
                self.list(vessel);
            }
        }
        upper
    }

    fn undo(&mut self, upper: usize, lower: usize) {
        let path: Vec<usize> = self.above(upper).collect();
        for vessel in path {
            self.vessels[vessel].terminals -= 1;
        }
        let Vessel { parent, tree, .. } = self.vessels[upper];
        self.replace(parent, tree, upper, lower);
        self.vessels[lower].parent = parent;
        for vessel in [upper, upper + 1] {
            self.cells.remove(vessel);
        }
        self.vessels.truncate(upper);
        self.placed -= 1;
        self.list(lower);
    }

    /// Replaces a vessel by another one below its parent or root.
    fn replace(&mut self, parent: Option<usize>, tree: usize, old: usize, new: usize) {
        match parent.and_then(|p| self.vessels[p].daughters.as_mut()) {
            Some(daughters) => *daughters = daughters.map(|d| if d == old { new } else { d }),
            None => self.trunks[tree] = new,
        }
    }
}
