//! Finds the place of branch points, and joins those that are one.

use super::geometry::{Point, center, cross, distance, dot, minus, plus, times};
use super::graph::{Node, Segment, VesselGraph};
use super::lumen::Lumen;

/// A straight lead to a junction: a point outside of its ball, and the direction of length 1 there.
pub(crate) type Lead = (Point, Point);

/// The leads at the first and the last end of a segment.
pub(crate) type Leads = [Option<Lead>; 2];

/// Joins branch points that are nearer to each other than `in_radii` times the radius of the wider one: the skeleton of a crossing is two
/// branch points with a short segment between them. Then all lines begin and end at their nodes.
pub(crate) fn placed(
    lumen: &Lumen<'_>,
    graph: VesselGraph,
    leads: Vec<Leads>,
    in_radii: f64,
) -> VesselGraph {
    let mut graph = graph;
    let leads = join_near(&mut graph, leads, in_radii);
    move_nodes(lumen, &mut graph, &leads);
    for segment in &mut graph.segments {
        let Some([from, to]) = segment.nodes else {
            continue;
        };
        if let Some(first) = segment.line.first_mut() {
            *first = graph.nodes[from].position;
        }
        if let Some(last) = segment.line.last_mut() {
            *last = graph.nodes[to].position;
        }
    }
    graph
}

/// Moves branch points to where the center lines of their segments meet, and free ends to the end of their center line.
pub(crate) fn move_nodes(lumen: &Lumen<'_>, graph: &mut VesselGraph, leads: &[Leads]) {
    let nodes = &mut graph.nodes;
    let mut leads_of: Vec<Vec<Lead>> = vec![Vec::new(); nodes.len()];
    for (segment, leads) in graph.segments.iter().zip(leads) {
        let (Some(ends), Some(first), Some(last)) =
            (segment.nodes, segment.line.first(), segment.line.last())
        else {
            continue;
        };
        for ((node, lead), place) in ends.into_iter().zip(leads).zip([first, last]) {
            leads_of[node].extend(lead);
            if nodes[node].degree == 1 {
                nodes[node].position = *place;
            }
        }
    }
    for (node, leads) in nodes.iter_mut().zip(&leads_of) {
        if node.degree >= 3
            && let Some(radius) = node.radius
        {
            let guess = center(node.voxel, lumen.spacing);
            let place = meeting_point(guess, leads, radius);
            if lumen.contains(place) {
                node.position = place;
            }
        }
    }
}

/// Joins branch points, and gives the leads of the segments that are left.
fn join_near(graph: &mut VesselGraph, leads: Vec<Leads>, in_radii: f64) -> Vec<Leads> {
    let nodes = &mut graph.nodes;
    // The node into which each is joined; itself if it stays.
    let mut into: Vec<usize> = (0..nodes.len()).collect();
    let mut gone = vec![false; graph.segments.len()];
    for (index, segment) in graph.segments.iter().enumerate() {
        let Some([a, b]) = segment.nodes.map(|ends| ends.map(|n| home(&into, n))) else {
            continue;
        };
        if a != b && are_one(&nodes[a], &nodes[b], segment, in_radii) {
            gone[index] = true;
            let (kept, other) = if nodes[b].radius > nodes[a].radius {
                (b, a)
            } else {
                (a, b)
            };
            into[other] = kept;
            nodes[kept].degree += nodes[other].degree - 2;
        }
    }
    let mut numbers = vec![0; nodes.len()];
    let mut count = 0;
    for (node, number) in numbers.iter_mut().enumerate() {
        *number = count;
        count += usize::from(into[node] == node);
    }
    let mut index = 0..;
    nodes.retain(|_| index.next().is_some_and(|node| into[node] == node));
    let segments = std::mem::take(&mut graph.segments);
    let mut left = Vec::new();
    for ((mut segment, leads), gone) in segments.into_iter().zip(leads).zip(gone) {
        if !gone {
            segment.nodes = segment
                .nodes
                .map(|ends| ends.map(|n| numbers[home(&into, n)]));
            graph.segments.push(segment);
            left.push(leads);
        }
    }
    left
}

fn home(into: &[usize], node: usize) -> usize {
    let mut node = node;
    while into[node] != node {
        node = into[node];
    }
    node
}

fn are_one(a: &Node, b: &Node, segment: &Segment, in_radii: f64) -> bool {
    let (Some(first), Some(second), 3.., 3..) = (a.radius, b.radius, a.degree, b.degree) else {
        return false;
    };
    let near = in_radii * first.max(second);
    // A segment that takes a long way round is a vessel.
    distance(a.position, b.position) < near && segment.length() < 4.0 * near
}

/// The point that is nearest to all leads by least squares, drawn weakly to the first guess and within `radius` of it.
///
/// A junction of the skeleton lies up to a radius beside the point where the axes meet. The normal equations are
/// Σ (1 − d dᵀ)(x − q) + w (x − guess) = 0.
pub(crate) fn meeting_point(guess: Point, leads: &[Lead], radius: f64) -> Point {
    const WEIGHT: f64 = 0.05;
    let mut rows = [[0.0; 3]; 3];
    let mut right = [0.0; 3];
    for (i, row) in rows.iter_mut().enumerate() {
        row[i] = WEIGHT;
    }
    for (point, direction) in leads {
        // Relative to the guess, which is then the origin.
        let point = minus(*point, guess);
        let along = dot(point, *direction);
        for i in 0..3 {
            right[i] += point[i] - along * direction[i];
            for j in 0..3 {
                rows[i][j] += f64::from(u8::from(i == j)) - direction[i] * direction[j];
            }
        }
    }
    let determinant = determined(rows);
    let mut shift = [0.0; 3];
    for (axis, value) in shift.iter_mut().enumerate() {
        let mut replaced = rows;
        for (row, right) in replaced.iter_mut().zip(right) {
            row[axis] = right;
        }
        *value = determined(replaced) / determinant;
    }
    let size = dot(shift, shift).sqrt();
    if size > radius {
        shift = times(shift, radius / size);
    }
    plus(guess, shift)
}

fn determined(m: [[f64; 3]; 3]) -> f64 {
    dot(m[0], cross(m[1], m[2]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_meet_where_they_cross() {
        let leads = [
            ([5.0, 1.0, 2.0], [1.0, 0.0, 0.0]),
            ([1.0, 9.0, 2.0], [0.0, 1.0, 0.0]),
            ([1.0, 1.0, -4.0], [0.0, 0.0, 1.0]),
        ];
        let found = meeting_point([1.2, 0.9, 2.1], &leads, 3.0);
        assert!(distance(found, [1.0, 1.0, 2.0]) < 0.02, "{found:?}");
        let far = meeting_point([8.0, 1.0, 2.0], &leads, 3.0);
        assert!((distance(far, [8.0, 1.0, 2.0]) - 3.0).abs() < 1e-9);
        assert_eq!(meeting_point([8.0, 1.0, 2.0], &[], 3.0), [8.0, 1.0, 2.0]);
    }
}
