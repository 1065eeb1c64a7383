//! A tree as a graph: nodes where vessels start, divide and end, and the vessels between them.

use std::f64::consts::PI;

use super::growth::Growth;
use crate::geometry::point::{Point, length};
use crate::geometry::tube_volume::tube_volume_um3;

/// Type of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeKind {
    /// Start of a tree.
    Root,
    /// Bifurcation: a vessel divides into two.
    Branch,
    /// Terminal: a vessel ends and supplies the tissue around it.
    Terminal,
}

impl NodeKind {
    /// Name of the type in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            NodeKind::Root => "root",
            NodeKind::Branch => "branch",
            NodeKind::Terminal => "terminal",
        }
    }
}

/// A point where vessels start, divide or end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Node {
    /// Index in [`Tree::nodes`].
    pub id: usize,
    /// Number of its root, from 0.
    pub tree: usize,
    /// Type of the node.
    pub kind: NodeKind,
    /// Position from the corner of the box.
    pub place_um: [f64; 3],
    /// Whether it is a bifurcation at the position of least work, without obstacles. The angles between the straight
    /// lines to its three neighbor nodes are then those of Murray.
    pub free: bool,
}

/// A vessel between two nodes.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// Index in [`Tree::segments`]. Parents precede their daughters.
    pub id: usize,
    /// Number of its root, from 0.
    pub tree: usize,
    /// The parent segment; `None` for the first segment of a root.
    pub parent: Option<usize>,
    /// Start node.
    pub from: usize,
    /// End node.
    pub to: usize,
    /// Radius.
    pub radius_um: f64,
    /// Number of bifurcations between it and its root.
    pub generation: usize,
    /// Strahler order: 1 for the last segments; one more than the daughters' order if both are equal, else the larger
    /// one.
    pub strahler: usize,
    /// Number of terminals that it supplies.
    pub terminals: usize,
    /// Center line, from the start node to the end node.
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
    /// The nodes, tree by tree, each after its predecessor.
    pub nodes: Vec<Node>,
    /// The segments, tree by tree, each after its parent.
    pub segments: Vec<Segment>,
}

impl Tree {
    /// The tubes of a tree: center line in µm and radius in µm of each segment, in their order.
    ///
    /// A tube contains all points within the radius of its line, so connected tubes share a ball and leave no gaps.
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

    /// Number of terminals.
    #[must_use]
    pub fn terminals(&self) -> usize {
        self.count(NodeKind::Terminal)
    }

    /// Length of all segments along their lines.
    #[must_use]
    pub fn length_um(&self) -> f64 {
        self.segments.iter().map(Segment::length_um).sum()
    }

    /// Volume of the union of all tubes inside the box.
    ///
    /// Overlaps of segments count once; the balls at their ends are included.
    #[must_use]
    pub fn volume_um3(&self) -> f64 {
        tube_volume_um3(self.tubes(), self.extent_um)
    }

    fn count(&self, kind: NodeKind) -> usize {
        self.nodes.iter().filter(|n| n.kind == kind).count()
    }
}

/// The graph of grown trees, with the center lines of their vessels.
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
            // The thicker daughter is on top of the stack, so that a trunk and its main path come first.
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

/// A vessel that is waiting to be added, and its start.
#[derive(Debug, Clone, Copy)]
struct Waiting {
    vessel: usize,
    /// The parent segment; `None` for a trunk.
    parent: Option<usize>,
    /// Start node.
    from: usize,
}

/// Adds a vessel and the node at its end, and returns their indices.
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

/// Computes Strahler orders, from the terminals up.
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
