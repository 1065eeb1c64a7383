//! What the cylinders of a tree get wrong at its nodes: overlaps, gaps and what leaves the box.

use std::f64::consts::PI;

use rayon::prelude::*;

use super::geometry::{Point, cosine, depth_in, distance, foot, minus};
use super::graph::{NodeKind, Segment, Tree};
use super::piece::Piece;

/// Points of the lattice along each axis.
const LATTICE: usize = 24;

/// A segment seen from a node at one of its ends.
struct Arm {
    /// Its line from the node on, as far as it matters.
    line: Vec<Point>,
    pieces: Vec<Piece>,
}

/// Volume of all tubes in the box less the volume of all cylinders, in µm³.
pub(super) fn corrections_um3(tree: &Tree) -> f64 {
    let mut meeting: Vec<Vec<&Segment>> = vec![Vec::new(); tree.nodes.len()];
    for segment in &tree.segments {
        meeting[segment.from].push(segment);
        meeting[segment.to].push(segment);
    }
    let corrections: Vec<f64> = tree
        .nodes
        .par_iter()
        .map(|node| match node.kind {
            NodeKind::Terminal => {
                let radius = meeting[node.id].first().map_or(0.0, |s| s.radius_um);
                2.0 / 3.0 * PI * radius.powi(3)
            }
            _ => at_node(node.id, node.place_um, &meeting[node.id], tree.extent_um),
        })
        .collect();
    // In the order of the nodes, so that the sum does not depend on threads.
    corrections.iter().sum()
}

/// The integral over the surroundings of a node of: 1 in a tube or the ball of the thickest, less 1 for each cylinder.
fn at_node(node: usize, place: Point, segments: &[&Segment], extent: Point) -> f64 {
    let radius = segments.iter().fold(0.0_f64, |r, s| r.max(s.radius_um));
    let reach = reach(node, segments, radius);
    let arms: Vec<Arm> = segments.iter().map(|s| Arm::new(s, node, reach)).collect();
    let step = 2.0 * reach / LATTICE as f64;
    let along = |i: usize| (i as f64 + 0.5) * step - reach;
    let mut sum = 0.0;
    for i in 0..LATTICE.pow(3) {
        let index = [i / (LATTICE * LATTICE), i / LATTICE % LATTICE, i % LATTICE];
        let at: Point = std::array::from_fn(|a| place[a] + along(index[a]));
        let cylinders = arms.iter().filter(|arm| arm.holds(at)).count();
        let inside = cylinders > 0 || distance(at, place) <= radius;
        let in_box = depth_in(at, extent) >= 0.0;
        sum += f64::from(u8::from(inside && in_box)) - cylinders as f64;
    }
    sum * step.powi(3)
}

/// How far from a node tubes still overlap: two of radii a and b that part by the angle θ do so up to
/// (a + b) / (2 sin(θ/2)); and the ball itself.
fn reach(node: usize, segments: &[&Segment], radius: f64) -> f64 {
    let ways: Vec<(Point, f64)> = segments
        .iter()
        .map(|s| {
            let arm = Arm::new(s, node, 3.0 * radius);
            let last = arm.line.last().copied().unwrap_or_default();
            (minus(last, arm.line[0]), s.radius_um)
        })
        .collect();
    let mut reach = radius;
    for (i, (one, a)) in ways.iter().enumerate() {
        for (other, b) in &ways[..i] {
            let half_sine = ((1.0 - cosine(*one, *other)) / 2.0).sqrt();
            reach = reach.max((a + b) / (2.0 * half_sine.max(0.2)));
        }
    }
    // The lines bend a little on their way.
    1.15 * reach
}

impl Arm {
    fn new(segment: &Segment, node: usize, reach: f64) -> Self {
        let mut line = segment.points_um.clone();
        if segment.from != node {
            line.reverse();
        }
        // The lattice is a cube, whose corners are farther than its faces.
        let end = line
            .iter()
            .position(|p| distance(*p, line[0]) > 3.0_f64.sqrt() * reach + segment.radius_um);
        line.truncate(end.map_or(line.len(), |end| end + 1));
        let pairs = line.windows(2);
        let pieces = pairs.map(|w| Piece::new(w[0], w[1], segment.radius_um));
        Self {
            pieces: pieces.collect(),
            line,
        }
    }

    /// Whether a place is in the tube and beyond neither of its flat ends.
    fn holds(&self, place: Point) -> bool {
        let count = self.line.len();
        if count < 2
            || foot(place, self.line[0], self.line[1]) < 0.0
            || foot(place, self.line[count - 2], self.line[count - 1]) > 1.0
        {
            return false;
        }
        self.pieces.iter().any(|piece| piece.holds(place))
    }
}
