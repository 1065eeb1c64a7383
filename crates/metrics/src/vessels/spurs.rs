//! Removes spurs from a network.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::balls::Balls;
use super::geometry::{Point, center, distance};
use super::network::{Network, Strand};
use super::skeleton_voxels::SkeletonVoxels;

/// What counts as a spur.
pub(crate) struct Spurs<'a> {
    pub voxels: &'a SkeletonVoxels,
    pub spacing: [f64; 3],
    pub balls: &'a Balls,
    /// A strand with a free end that is shorter is a spur.
    pub shortest: f64,
    /// So is one that reaches less far out of the vessel from which it leaves, in radii of that vessel, and half a voxel more: that is how
    /// far the surface of a mask is from that of the vessel.
    pub reach_in_radii: f64,
}

/// The shortest strand first, of equal ones the first.
type Queue = BinaryHeap<(Reverse<u64>, Reverse<usize>)>;

impl Spurs<'_> {
    /// Removes spurs, the shortest first. A junction that then joins two strands only is dissolved; the new strand and those around it
    /// are judged anew. So of the two short tips into which the skeleton of a blunt end may fork, one stays, as the end of the
    /// vessel.
    pub fn remove(&self, network: &mut Network) {
        let mut queue = Queue::new();
        for strand in 0..network.strands.len() {
            push(&mut queue, network, strand);
        }
        while let Some((_, Reverse(strand))) = queue.pop() {
            if !self.is_spur(network, strand) {
                continue;
            }
            let Some(joined) = network.remove_spur(strand) else {
                continue;
            };
            let ends = network.strands[joined].as_ref().and_then(|s| s.knots);
            for knot in ends.into_iter().flatten() {
                let around = network.knots[knot].as_ref().map(|k| k.strands.clone());
                for strand in around.into_iter().flatten() {
                    push(&mut queue, network, strand);
                }
            }
        }
    }

    fn is_spur(&self, network: &Network, index: usize) -> bool {
        let Some(strand) = network.strands[index].as_ref() else {
            return false;
        };
        let Some([from, to]) = strand.knots else {
            return false;
        };
        let (junction, free) = match (network.degree(from), network.degree(to)) {
            (1, 3..) => (to, from),
            (3.., 1) => (from, to),
            _ => return false,
        };
        strand.length < self.shortest
            || self.reaches_too_little(network, (index, strand), [junction, free])
    }

    /// Whether the ball at the free end reaches too little out of the balls of the other strands at the junction, by the radius of the
    /// largest of them. Those strands are looked at as far as twice the length of the strand.
    fn reaches_too_little(
        &self,
        network: &Network,
        (index, strand): (usize, &Strand),
        [junction, free]: [usize; 2],
    ) -> bool {
        let Some(tip) = network.knots[free].as_ref().map(|k| k.voxel) else {
            return false;
        };
        let place = self.place(tip);
        let (mut nearest, mut radius) = (f64::INFINITY, network.radius(junction));
        for (other, forward) in arms(network, junction, index) {
            let count = other.path.len();
            let mut length = 0.0;
            let mut before = None;
            for i in 0..count {
                let voxel = other.path[if forward { i } else { count - 1 - i }];
                let here = self.place(voxel);
                length += before.map_or(0.0, |before| distance(before, here));
                before = Some(here);
                if length > 2.0 * strand.length {
                    break;
                }
                let ball = self.balls.near[voxel as usize];
                nearest = nearest.min(distance(here, place) - ball);
                radius = radius.max(ball);
            }
        }
        let half_voxel = self.spacing.iter().copied().fold(0.0, f64::max) / 2.0;
        let reach = nearest + self.balls.here[tip as usize];
        // Without background, balls are infinite and nothing is out of them.
        radius.is_finite() && reach < self.reach_in_radii * radius + half_voxel
    }

    fn place(&self, voxel: u32) -> Point {
        center(self.voxels.place(voxel as usize), self.spacing)
    }
}

/// The other strands at a junction, and whether they begin there; one that begins and ends there comes twice.
fn arms(
    network: &Network,
    junction: usize,
    without: usize,
) -> impl Iterator<Item = (&Strand, bool)> {
    let strands = network.knots[junction].iter().flat_map(|k| &k.strands);
    let others = strands.filter(move |other| **other != without);
    others
        .filter_map(|other| network.strands[*other].as_ref())
        .flat_map(move |strand| {
            let ends = strand
                .knots
                .map_or([false; 2], |k| k.map(|k| k == junction));
            [(strand, true, ends[0]), (strand, false, ends[1])]
        })
        .filter_map(|(strand, forward, here)| here.then_some((strand, forward)))
}

fn push(queue: &mut Queue, network: &Network, strand: usize) {
    // Lengths are compared as bits, which order as the numbers do: none is negative.
    if let Some(found) = &network.strands[strand] {
        queue.push((Reverse(found.length.to_bits()), Reverse(strand)));
    }
}
