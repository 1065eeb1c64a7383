//! A graph: boxes, and arrows between them.

use std::collections::BTreeSet;

/// Boxes and arrows between them. Each box follows those that have arrows to it.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    pub boxes: Vec<Node>,
    /// From one box to another, by number.
    pub arrows: BTreeSet<(usize, usize)>,
}

/// A box: a step or a task.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Node {
    pub name: String,
    /// What it runs, and how often.
    pub about: String,
}
