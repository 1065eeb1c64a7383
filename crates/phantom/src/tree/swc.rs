//! Trees as SWC, the text format of neuron morphologies.

use std::fmt::Write as _;

use super::graph::{NodeKind, Tree};

/// Types of samples: SWC's soma marks a root; a point between nodes is a dendrite, which all readers draw; the last two
/// are SWC's fork and end points.
const ROOT: u8 = 1;
const BETWEEN: u8 = 3;
const FORK: u8 = 5;
const END: u8 = 6;

/// The trees as SWC text; each line of `comments` becomes a comment before the samples.
///
/// One sample per line: number from 1, type (1 root, 5 bifurcation, 6 terminal, 3 point between them), x, y, z and
/// radius in µm, number of the previous sample (−1 for roots). Every point of a segment's line is a sample. A sample
/// has the radius of the segment that leads to it; a root has that of its first segment. Source: Cannon et al. (1998),
/// An on-line archive of reconstructed hippocampal neurons, J. Neurosci. Methods 84, 49–54.
#[must_use]
pub fn to_swc(tree: &Tree, comments: &[&str]) -> String {
    let mut text = String::new();
    for line in comments.iter().flat_map(|c| c.lines()) {
        let _ = writeln!(text, "# {line}");
    }
    text.push_str("# id type x_um y_um z_um radius_um parent\n");
    let mut samples = vec![0; tree.nodes.len()];
    let mut count = 0;
    let mut sample = |kind: u8, [x, y, z]: [f64; 3], radius: f64, parent: i64| -> i64 {
        count += 1;
        let _ = writeln!(
            text,
            "{count} {kind} {x:.4} {y:.4} {z:.4} {radius:.4} {parent}"
        );
        count
    };
    for segment in &tree.segments {
        let radius = segment.radius_um;
        let (first, rest) = match segment.points_um.split_first() {
            Some((first, rest)) => (*first, rest),
            None => continue,
        };
        if segment.parent.is_none() {
            samples[segment.from] = sample(ROOT, first, radius, -1);
        }
        let mut before = samples[segment.from];
        for (i, point) in rest.iter().enumerate() {
            let kind = match tree.nodes[segment.to].kind {
                _ if i + 1 < rest.len() => BETWEEN,
                NodeKind::Terminal => END,
                _ => FORK,
            };
            before = sample(kind, *point, radius, before);
        }
        samples[segment.to] = before;
    }
    text
}
