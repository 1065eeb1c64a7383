//! From a mask to its graph.

use ndarray::{Array3, ArrayView3, s};
use rsom_morphology::squared_distances;

use super::center_line::{End, Ends, Path, center_line};
use super::geometry::{Point, center};
use super::graph::{Node, Segment, VesselGraph};
use super::lumen::Lumen;
use super::network::{Network, Strand};
use super::pruning::prune;
use super::settings::GraphSettings;
use super::skeleton::{flat_axis, vessel_skeleton};
use super::skeleton_voxels::SkeletonVoxels;
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
        let skeleton = vessel_skeleton(mask);
        let voxels = SkeletonVoxels::of(skeleton.view());
        drop(skeleton);
        let balls = largest_balls(mask, spacing, &voxels);
        let mut network = traced(&voxels, &balls, spacing);
        prune(&mut network, settings);
        let lumen = Lumen {
            mask,
            spacing,
            flat: flat_axis(mask.dim()),
        };
        graph(&lumen, &voxels, &balls, &network)
    }
}

/// Radius of the largest ball around each voxel of a skeleton: the largest distance to a background voxel, center to center, of the
/// 3 × 3 × 3 voxels around it. Infinite without background.
fn largest_balls(
    mask: ArrayView3<'_, bool>,
    spacing: [f64; 3],
    voxels: &SkeletonVoxels,
) -> Vec<f64> {
    let Some([first, end]) = bounds(mask) else {
        return Vec::new();
    };
    // The nearest background voxel of a voxel in the box lies in the box, or in the layer of voxels around it.
    let part = mask.slice(s![first[0]..end[0], first[1]..end[1], first[2]..end[2]]);
    let background: Array3<bool> = part.mapv(|set| !set);
    let squares = squared_distances(background.view(), spacing);
    let (nx, ny, nz) = squares.dim();
    let around = |at: usize, extent: usize| at.saturating_sub(1)..(at + 2).min(extent);
    let ball = |voxel: usize| {
        let place = voxels.place(voxel);
        let [x, y, z] = [0, 1, 2].map(|axis| place[axis] - first[axis]);
        let near = s![around(x, nx), around(y, ny), around(z, nz)];
        squares.slice(near).fold(0.0, |a: f64, b| a.max(*b)).sqrt()
    };
    (0..voxels.len()).map(ball).collect()
}

/// First and one past the last index of the box of all set voxels with one more voxel on each side, as far as the array goes.
fn bounds(mask: ArrayView3<'_, bool>) -> Option<[[usize; 3]; 2]> {
    let shape = [mask.dim().0, mask.dim().1, mask.dim().2];
    let (mut first, mut end) = (shape, [0; 3]);
    for (x, plane) in mask.outer_iter().enumerate() {
        for (y, row) in plane.outer_iter().enumerate() {
            let Some(low) = row.iter().position(|set| *set) else {
                continue;
            };
            let high = row.iter().rposition(|set| *set).unwrap_or(low);
            first = [first[0].min(x), first[1].min(y), first[2].min(low)];
            end = [end[0].max(x + 1), end[1].max(y + 1), end[2].max(high + 1)];
        }
    }
    (end[0] > 0).then(|| {
        let end = [0, 1, 2].map(|axis| (end[axis] + 1).min(shape[axis]));
        [first.map(|index| index.saturating_sub(1)), end]
    })
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
    let segments = strands.map(|strand| segment(lumen, voxels, balls, (network, strand)));
    let mut segments: Vec<Segment> = segments.collect();
    for segment in &mut segments {
        segment.nodes = segment.nodes.map(|ends| ends.map(|knot| numbers[knot]));
        // A free end lies at the end of the vessel, which the center line knows.
        let (Some(ends), Some(first), Some(last)) =
            (segment.nodes, segment.line.first(), segment.line.last())
        else {
            continue;
        };
        for (node, place) in ends.into_iter().zip([first, last]) {
            if nodes[node].degree == 1 {
                nodes[node].position = *place;
            }
        }
    }
    VesselGraph { nodes, segments }
}

fn segment(
    lumen: &Lumen<'_>,
    voxels: &SkeletonVoxels,
    balls: &[f64],
    (network, strand): (&Network, &Strand),
) -> Segment {
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
    Segment {
        nodes: strand.knots,
        voxels: places,
        line: found.line,
        radii: found.radii,
    }
}
