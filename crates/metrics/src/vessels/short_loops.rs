//! Removes loops that are too short to be of vessels.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::balls::Balls;
use super::geometry::{Point, center, distance};
use super::network::{Network, Strand};
use super::skeleton_voxels::SkeletonVoxels;

/// What counts as a loop.
pub(crate) struct ShortLoops<'a> {
    pub voxels: &'a SkeletonVoxels,
    pub spacing: [f64; 3],
    pub balls: &'a Balls,
    /// A loop that is shorter is none.
    pub shortest: f64,
    /// Nor is one that is shorter in radii of its thinnest strand.
    pub in_radii: f64,
    /// Nor is a strand along the surface of a vessel: one that reaches less far out of the rest of the loop, in radii of its
    /// widest strand.
    pub reach_in_radii: f64,
}

impl ShortLoops<'_> {
    /// Opens short loops: the longest strand of each is removed, or the one along the surface. A closed path without knots that is
    /// shorter becomes a lone voxel. Knots that then join two strands are dissolved.
    ///
    /// For each strand, the shortest loop through it is found by Dijkstra's method, which looks no farther than the limits.
    pub fn open(&self, network: &mut Network) {
        let mut strand = 0;
        while strand < network.strands.len() {
            let found = self.shortest_loop(network, strand);
            match found.and_then(|on_it| self.superfluous(network, &on_it)) {
                Some(superfluous) => open(network, superfluous),
                None => strand += 1,
            }
        }
        for knot in 0..network.knots.len() {
            network.dissolve(knot);
        }
    }

    /// The strands of the shortest loop through a strand, as far as it matters.
    fn shortest_loop(&self, network: &Network, through: usize) -> Option<Vec<usize>> {
        let strand = network.strands[through].as_ref()?;
        let shortest = self.limit(strand.ball);
        if strand.length >= shortest {
            return None;
        }
        let Some([start, goal]) = strand.knots else {
            return Some(vec![through]);
        };
        // Distances are compared as bits, which order as the numbers do: none is negative.
        let mut queue = BinaryHeap::from([(Reverse(strand.length.to_bits()), start)]);
        let mut reached: BTreeMap<usize, (f64, usize)> = BTreeMap::new();
        reached.insert(start, (strand.length, through));
        while let Some((Reverse(bits), knot)) = queue.pop() {
            let length = f64::from_bits(bits);
            if knot == goal {
                return Some(back(network, &reached, [start, goal], through));
            }
            if reached.get(&knot).is_some_and(|best| length > best.0) {
                continue;
            }
            for next in network.knots[knot].iter().flat_map(|k| &k.strands) {
                let Some(along) = network.strands[*next].as_ref() else {
                    continue;
                };
                let (Some(ends), total) = (along.knots, length + along.length) else {
                    continue;
                };
                let other = ends[usize::from(ends[0] == knot)];
                let better = reached.get(&other).is_none_or(|best| total < best.0);
                if *next != through && total < shortest && better {
                    reached.insert(other, (total, *next));
                    queue.push((Reverse(total.to_bits()), other));
                }
            }
        }
        None
    }

    /// The strand to remove from a loop, if it is none.
    fn superfluous(&self, network: &Network, on_it: &[usize]) -> Option<usize> {
        let of = |index: &usize| network.strands[*index].as_ref().map(|s| (*index, s));
        let strands: Vec<(usize, &Strand)> = on_it.iter().filter_map(of).collect();
        let length: f64 = strands.iter().map(|(_, s)| s.length).sum();
        let thin = |a: &&(usize, &Strand), b: &&(usize, &Strand)| a.1.ball.total_cmp(&b.1.ball);
        let (thinnest, widest) = (strands.iter().min_by(thin)?, strands.iter().max_by(thin)?);
        if length < self.limit(thinnest.1.ball) {
            let longest = strands.iter().max_by(|a, b| {
                let by_length = a.1.length.total_cmp(&b.1.length);
                by_length.then(b.0.cmp(&a.0))
            });
            return longest.map(|(index, _)| *index);
        }
        let along = widest.1.ball.is_finite() && self.runs_along(thinnest, &strands, widest.1.ball);
        along.then_some(thinnest.0)
    }

    /// Whether no voxel of a strand reaches out of the balls of the other strands.
    fn runs_along(&self, strand: &(usize, &Strand), all: &[(usize, &Strand)], radius: f64) -> bool {
        let most = self.reach_in_radii * radius;
        let others = || all.iter().filter(|(index, _)| *index != strand.0);
        strand.1.path.iter().all(|voxel| {
            let place = self.place(*voxel);
            let near = others().flat_map(|(_, other)| &other.path).map(|other| {
                distance(place, self.place(*other)) - self.balls.near[*other as usize]
            });
            near.fold(f64::INFINITY, f64::min) + self.balls.here[*voxel as usize] < most
        })
    }

    /// Length of the shortest loop to keep, for strands with this radius.
    fn limit(&self, ball: f64) -> f64 {
        if ball.is_finite() {
            self.shortest.max(self.in_radii * ball)
        } else {
            self.shortest
        }
    }

    fn place(&self, voxel: u32) -> Point {
        center(self.voxels.place(voxel as usize), self.spacing)
    }
}

/// Removes a strand; a closed path leaves a lone voxel.
fn open(network: &mut Network, strand: usize) {
    if let Some(removed) = network.remove(strand)
        && let (None, Some(voxel)) = (removed.knots, removed.path.first())
    {
        network.add_knot(*voxel, 0.0);
    }
}

/// The strands from the goal back to the start, and the one through which the loop closes.
fn back(
    network: &Network,
    reached: &BTreeMap<usize, (f64, usize)>,
    [start, goal]: [usize; 2],
    through: usize,
) -> Vec<usize> {
    let mut strands = vec![through];
    let mut knot = goal;
    while knot != start {
        let Some((_, strand)) = reached.get(&knot) else {
            break;
        };
        strands.push(*strand);
        let ends = network.strands[*strand].as_ref().and_then(|s| s.knots);
        let Some(ends) = ends else { break };
        knot = ends[usize::from(ends[0] == knot)];
    }
    strands
}
