//! From a mask to its graph.

use std::collections::BTreeMap;

use ndarray::ArrayView3;
use rsom_morphology::{fill_holes, fill_pits};

use super::balls::Balls;
use super::center_line::{End, Ends, Path, center_line};
use super::geometry::{Point, center, distance};
use super::graph::{Node, Segment, VesselGraph};
use super::junctions::{Leads, move_nodes, placed};
use super::lumen::Lumen;
use super::network::{Network, Strand};
use super::settings::GraphSettings;
use super::short_loops::ShortLoops;
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
    /// A vessel whose skeleton is one voxel, as of a ball, is a node without segments and has no length.
    ///
    /// Cavities are filled first: a vessel whose wall alone is in the mask is a vessel, and one missing voxel would turn its
    /// center line into a surface. Holes of an image are loops, and stay.
    #[must_use]
    pub fn of(mask: ArrayView3<'_, bool>, spacing: [f64; 3], settings: &GraphSettings) -> Self {
        let filled = if settings.keep_pits {
            fill_holes(mask, [true; 3])
        } else {
            fill_holes(fill_pits(mask).view(), [true; 3])
        };
        let mask = filled.view();
        let skeleton = vessel_skeleton(mask, spacing);
        let voxels = SkeletonVoxels::of(skeleton.view());
        drop(skeleton);
        let balls = Balls::of(mask, spacing, &voxels);
        let mut network = pruned(&voxels, &balls, spacing, settings);
        let lumen = Lumen {
            mask,
            spacing,
            flat: flat_axis(mask.dim()),
        };
        let mut drawing = Drawing {
            lumen,
            voxels: &voxels,
            balls: &balls.near,
            drawn: Vec::new(),
        };
        let mut sketch = drawing.sketch(&network);
        for _ in 0..MOST_ROUNDS {
            let late = late_spurs(&sketch, settings);
            if late.is_empty() {
                break;
            }
            for strand in late {
                network.remove_spur(strand);
            }
            sketch = drawing.sketch(&network);
        }
        let Sketch { graph, leads, .. } = sketch;
        placed(&lumen, graph, leads, settings.same_junction_in_radii)
            .without_short_trees(settings.shortest_tree_um)
    }
}

/// The network of a skeleton without short loops and spurs.
fn pruned(
    voxels: &SkeletonVoxels,
    balls: &Balls,
    spacing: [f64; 3],
    settings: &GraphSettings,
) -> Network {
    let mut network = traced(voxels, &balls.near, spacing);
    let loops = ShortLoops {
        voxels,
        spacing,
        balls,
        shortest: settings.shortest_loop_um,
        in_radii: settings.loop_in_radii,
        reach_in_radii: settings.branch_reach_in_radii,
    };
    loops.open(&mut network);
    let spurs = Spurs {
        voxels,
        spacing,
        balls,
        shortest: settings.shortest_branch_um,
        reach_in_radii: settings.branch_reach_in_radii,
    };
    spurs.remove(&mut network);
    network
}

/// Most rounds in which spurs are removed that center lines reveal.
const MOST_ROUNDS: usize = 4;

/// A graph of which spurs may still be removed.
struct Sketch {
    graph: VesselGraph,
    leads: Vec<Leads>,
    /// The strand of each segment.
    strands: Vec<usize>,
}

/// Draws center lines, each once.
struct Drawing<'a> {
    lumen: Lumen<'a>,
    voxels: &'a SkeletonVoxels,
    balls: &'a [f64],
    /// Of each strand, when it was first needed. A strand whose ends change becomes another one.
    drawn: Vec<Option<(Segment, Leads)>>,
}

impl Drawing<'_> {
    fn sketch(&mut self, network: &Network) -> Sketch {
        let mut numbers = vec![0; network.knots.len()];
        let mut nodes = Vec::new();
        for (index, knot) in network.knots.iter().enumerate() {
            if let Some(knot) = knot {
                numbers[index] = nodes.len();
                let voxel = self.voxels.place(knot.voxel as usize);
                nodes.push(Node {
                    position: center(voxel, self.lumen.spacing),
                    voxel,
                    degree: knot.strands.len(),
                    radius: Some(knot.radius).filter(|radius| radius.is_finite()),
                });
            }
        }
        self.drawn.resize(network.strands.len(), None);
        let (mut segments, mut leads, mut strands) = (Vec::new(), Vec::new(), Vec::new());
        for (index, strand) in network.strands.iter().enumerate() {
            let Some(strand) = strand else {
                continue;
            };
            if self.drawn[index].is_none() {
                self.drawn[index] = Some(self.segment(network, strand));
            }
            if let Some((segment, lead)) = self.drawn[index].clone() {
                let nodes = segment.nodes.map(|ends| ends.map(|knot| numbers[knot]));
                segments.push(Segment { nodes, ..segment });
                leads.push(lead);
                strands.push(index);
            }
        }
        let mut graph = VesselGraph { nodes, segments };
        move_nodes(&self.lumen, &mut graph, &leads);
        Sketch {
            graph,
            leads,
            strands,
        }
    }

    /// The segment of a strand, with the numbers of its knots, and its leads.
    fn segment(&self, network: &Network, strand: &Strand) -> (Segment, Leads) {
        let places = strand.path.iter().map(|v| self.voxels.place(*v as usize));
        let places: Vec<[usize; 3]> = places.collect();
        let spacing = self.lumen.spacing;
        let points: Vec<Point> = places.iter().map(|v| center(*v, spacing)).collect();
        let balls: Vec<f64> = strand
            .path
            .iter()
            .map(|v| self.balls[*v as usize])
            .collect();
        let end = |knot: usize| match network.degree(knot) {
            0 | 1 => End::Free,
            _ => End::Junction(network.radius(knot)),
        };
        let ends = strand.knots;
        let path = Path {
            points: &points,
            balls: &balls,
            ends: ends.map_or(Ends::Closed, |knots| Ends::Two(knots.map(end))),
        };
        let found = center_line(&self.lumen, &path);
        let segment = Segment {
            nodes: strand.knots,
            voxels: places,
            line: found.line,
            radii: found.radii,
        };
        (segment, found.leads)
    }
}

/// The strands from a branch point to a free end whose tip, now that both have their place, does not reach far enough out of the
/// vessel; of each branch point the shortest.
fn late_spurs(sketch: &Sketch, settings: &GraphSettings) -> Vec<usize> {
    let mut shortest: BTreeMap<usize, (f64, usize)> = BTreeMap::new();
    let nodes = &sketch.graph.nodes;
    for (segment, strand) in sketch.graph.segments.iter().zip(&sketch.strands) {
        let Some([from, to]) = segment.nodes else {
            continue;
        };
        let (junction, free) = match (nodes[from].degree, nodes[to].degree) {
            (3.., 1) => (from, to),
            (1, 3..) => (to, from),
            _ => continue,
        };
        let length = distance(nodes[junction].position, nodes[free].position);
        let Some(radius) = nodes[junction].radius else {
            continue;
        };
        let reach = settings.branch_reach_in_radii;
        if reach > 0.0 && length < (1.0 + reach) * radius {
            let best = shortest.entry(junction).or_insert((length, *strand));
            if length < best.0 {
                *best = (length, *strand);
            }
        }
    }
    shortest.into_values().map(|(_, strand)| strand).collect()
}
