//! From a mask to its graph.

use ndarray::ArrayView3;

use super::balls::Balls;
use super::center_line::{End, Ends, Path, center_line};
use super::geometry::{Point, center};
use super::graph::{Node, Segment, VesselGraph};
use super::junctions::{Lead, join_near, meeting_point};
use super::lumen::Lumen;
use super::network::{Network, Strand};
use super::settings::GraphSettings;
use super::short_loops::open_short_loops;
use super::skeleton::{flat_axis, vessel_skeleton};
use super::skeleton_voxels::SkeletonVoxels;
use super::spurs::Spurs;
use super::tracing::traced;

impl VesselGraph {
    /// The graph of the vessels of a mask of shape (x, y, z), whose voxels have this spacing; lengths come in its unit, which is
    /// that of the settings, µm.
    ///
    /// The skeleton has the mask's topology (Lee, Kashyap and Chu 1994). Clusters of junction voxels become nodes, paths between
    /// them segments. Short loops and spurs are removed as [`GraphSettings`] says, and nodes that then join two segments are
    /// dissolved.
    ///
    /// Lengths are those of smooth lines through the centroids of cross-sections, from the surface at one end of a vessel to that at
    /// the other; from a junction they begin at its node, inside the wider vessel. Radii are those of disks with the area of the
    /// cross-section.
    ///
    /// A vessel whose skeleton is one voxel, as of a ball, is a node without segments and has no length. A cavity is surrounded by
    /// a skeleton of faces, which becomes one node.
    #[must_use]
    pub fn of(mask: ArrayView3<'_, bool>, spacing: [f64; 3], settings: &GraphSettings) -> Self {
        let skeleton = vessel_skeleton(mask, spacing);
        let voxels = SkeletonVoxels::of(skeleton.view());
        drop(skeleton);
        let balls = Balls::of(mask, spacing, &voxels);
        let mut network = traced(&voxels, &balls.near, spacing);
        open_short_loops(
            &mut network,
            settings.shortest_loop_um,
            settings.loop_in_radii,
        );
        let spurs = Spurs {
            voxels: &voxels,
            spacing,
            balls: &balls,
            shortest: settings.shortest_branch_um,
            reach_in_radii: settings.branch_reach_in_radii,
        };
        spurs.remove(&mut network);
        join_near(
            &mut network,
            &voxels,
            spacing,
            settings.same_junction_in_radii,
        );
        let lumen = Lumen {
            mask,
            spacing,
            flat: flat_axis(mask.dim()),
        };
        graph(&lumen, &voxels, &balls.near, &network)
    }
}

fn graph(
    lumen: &Lumen<'_>,
    voxels: &SkeletonVoxels,
    balls: &[f64],
    network: &Network,
) -> VesselGraph {
    let mut numbers = vec![0; network.knots.len()];
    let mut nodes = Vec::new();
    for (index, knot) in network.knots.iter().enumerate() {
        if let Some(knot) = knot {
            numbers[index] = nodes.len();
            let voxel = voxels.place(knot.voxel as usize);
            nodes.push(Node {
                position: center(voxel, lumen.spacing),
                voxel,
                degree: knot.strands.len(),
                radius: Some(knot.radius).filter(|radius| radius.is_finite()),
            });
        }
    }
    let strands = network.strands.iter().flatten();
    let found = strands.map(|strand| segment(lumen, voxels, balls, (network, strand)));
    let (mut segments, leads): (Vec<Segment>, Vec<[Option<Lead>; 2]>) = found.unzip();
    for segment in &mut segments {
        segment.nodes = segment.nodes.map(|ends| ends.map(|knot| numbers[knot]));
    }
    place_nodes(lumen, &mut nodes, &mut segments, &leads);
    VesselGraph { nodes, segments }
}

/// Moves branch points to where the center lines of their segments meet, and free ends to the end of their center line.
fn place_nodes(
    lumen: &Lumen<'_>,
    nodes: &mut [Node],
    segments: &mut [Segment],
    leads: &[[Option<Lead>; 2]],
) {
    let mut leads_of: Vec<Vec<Lead>> = vec![Vec::new(); nodes.len()];
    for (segment, leads) in segments.iter().zip(leads) {
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
            let place = meeting_point(node.position, leads, radius);
            if lumen.contains(place) {
                node.position = place;
            }
        }
    }
    for segment in segments {
        let Some([from, to]) = segment.nodes else {
            continue;
        };
        if let Some(first) = segment.line.first_mut() {
            *first = nodes[from].position;
        }
        if let Some(last) = segment.line.last_mut() {
            *last = nodes[to].position;
        }
    }
}

fn segment(
    lumen: &Lumen<'_>,
    voxels: &SkeletonVoxels,
    balls: &[f64],
    (network, strand): (&Network, &Strand),
) -> (Segment, [Option<Lead>; 2]) {
    let places: Vec<[usize; 3]> = strand
        .path
        .iter()
        .map(|v| voxels.place(*v as usize))
        .collect();
    let points: Vec<Point> = places.iter().map(|v| center(*v, lumen.spacing)).collect();
    let end = |knot: usize| match network.degree(knot) {
        0 | 1 => End::Free,
        _ => End::Junction(network.radius(knot)),
    };
    let path = Path {
        points: &points,
        balls: &strand
            .path
            .iter()
            .map(|v| balls[*v as usize])
            .collect::<Vec<_>>(),
        ends: strand
            .knots
            .map_or(Ends::Closed, |knots| Ends::Two(knots.map(end))),
    };
    let found = center_line(lumen, &path);
    let segment = Segment {
        nodes: strand.knots,
        voxels: places,
        line: found.line,
        radii: found.radii,
    };
    (segment, found.leads)
}
