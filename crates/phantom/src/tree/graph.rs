//! A tree as a graph: nodes where vessels begin, divide and end, and the vessels between them.

use std::f64::consts::PI;

use super::growth::Growth;
use crate::geometry::point::{Point, length};
use crate::geometry::tube_volume::tube_volume_um3;

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeKind {
    /// Where a tree begins.
    Root,
    /// Where a vessel divides into two.
    Branch,
    /// An end, which feeds the tissue around it.
    Terminal,
}

impl NodeKind {
    /// Name of the kind in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            NodeKind::Root => "root",
            NodeKind::Branch => "branch",
            NodeKind::Terminal => "terminal",
        }
    }
}

/// A place where vessels begin, divide or end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Node {
    /// Its number: its index in [`Tree::nodes`].
    pub id: usize,
    /// Number of the root that it hangs on, from 0.
    pub tree: usize,
    /// What it is.
    pub kind: NodeKind,
    /// Where it is, from the corner of the box.
    pub place_um: [f64; 3],
    /// Whether it is a bifurcation that lies where its three vessels need the least work: nothing was in the way. Its
    /// angles, between the straight lines to the three nodes around it, are then those of Murray.
    pub free: bool,
}

/// A vessel between two nodes.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// Its number: its index in [`Tree::segments`]. Parents come before their daughters.
    pub id: usize,
    /// Number of its root, from 0.
    pub tree: usize,
    /// The segment that it springs from; none for the first one of a root.
    pub parent: Option<usize>,
    /// Node where it begins.
    pub from: usize,
    /// Node where it ends.
    pub to: usize,
    /// Radius.
    pub radius_um: f64,
    /// Bifurcations between it and its root.
    pub generation: usize,
    /// Strahler's order: 1 for the last ones; one more than its daughters where both have the same, else the larger.
    pub strahler: usize,
    /// Number of ends that it feeds.
    pub terminals: usize,
    /// Its line, from its first to its last node.
    pub points_um: Vec<[f64; 3]>,
}

impl Segment {
    /// Length along the line.
    #[must_use]
    pub fn length_um(&self) -> f64 {
        length(&self.points_um)
    }

    /// Volume of a cylinder of this length, πr² · length.
    #[must_use]
    pub fn volume_um3(&self) -> f64 {
        PI * self.radius_um * self.radius_um * self.length_um()
    }
}

/// Arterial trees in a box of tissue.
#[derive(Debug, Clone, PartialEq)]
pub struct Tree {
    /// Extent of the box along x, y, z.
    pub extent_um: [f64; 3],
    /// The nodes, tree by tree, each after the one above it.
    pub nodes: Vec<Node>,
    /// The segments, tree by tree, each after its parent.
    pub segments: Vec<Segment>,
}

impl Tree {
    /// The tubes of a tree: line in µm and radius in µm of each segment, in their order.
    ///
    /// A tube is all that lies within the radius of its line, so tubes that meet share a ball: nothing gapes.
    pub fn tubes(&self) -> impl Iterator<Item = (&[[f64; 3]], f64)> {
        let segments = self.segments.iter();
        segments.map(|s| (s.points_um.as_slice(), s.radius_um))
    }

    /// Number of roots.
    #[must_use]
    pub fn roots(&self) -> usize {
        self.count(NodeKind::Root)
    }

    /// Number of bifurcations.
    #[must_use]
    pub fn branches(&self) -> usize {
        self.count(NodeKind::Branch)
    }

    /// Number of ends.
    #[must_use]
    pub fn terminals(&self) -> usize {
        self.count(NodeKind::Terminal)
    }

    /// Length of all segments along their lines.
    #[must_use]
    pub fn length_um(&self) -> f64 {
        self.segments.iter().map(Segment::length_um).sum()
    }

    /// Volume of the tissue inside the box that lies in any tube.
    ///
    /// What segments share is counted once, and the balls at their ends belong to them.
    #[must_use]
    pub fn volume_um3(&self) -> f64 {
        tube_volume_um3(self.tubes(), self.extent_um)
    }

    fn count(&self, kind: NodeKind) -> usize {
        self.nodes.iter().filter(|n| n.kind == kind).count()
    }
}

/// The graph of trees that have grown, with the lines of their vessels.
pub(super) fn tree(growth: &Growth<'_>, lines: &[Vec<Point>]) -> Tree {
    let mut tree = Tree {
        extent_um: growth.config.extent_um,
        nodes: Vec::new(),
        segments: Vec::new(),
    };
    for (number, trunk) in growth.trunks.iter().enumerate() {
        let root = tree.nodes.len();
        tree.nodes.push(Node {
            id: root,
            tree: number,
            kind: NodeKind::Root,
            place_um: growth.roots[number],
            free: false,
        });
        let mut waiting = vec![Waiting {
            vessel: *trunk,
            parent: None,
            from: root,
        }];
        while let Some(next) = waiting.pop() {
            let (segment, node) = add(&mut tree, growth, next, &lines[next.vessel]);
            // The thicker daughter is on top, so that a trunk and its longest way come first.
            let mut daughters = growth.vessels[next.vessel]
                .daughters
                .map_or(vec![], |d| d.to_vec());
            daughters.sort_by_key(|d| (growth.vessels[*d].terminals, *d));
            waiting.extend(daughters.into_iter().map(|vessel| Waiting {
                vessel,
                parent: Some(segment),
                from: node,
            }));
        }
    }
    order(&mut tree.segments);
    tree
}

/// A vessel that is to be added, and where it begins.
#[derive(Debug, Clone, Copy)]
struct Waiting {
    vessel: usize,
    /// The segment that it branches off; a trunk has none.
    parent: Option<usize>,
    /// The node that it begins at.
    from: usize,
}

/// Adds a vessel and the node at its end, and returns their numbers.
fn add(tree: &mut Tree, growth: &Growth<'_>, waiting: Waiting, line: &[Point]) -> (usize, usize) {
    let Waiting {
        vessel,
        parent,
        from,
    } = waiting;
    let own = &growth.vessels[vessel];
    let (id, to) = (tree.segments.len(), tree.nodes.len());
    let kind = match own.daughters {
        Some(_) => NodeKind::Branch,
        None => NodeKind::Terminal,
    };
    tree.nodes.push(Node {
        id: to,
        tree: own.tree,
        kind,
        place_um: own.end,
        free: growth.is_free(vessel),
    });
    let generation = parent.map_or(0, |p: usize| tree.segments[p].generation + 1);
    tree.segments.push(Segment {
        id,
        tree: own.tree,
        parent,
        from,
        to,
        radius_um: growth.law.radius_um(own.terminals as f64),
        generation,
        strahler: 1,
        terminals: own.terminals,
        points_um: line.to_vec(),
    });
    (id, to)
}

/// Sets Strahler's orders, from the ends up.
fn order(segments: &mut [Segment]) {
    let mut daughters: Vec<Vec<usize>> = vec![Vec::new(); segments.len()];
    for id in (0..segments.len()).rev() {
        let orders = &daughters[id];
        let largest = orders.iter().copied().max().unwrap_or(0);
        let twice = orders.iter().filter(|o| **o == largest).count() != 1;
        segments[id].strahler = largest + usize::from(twice);
        if let Some(parent) = segments[id].parent {
            let own = segments[id].strahler;
            daughters[parent].push(own);
        }
    }
}
