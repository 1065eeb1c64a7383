//! Growth: one end after the other, each fed by the vessel that can do so at the least cost.

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

/// Vessels that a new end may be fed by: this many of the nearest.
const OFFERS: usize = 32;
/// How many places are tried for an end before the tissue counts as full.
const ATTEMPTS: usize = 300;
/// Most rounds in which all bifurcations move, while the tree grows and at its end.
const ROUNDS: usize = 10;
const LAST_ROUNDS: usize = 400;
/// How a vessel would feed a new end.
struct Offer {
    vessel: usize,
    /// Where the vessel would divide.
    fork: Point,
    /// Work that this adds.
    work: f64,
}

/// Grows the trees of a box of tissue: as many ends as asked for, collision-free, the same for the same seed.
///
/// Each root begins with a vessel to the middle of its tissue. Then, until there are as many ends as asked for, the place that
/// lacks oxygen most ([`Demand`]) becomes an end. The nearest vessels offer to feed it, each with the
/// bifurcation that needs the least work Σ r² · length of its three parts and with thicker vessels up to its root; the
/// cheapest offer that collides with nothing is taken, and the bifurcations up to the root move to where they need the
/// least work. Whenever the number of ends has doubled all bifurcations move, and at the end until
/// they rest. While the tree grows, vessels keep the distance that they will need when all ends are there.
///
/// At the end vessels swing to the side (`tortuosity`).
///
/// # Errors
/// Settings that describe no tree ([`TreeConfig::check`]); roots, or fewer ends than asked for, fill the tissue: a tree
/// with fewer ends is no result.
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
    /// Adds an end where the tissue lacks most.
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

    /// Lets the cheapest vessel that can do so feed a place.
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

    /// Divides a vessel, unless something is in the way.
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

    /// Divides a vessel: its upper part becomes a new one, which also feeds the new end. Returns the upper part; the
    /// vessel to the new end has the number after it.
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

    /// Puts a vessel in another one's place below its parent or root.
    fn replace(&mut self, parent: Option<usize>, tree: usize, old: usize, new: usize) {
        match parent.and_then(|p| self.vessels[p].daughters.as_mut()) {
            Some(daughters) => *daughters = daughters.map(|d| if d == old { new } else { d }),
            None => self.trunks[tree] = new,
        }
    }
}
