//! Diameters of vessels, weighted by length.

use super::graph::{Piece, Segment, VesselGraph};

/// Distribution of the diameters along all vessels, weighted by length: a diameter counts as much as the length that has it. In the
/// unit of the graph.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Diameters {
    /// Mean, Σ length · diameter / Σ length.
    pub mean: f64,
    /// 5th percentile: the least diameter such that 5 % of the length is at most as wide.
    pub p5: f64,
    /// 25th percentile.
    pub p25: f64,
    /// 50th percentile.
    pub median: f64,
    /// 75th percentile.
    pub p75: f64,
    /// 95th percentile.
    pub p95: f64,
}

impl Diameters {
    /// Measures a graph; `None` if no segment has a length and a radius.
    #[must_use]
    pub fn of(graph: &VesselGraph) -> Option<Self> {
        let mut pieces: Vec<Piece> = pieces(graph).filter(|piece| piece.length > 0.0).collect();
        pieces.sort_by(|a, b| a.diameter.total_cmp(&b.diameter));
        let total: f64 = pieces.iter().map(|piece| piece.length).sum();
        let widest = pieces.last()?.diameter;
        let percentile = |share: f64| {
            let mut before = 0.0;
            let found = pieces.iter().find(|piece| {
                before += piece.length;
                before >= share * total
            });
            found.map_or(widest, |piece| piece.diameter)
        };
        let weighted = pieces.iter().map(|piece| piece.length * piece.diameter);
        Some(Self {
            mean: weighted.sum::<f64>() / total,
            p5: percentile(0.05),
            p25: percentile(0.25),
            median: percentile(0.5),
            p75: percentile(0.75),
            p95: percentile(0.95),
        })
    }
}

/// Length of the vessels in each bin of diameters. The edges ascend; a bin holds its lower edge and not its upper one. Diameters
/// below the first or from the last edge are in no bin.
#[must_use]
pub fn length_by_diameter(graph: &VesselGraph, edges: &[f64]) -> Vec<f64> {
    let mut lengths = vec![0.0; edges.len().saturating_sub(1)];
    for piece in pieces(graph) {
        let above = edges.partition_point(|edge| *edge <= piece.diameter);
        if let Some(length) = above.checked_sub(1).and_then(|bin| lengths.get_mut(bin)) {
            *length += piece.length;
        }
    }
    lengths
}

/// Small and large vessels: length and volume on each side of a diameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SizeSplit {
    /// Length of the vessels whose diameter is at most the split.
    pub small_length: f64,
    /// Length of the others.
    pub large_length: f64,
    /// Volume of the small ones, Σ π r² · length. In an image, a vessel counts as a tube as wide as it appears.
    pub small_volume: f64,
    /// Volume of the others.
    pub large_volume: f64,
}

impl SizeSplit {
    /// Usual split between small and large vessels of the skin, as diameter in µm.
    pub const USUAL_UM: f64 = 40.0;

    /// Splits a graph at a diameter, piece by piece: a vessel that tapers counts on both sides. Segments without radii are left
    /// out.
    ///
    /// The volume is that of tubes around the center lines instead of a count of voxels, so that no voxel has to be assigned to one
    /// of the vessels at a junction. There, the tubes overlap.
    #[must_use]
    pub fn of(graph: &VesselGraph, split: f64) -> Self {
        let mut found = Self {
            small_length: 0.0,
            large_length: 0.0,
            small_volume: 0.0,
            large_volume: 0.0,
        };
        for piece in pieces(graph) {
            let volume = std::f64::consts::FRAC_PI_4 * piece.diameter.powi(2) * piece.length;
            let (lengths, volumes) = if piece.diameter <= split {
                (&mut found.small_length, &mut found.small_volume)
            } else {
                (&mut found.large_length, &mut found.large_volume)
            };
            *lengths += piece.length;
            *volumes += volume;
        }
        found
    }

    /// Share of the length that small vessels have; `None` without vessels.
    #[must_use]
    pub fn small_share_of_length(&self) -> Option<f64> {
        share(self.small_length, self.large_length)
    }

    /// Share of the volume that small vessels have; `None` without vessels.
    #[must_use]
    pub fn small_share_of_volume(&self) -> Option<f64> {
        share(self.small_volume, self.large_volume)
    }
}

fn share(part: f64, rest: f64) -> Option<f64> {
    (part + rest > 0.0).then(|| part / (part + rest))
}

fn pieces(graph: &VesselGraph) -> impl Iterator<Item = Piece> + '_ {
    graph.segments.iter().flat_map(Segment::pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Straight vessels along x of these lengths and diameters.
    fn vessels(sizes: &[(f64, f64)]) -> VesselGraph {
        let segments = sizes.iter().map(|(length, diameter)| Segment {
            nodes: None,
            voxels: Vec::new(),
            line: vec![[0.0; 3], [*length, 0.0, 0.0]],
            radii: Some(vec![diameter / 2.0; 2]),
        });
        VesselGraph {
            nodes: Vec::new(),
            segments: segments.collect(),
        }
    }

    #[test]
    fn a_long_vessel_weighs_more() {
        let graph = vessels(&[(90.0, 10.0), (10.0, 50.0)]);
        let found = Diameters::of(&graph).unwrap();
        assert_eq!((found.mean, found.median), (14.0, 10.0));
        assert_eq!((found.p5, found.p95), (10.0, 50.0));
        assert_eq!(
            length_by_diameter(&graph, &[0.0, 10.0, 40.0, 50.0]),
            [0.0, 90.0, 0.0]
        );
        assert!(Diameters::of(&vessels(&[])).is_none());
        assert!(length_by_diameter(&graph, &[]).is_empty());
    }

    #[test]
    fn small_and_large_vessels_add_up_to_all() {
        let split = SizeSplit::of(&vessels(&[(90.0, 10.0), (10.0, 50.0)]), SizeSplit::USUAL_UM);
        assert_eq!(split.small_share_of_length(), Some(0.9));
        // π/4 · 10² · 90 = 7069, π/4 · 50² · 10 = 19635.
        assert!((split.small_share_of_volume().unwrap() - 9000.0 / 34000.0).abs() < 1e-12);
        let none = SizeSplit::of(&vessels(&[]), 40.0);
        assert_eq!(none.small_share_of_length(), None);
    }
}
