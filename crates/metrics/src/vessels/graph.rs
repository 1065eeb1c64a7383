//! The graph of vessels.

use super::geometry::{Point, distance};

/// A junction, a free end, or a vessel that is a single voxel long.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Position (x, y, z), in the unit of the spacing.
    pub position: Point,
    /// The voxel of the skeleton that stands for it.
    pub voxel: [usize; 3],
    /// Number of segments that end here; a segment that begins and ends here counts twice.
    pub degree: usize,
    /// Distance from the node to the nearest background voxel, center to center, in the unit of the spacing: the largest one in
    /// the 3 × 3 × 3 voxels around the node's. `None` in a mask without background.
    pub radius: Option<f64>,
}

/// A vessel between two nodes, or a closed loop without nodes.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// Indices of the nodes at its first and last point; `None` for a closed loop without nodes.
    pub nodes: Option<[usize; 2]>,
    /// The voxels of the skeleton along it, the nodes' among them.
    pub voxels: Vec<[usize; 3]>,
    /// The smooth center line, in the unit of the spacing. A closed loop ends with its first point.
    pub line: Vec<Point>,
    /// Radius at each point of the line; `None` if no surface was found around any of them.
    pub radii: Option<Vec<f64>>,
}

/// The graph of the vessels of a mask.
#[derive(Debug, Clone, PartialEq)]
pub struct VesselGraph {
    /// Junctions, free ends and lone voxels, in the order of their voxels.
    pub nodes: Vec<Node>,
    /// The vessels between them.
    pub segments: Vec<Segment>,
}

impl Segment {
    /// Length of the center line.
    #[must_use]
    pub fn length(&self) -> f64 {
        let pieces = self.line.windows(2).map(|w| distance(w[0], w[1]));
        // A sum of nothing would be −0.
        pieces.fold(0.0, |sum, length| sum + length)
    }

    /// Distance between its ends; 0 for a closed loop.
    #[must_use]
    pub fn chord(&self) -> f64 {
        match (self.line.first(), self.line.last()) {
            (Some(first), Some(last)) => distance(*first, *last),
            _ => 0.0,
        }
    }

    /// The short pieces between neighboring points: length and diameter, which is the mean at both ends. Empty if the radii are
    /// unknown.
    pub fn pieces(&self) -> impl Iterator<Item = Piece> + '_ {
        let radii = self.radii.as_deref().unwrap_or_default();
        let pairs = self.line.windows(2).zip(radii.windows(2));
        pairs.map(|(line, radii)| Piece {
            length: distance(line[0], line[1]),
            diameter: radii[0] + radii[1],
        })
    }

    /// Mean diameter along the segment; `None` if the radii are unknown or it has no length.
    #[must_use]
    pub fn diameter(&self) -> Option<f64> {
        let (sum, length) = self.pieces().fold((0.0, 0.0), |(sum, length), piece| {
            (sum + piece.length * piece.diameter, length + piece.length)
        });
        (length > 0.0).then(|| sum / length)
    }
}

/// A short piece of a segment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Piece {
    /// Length, in the unit of the spacing.
    pub length: f64,
    /// Diameter, in the unit of the spacing.
    pub diameter: f64,
}

impl VesselGraph {
    /// Number of connected components, or trees: lone voxels and closed loops count.
    #[must_use]
    pub fn components(&self) -> usize {
        let closed = self.segments.iter().filter(|s| s.nodes.is_none()).count();
        let own = self.first_nodes().into_iter().enumerate();
        closed + own.filter(|(node, first)| node == first).count()
    }

    /// For each node the first node that is connected with it.
    fn first_nodes(&self) -> Vec<usize> {
        let mut parents: Vec<usize> = (0..self.nodes.len()).collect();
        for [a, b] in self.segments.iter().filter_map(|segment| segment.nodes) {
            let (a, b) = (root(&mut parents, a), root(&mut parents, b));
            parents[a.max(b)] = a.min(b);
        }
        (0..self.nodes.len())
            .map(|node| root(&mut parents, node))
            .collect()
    }

    /// The graph without trees whose center lines are shorter together.
    pub(super) fn without_short_trees(self, shortest: f64) -> Self {
        if shortest <= 0.0 {
            return self;
        }
        let firsts = self.first_nodes();
        let mut lengths = vec![0.0; self.nodes.len()];
        for segment in &self.segments {
            if let Some([node, _]) = segment.nodes {
                lengths[firsts[node]] += segment.length();
            }
        }
        let stays = |node: usize| lengths[firsts[node]] >= shortest;
        let mut numbers = vec![0; self.nodes.len()];
        let mut nodes = Vec::new();
        for (index, node) in self.nodes.into_iter().enumerate() {
            if stays(index) {
                numbers[index] = nodes.len();
                nodes.push(node);
            }
        }
        let kept = self
            .segments
            .into_iter()
            .filter(|segment| match segment.nodes {
                Some([node, _]) => stays(node),
                None => segment.length() >= shortest,
            });
        let renumbered = kept.map(|segment| Segment {
            nodes: segment.nodes.map(|ends| ends.map(|node| numbers[node])),
            ..segment
        });
        Self {
            nodes,
            segments: renumbered.collect(),
        }
    }

    /// Number of independent cycles, segments − nodes + components. A closed loop without nodes is one cycle.
    #[must_use]
    pub fn cycles(&self) -> usize {
        // A closed loop is a segment with a node that is not drawn.
        let closed = self.segments.iter().filter(|s| s.nodes.is_none()).count();
        (self.segments.len() + self.components()).saturating_sub(self.nodes.len() + closed)
    }

    /// Number of nodes at which three or more segments end.
    #[must_use]
    pub fn branch_points(&self) -> usize {
        self.nodes.iter().filter(|node| node.degree >= 3).count()
    }

    /// Number of nodes at which one segment ends. Where a vessel leaves the scan, it has an end, too.
    #[must_use]
    pub fn end_points(&self) -> usize {
        self.nodes.iter().filter(|node| node.degree == 1).count()
    }

    /// Number of nodes without a segment: vessels that are not longer than wide.
    #[must_use]
    pub fn lone_points(&self) -> usize {
        self.nodes.iter().filter(|node| node.degree == 0).count()
    }
}

fn root(parents: &mut [usize], mut node: usize) -> usize {
    while parents[node] != node {
        parents[node] = parents[parents[node]];
        node = parents[node];
    }
    node
}
