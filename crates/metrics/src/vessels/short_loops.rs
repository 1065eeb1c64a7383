//! Removes loops that are too short to be of vessels.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::network::Network;

/// Opens every loop that is shorter than `shortest`, or than `in_radii` times the radius of its thinnest strand: its longest strand is
/// removed. A closed path without knots that is shorter becomes a lone voxel. Knots that then join two strands are dissolved.
///
/// For each strand, the shortest loop through it is found by Dijkstra's method, which looks no farther than these lengths.
pub(crate) fn open_short_loops(network: &mut Network, shortest: f64, in_radii: f64) {
    let mut strand = 0;
    while strand < network.strands.len() {
        match short_loop(network, strand, (shortest, in_radii)) {
            Some(on_it) => {
                let length = |s: &usize| network.strands[*s].as_ref().map_or(0.0, |s| s.length);
                let longest = on_it
                    .iter()
                    .copied()
                    .max_by(|a, b| length(a).total_cmp(&length(b)).then(b.cmp(a)));
                open(network, longest.unwrap_or(strand));
            }
            None => strand += 1,
        }
    }
    for knot in 0..network.knots.len() {
        network.dissolve(knot);
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

/// The strands of the shortest loop through a strand, if it is short.
fn short_loop(network: &Network, through: usize, limits: (f64, f64)) -> Option<Vec<usize>> {
    let strand = network.strands[through].as_ref()?;
    let shortest = limit(strand.ball, limits);
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
            let on_it = back(network, &reached, [start, goal], through);
            let strands = on_it.iter().filter_map(|s| network.strands[*s].as_ref());
            let thinnest = strands.map(|s| s.ball).fold(f64::INFINITY, f64::min);
            return (length < limit(thinnest, limits)).then_some(on_it);
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

/// Length of the shortest loop to keep, for strands with this radius.
fn limit(ball: f64, (shortest, in_radii): (f64, f64)) -> f64 {
    if ball.is_finite() {
        shortest.max(in_radii * ball)
    } else {
        shortest
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
