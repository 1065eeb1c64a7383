//! Quantities of the network of vessels.

use rsom_measures::Metric;
use rsom_measures::schema as m;
use rsom_volume::Mask;

use super::dermis::Dermis;
use super::settings::BiomarkerSettings;
use crate::vessels::{
    Diameters, Lengths, Segment, SizeSplit, Tortuosity, VesselDistances, VesselGraph,
    fractal_dimension, nearest_neighbor_distances,
};
use crate::{Measurement, Status};

/// A value of a metric; `None` if it is undefined.
type Value = (Metric, Option<f64>);

/// The graph of the vessels of a scan of known voxel size, in µm.
pub struct Network<'a> {
    vessels: &'a Mask,
    spacing_um: [f64; 3],
    graph: VesselGraph,
}

impl<'a> Network<'a> {
    /// Builds the graph; `None` if the voxel size is unknown.
    #[must_use]
    pub fn of(vessels: &'a Mask, settings: &BiomarkerSettings) -> Option<Self> {
        let spacing_um = vessels
            .grid()
            .spacing()
            .millimetres()?
            .map(|mm| mm * 1000.0);
        let graph = VesselGraph::of(vessels.voxels().view(), spacing_um, &settings.graph);
        Some(Self {
            vessels,
            spacing_um,
            graph,
        })
    }

    /// The graph, with positions in µm from the center of the first voxel.
    #[must_use]
    pub fn graph(&self) -> &VesselGraph {
        &self.graph
    }

    /// Number of dimensions of the graph, 2 or 3.
    #[must_use]
    pub fn dimensions(&self) -> u8 {
        let is_image = self.vessels.grid().shape().contains(&1);
        if is_image { 2 } else { 3 }
    }

    /// Depth below the junction of epidermis and dermis of a place in µm, in voxels.
    fn depth_vox(&self, place_um: [f64; 3], dermis: &Dermis) -> Option<f64> {
        dermis.depth_vox(std::array::from_fn(|a| place_um[a] / self.spacing_um[a]))
    }

    /// Length in µm, and length times diameter in µm², of the center lines at a range of depths below the junction, in voxels.
    pub(super) fn between(&self, dermis: &Dermis, [low, high]: [f64; 2]) -> (f64, f64) {
        let mut sums = (0.0, 0.0);
        for segment in &self.graph.segments {
            for (ends, piece) in segment.line.windows(2).zip(segment.pieces()) {
                let middle = std::array::from_fn(|a| f64::midpoint(ends[0][a], ends[1][a]));
                let depth = self.depth_vox(middle, dermis);
                if depth.is_some_and(|depth| low <= depth && depth < high) {
                    sums.0 += piece.length;
                    sums.1 += piece.length * piece.diameter;
                }
            }
        }
        sums
    }

    /// Number of branch points at a range of depths below the junction, in voxels.
    pub(super) fn branches_between(&self, dermis: &Dermis, [low, high]: [f64; 2]) -> usize {
        let branches = self.graph.nodes.iter().filter(|node| node.degree >= 3);
        let depths = branches.filter_map(|node| self.depth_vox(node.position, dermis));
        depths.filter(|d| low <= *d && *d < high).count()
    }

    fn sizes(&self, settings: &BiomarkerSettings) -> Vec<Value> {
        let split = SizeSplit::of(&self.graph, settings.small_vessel_um);
        let diameters: Vec<f64> = self
            .graph
            .segments
            .iter()
            .filter_map(Segment::diameter)
            .collect();
        let small = diameters.iter().filter(|d| **d <= settings.small_vessel_um);
        let small = small.count();
        vec![
            (m::SMALL_VESSEL_COUNT, Some(small as f64)),
            (
                m::LARGE_VESSEL_COUNT,
                Some((diameters.len() - small) as f64),
            ),
            (m::SMALL_VESSEL_LENGTH_MM, Some(split.small_length / 1e3)),
            (m::LARGE_VESSEL_LENGTH_MM, Some(split.large_length / 1e3)),
            (m::SMALL_VESSEL_VOLUME_MM3, Some(split.small_volume / 1e9)),
            (m::LARGE_VESSEL_VOLUME_MM3, Some(split.large_volume / 1e9)),
        ]
    }

    fn counts(&self) -> Vec<Value> {
        let lengths = Lengths::of(&self.graph);
        let is_branch = |node: &usize| self.graph.nodes[*node].degree >= 3;
        let between = self
            .graph
            .segments
            .iter()
            .filter_map(|segment| segment.nodes);
        let between = between.filter(|ends| ends.iter().all(is_branch)).count();
        vec![
            (m::VESSEL_LENGTH_MM, Some(lengths.total / 1e3)),
            (m::VESSEL_SEGMENT_COUNT, Some(lengths.segments as f64)),
            (m::BRANCH_COUNT, Some(self.graph.branch_points() as f64)),
            (m::VESSEL_END_COUNT, Some(self.graph.end_points() as f64)),
            (m::VESSEL_TREE_COUNT, Some(self.graph.components() as f64)),
            (m::VESSEL_CYCLE_COUNT, Some(self.graph.cycles() as f64)),
            (m::JUNCTION_SEGMENT_COUNT, Some(between as f64)),
            (m::JUNCTION_DISTANCE_UM, lengths.mean_between_branch_points),
            (
                m::JUNCTION_DISTANCE_MEDIAN_UM,
                lengths.median_between_branch_points,
            ),
        ]
    }

    fn shapes(&self, settings: &BiomarkerSettings) -> Vec<Value> {
        let diameters = Diameters::of(&self.graph);
        let tortuosity = Tortuosity::of(&self.graph, settings.tortuosity_step_um);
        let voxels = self.vessels.voxels().view();
        let fractal = fractal_dimension(voxels, self.spacing_um);
        let coarsest = self.spacing_um.iter().copied().fold(0.0, f64::max);
        let nearest = nearest_neighbor_distances(&self.graph, 8.0 * coarsest);
        let nearest: Vec<f64> = nearest.into_iter().flatten().collect();
        let neighbor =
            (!nearest.is_empty()).then(|| nearest.iter().sum::<f64>() / nearest.len() as f64);
        vec![
            (m::VESSEL_DIAMETER_UM, diameters.map(|d| d.mean)),
            (m::VESSEL_DIAMETER_P5_UM, diameters.map(|d| d.p5)),
            (m::VESSEL_DIAMETER_MEDIAN_UM, diameters.map(|d| d.median)),
            (m::VESSEL_DIAMETER_P95_UM, diameters.map(|d| d.p95)),
            (m::VESSEL_TORTUOSITY, tortuosity.map(|t| t.distance_metric)),
            (
                m::VESSEL_SUM_OF_ANGLES_PER_MM,
                tortuosity.map(|t| t.sum_of_angles * 1e3),
            ),
            (
                m::VESSEL_SQUARED_CURVATURE_PER_MM2,
                tortuosity.map(|t| t.squared_curvature * 1e6),
            ),
            (m::VESSEL_FRACTAL_DIMENSION, fractal.map(|f| f.dimension)),
            (m::VESSEL_NEIGHBOR_DISTANCE_UM, neighbor),
        ]
    }

    /// Quantities per volume of the dermis, and distances in it.
    fn in_dermis(&self, dermis: &Dermis) -> Vec<Value> {
        const EVERYWHERE: [f64; 2] = [0.0, f64::INFINITY];
        let voxels = dermis.all();
        let voxel_um3: f64 = self.spacing_um.iter().product();
        let count = voxels.iter().filter(|set| **set).count();
        let volume_um3 = (count > 0).then_some(count as f64 * voxel_um3);
        let (length, _) = self.between(dermis, EVERYWHERE);
        let branches = self.branches_between(dermis, EVERYWHERE) as f64;
        let vessels = self.vessels.voxels().view();
        let distances = VesselDistances::of(vessels, self.spacing_um, Some(voxels.view()));
        let whole_um3 = vessels.len() as f64 * voxel_um3;
        let total = Lengths::of(&self.graph).total;
        vec![
            (
                m::VESSEL_LENGTH_DENSITY_PER_MM2,
                volume_um3.map(|v| length / v * 1e6),
            ),
            (
                m::VESSEL_LENGTH_DENSITY_OF_SCAN_PER_MM2,
                Some(total / whole_um3 * 1e6),
            ),
            (
                m::BRANCH_DENSITY_PER_MM3,
                volume_um3.map(|v| branches / v * 1e9),
            ),
            (m::VESSEL_DISTANCE_UM, distances.map(|d| d.mean)),
            (m::VESSEL_DISTANCE_MAX_UM, distances.map(|d| d.max)),
        ]
    }

    fn values(&self, dermis: &Dermis, settings: &BiomarkerSettings) -> Vec<Value> {
        [
            self.counts(),
            self.sizes(settings),
            self.shapes(settings),
            self.in_dermis(dermis),
        ]
        .concat()
    }
}

/// The metrics of [`rows`].
pub(super) fn metrics() -> Vec<Metric> {
    vec![
        m::VESSEL_LENGTH_MM,
        m::VESSEL_SEGMENT_COUNT,
        m::BRANCH_COUNT,
        m::VESSEL_END_COUNT,
        m::VESSEL_TREE_COUNT,
        m::VESSEL_CYCLE_COUNT,
        m::JUNCTION_SEGMENT_COUNT,
        m::JUNCTION_DISTANCE_UM,
        m::JUNCTION_DISTANCE_MEDIAN_UM,
        m::SMALL_VESSEL_COUNT,
        m::LARGE_VESSEL_COUNT,
        m::SMALL_VESSEL_LENGTH_MM,
        m::LARGE_VESSEL_LENGTH_MM,
        m::SMALL_VESSEL_VOLUME_MM3,
        m::LARGE_VESSEL_VOLUME_MM3,
        m::VESSEL_DIAMETER_UM,
        m::VESSEL_DIAMETER_P5_UM,
        m::VESSEL_DIAMETER_MEDIAN_UM,
        m::VESSEL_DIAMETER_P95_UM,
        m::VESSEL_TORTUOSITY,
        m::VESSEL_SUM_OF_ANGLES_PER_MM,
        m::VESSEL_SQUARED_CURVATURE_PER_MM2,
        m::VESSEL_FRACTAL_DIMENSION,
        m::VESSEL_NEIGHBOR_DISTANCE_UM,
        m::VESSEL_LENGTH_DENSITY_PER_MM2,
        m::VESSEL_LENGTH_DENSITY_OF_SCAN_PER_MM2,
        m::BRANCH_DENSITY_PER_MM3,
        m::VESSEL_DISTANCE_UM,
        m::VESSEL_DISTANCE_MAX_UM,
    ]
}

/// All quantities of the network, in the order of [`metrics`]; undefined without a network, that is, without a voxel size.
pub(super) fn rows(
    network: Option<&Network<'_>>,
    dermis: &Dermis,
    settings: &BiomarkerSettings,
    status: Status,
) -> Vec<Measurement> {
    let Some(network) = network else {
        let undefined = metrics()
            .into_iter()
            .map(|metric| metric.measured(None, status));
        return undefined.collect();
    };
    let dimensions = network.dimensions();
    let values = network.values(dermis, settings).into_iter();
    values
        .map(|(metric, value)| metric.measured(value, status).in_dimensions(dimensions))
        .collect()
}
