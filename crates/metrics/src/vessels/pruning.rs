//! Removes spurs and short loops from a network.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::network::Network;
use super::settings::GraphSettings;
use super::short_loops::open_short_loops;

/// Removes short loops, then spurs, and joins what is left.
///
/// A spur is a strand from a junction to a free end that is too short ([`GraphSettings`]). The shortest is removed first. A
/// junction that then joins two strands only is dissolved, and its strand is judged anew. So of the two short tips into which
/// the skeleton of a blunt end may fork, one stays, as the end of the vessel.
pub(crate) fn prune(network: &mut Network, settings: &GraphSettings) {
    open_short_loops(network, settings.shortest_loop_um);
    for knot in 0..network.knots.len() {
        network.dissolve(knot);
    }
    let mut queue: BinaryHeap<(Reverse<u64>, Reverse<usize>)> = BinaryHeap::new();
    let entry = |network: &Network, strand: usize| {
        // Lengths are compared as bits, which order as the numbers do: none is negative.
        let length = network.strands[strand].as_ref()?.length;
        Some((Reverse(length.to_bits()), Reverse(strand)))
    };
    queue.extend((0..network.strands.len()).filter_map(|s| entry(network, s)));
    while let Some((_, Reverse(strand))) = queue.pop() {
        let Some(junction) = junction_of_spur(network, strand, settings) else {
            continue;
        };
        if let Some(removed) = network.remove(strand) {
            for knot in removed.knots.into_iter().flatten().filter(|k| *k != junction) {
                network.knots[knot] = None;
            }
        }
        if let Some(joined) = network.dissolve(junction) {
            queue.extend(entry(network, joined));
        }
    }
}

/// The junction from which a spur leaves; `None` if the strand is no spur.
fn junction_of_spur(network: &Network, strand: usize, settings: &GraphSettings) -> Option<usize> {
    let strand = network.strands[strand].as_ref()?;
    let [from, to] = strand.knots?;
    let junction = match (network.degree(from), network.degree(to)) {
        (1, 3..) => to,
        (3.., 1) => from,
        _ => return None,
    };
    let radius = network.radius(junction);
    let in_radii = if radius.is_finite() {
        settings.spur_radii * radius
    } else {
        0.0
    };
    (strand.length < settings.shortest_branch_um.max(in_radii)).then_some(junction)
}
