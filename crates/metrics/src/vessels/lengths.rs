//! Lengths and counts of vessels.

use super::graph::{Segment, VesselGraph};

/// Counts and lengths of a graph of vessels. Lengths are in its unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lengths {
    /// Sum of the lengths of all segments.
    pub total: f64,
    /// Number of segments.
    pub segments: usize,
    /// Mean length of the segments whose both ends are branch points; `None` without such segments. A length is measured from
    /// node to node, so it includes the way inside the vessel from which a branch leaves.
    pub mean_between_branch_points: Option<f64>,
    /// Their median length.
    pub median_between_branch_points: Option<f64>,
}

impl Lengths {
    /// Measures a graph.
    #[must_use]
    pub fn of(graph: &VesselGraph) -> Self {
        let is_branch_point = |node: usize| graph.nodes[node].degree >= 3;
        let inner = graph.segments.iter().filter(|segment| {
            let ends = segment.nodes;
            ends.is_some_and(|ends| ends.into_iter().all(is_branch_point))
        });
        let mut inner: Vec<f64> = inner.map(Segment::length).collect();
        inner.sort_by(f64::total_cmp);
        let count = inner.len();
        Self {
            total: graph
                .segments
                .iter()
                .map(Segment::length)
                .fold(0.0, |sum, length| sum + length),
            segments: graph.segments.len(),
            mean_between_branch_points: (count > 0)
                .then(|| inner.iter().sum::<f64>() / count as f64),
            median_between_branch_points: (count > 0)
                .then(|| f64::midpoint(inner[(count - 1) / 2], inner[count / 2])),
        }
    }
}
