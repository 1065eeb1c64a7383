//! Distances between vessels.

use std::collections::BTreeMap;

use ndarray::ArrayView3;
use rsom_morphology::squared_distances;

use super::geometry::{Point, distance};
use super::graph::VesselGraph;

/// Distances from tissue to the nearest vessel, in the unit of the spacing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VesselDistances {
    /// Mean over the voxels that are no vessel.
    pub mean: f64,
    /// Median over them.
    pub median: f64,
    /// Largest.
    pub max: f64,
}

impl VesselDistances {
    /// Measures a mask of vessels of shape (x, y, z), over the voxels of `region` that are no vessel, or over all of them.
    ///
    /// A distance goes from the center of a voxel to that of the nearest vessel voxel (as in scipy's
    /// `distance_transform_edt`): to the surface it is less by up to half a voxel. Vessels outside of the region count, those
    /// outside of the scan are unknown: near the border, distances are upper bounds. `None` without a vessel, without other
    /// voxels, or if the region has another shape.
    #[must_use]
    pub fn of(
        mask: ArrayView3<'_, bool>,
        spacing: [f64; 3],
        region: Option<ArrayView3<'_, bool>>,
    ) -> Option<Self> {
        if region.is_some_and(|region| region.dim() != mask.dim()) {
            return None;
        }
        let squares = squared_distances(mask, spacing);
        let inside = |place: (usize, usize, usize)| region.is_none_or(|region| region[place]);
        let tissue = squares
            .indexed_iter()
            .filter(|(place, square)| **square > 0.0 && square.is_finite() && inside(*place));
        let mut distances: Vec<f64> = tissue.map(|(_, square)| square.sqrt()).collect();
        let count = distances.len();
        if count == 0 {
            return None;
        }
        let mean = distances.iter().sum::<f64>() / count as f64;
        let max = distances.iter().copied().fold(0.0, f64::max);
        let (below, upper, _) = distances.select_nth_unstable_by(count / 2, f64::total_cmp);
        let lower = if count.is_multiple_of(2) {
            below.iter().copied().fold(0.0, f64::max)
        } else {
            *upper
        };
        Some(Self {
            mean,
            median: f64::midpoint(lower, *upper),
            max,
        })
    }
}

/// For each segment, the distance from the middle of its center line to the nearest center line of a segment with which it shares no
/// node; `None` where there is none.
///
/// Lines are taken at their points, which are half the largest spacing apart. Search: the points are sorted into cubes with an edge of
/// `cell`, and cubes are looked at in growing shells; the result does not depend on `cell`.
#[must_use]
pub fn nearest_neighbor_distances(graph: &VesselGraph, cell: f64) -> Vec<Option<f64>> {
    let number = |point: Point| point.map(|v| (v / cell).floor() as i64);
    let mut cells: BTreeMap<[i64; 3], Vec<(usize, Point)>> = BTreeMap::new();
    for (index, segment) in graph.segments.iter().enumerate() {
        for point in &segment.line {
            cells
                .entry(number(*point))
                .or_default()
                .push((index, *point));
        }
    }
    let apart = |a: usize, b: usize| {
        let (a, b) = (graph.segments[a].nodes, graph.segments[b].nodes);
        !a.zip(b)
            .is_some_and(|(a, b)| a.iter().any(|n| b.contains(n)))
    };
    let (mut low, mut high) = ([i64::MAX; 3], [i64::MIN; 3]);
    for key in cells.keys() {
        for axis in 0..3 {
            low[axis] = low[axis].min(key[axis]);
            high[axis] = high[axis].max(key[axis]);
        }
    }
    let search = |index: usize| {
        let line = &graph.segments[index].line;
        let middle = *line.get(line.len() / 2)?;
        let home = number(middle);
        let farthest = (0..3)
            .map(|a| (home[a] - low[a]).max(high[a] - home[a]))
            .max()?;
        let mut best: Option<f64> = None;
        for shell in 0..=farthest {
            // A point in this shell is at least shell − 1 cells away.
            if best.is_some_and(|best| best <= (shell - 1).max(0) as f64 * cell) {
                break;
            }
            for key in shell_of(home, shell) {
                for (other, point) in cells.get(&key).into_iter().flatten() {
                    if *other != index && apart(index, *other) {
                        let found = distance(middle, *point);
                        best = Some(best.map_or(found, |best| best.min(found)));
                    }
                }
            }
        }
        best
    };
    (0..graph.segments.len()).map(search).collect()
}

/// The cells at this Chebyshev distance.
fn shell_of(home: [i64; 3], shell: i64) -> impl Iterator<Item = [i64; 3]> {
    let range = move || -shell..=shell;
    range().flat_map(move |x| {
        range().flat_map(move |y| {
            // Inside of a side face only the two ends along z belong to the shell.
            let whole = x.abs() == shell || y.abs() == shell;
            let step = if whole { 1 } else { (2 * shell).max(1) };
            range()
                .step_by(step as usize)
                .map(move |z| [home[0] + x, home[1] + y, home[2] + z])
        })
    })
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;
    use crate::vessels::Segment;

    #[test]
    fn distances_to_a_sheet_are_depths() {
        // One plane of vessel voxels at z = 0: distances 3, 6, …, 27.
        let mask = Array3::from_shape_fn((4, 4, 10), |(_, _, z)| z == 0);
        let found = VesselDistances::of(mask.view(), [12.0, 12.0, 3.0], None).unwrap();
        assert_eq!((found.mean, found.median, found.max), (15.0, 15.0, 27.0));
        let near = Array3::from_shape_fn((4, 4, 10), |(_, _, z)| z < 3);
        let found = VesselDistances::of(mask.view(), [12.0, 12.0, 3.0], Some(near.view()));
        assert_eq!(found.unwrap().median, 4.5);
    }

    #[test]
    fn without_vessels_or_tissue_there_is_no_distance() {
        for set in [false, true] {
            let mask = Array3::from_elem((3, 3, 3), set);
            assert!(VesselDistances::of(mask.view(), [1.0; 3], None).is_none());
        }
        let mask = Array3::from_elem((3, 3, 3), true);
        let other = Array3::from_elem((3, 3, 2), true);
        assert!(VesselDistances::of(mask.view(), [1.0; 3], Some(other.view())).is_none());
    }

    #[test]
    fn the_nearest_neighbor_of_a_parallel_line_is_beside_it() {
        let line = |y: f64| (0..11).map(|i| [f64::from(i) * 10.0, y, 0.0]).collect();
        let segment = |nodes: [usize; 2], line: Vec<Point>| Segment {
            nodes: Some(nodes),
            voxels: Vec::new(),
            line,
            radii: None,
        };
        let graph = VesselGraph {
            nodes: Vec::new(),
            segments: vec![
                segment([0, 1], line(0.0)),
                segment([1, 2], line(5.0)),
                segment([3, 4], line(70.0)),
            ],
        };
        for cell in [3.0, 25.0, 1000.0] {
            let found = nearest_neighbor_distances(&graph, cell);
            assert_eq!(found, [Some(70.0), Some(65.0), Some(65.0)]);
        }
        let alone = VesselGraph {
            nodes: Vec::new(),
            segments: vec![segment([0, 1], line(0.0))],
        };
        assert_eq!(nearest_neighbor_distances(&alone, 20.0), [None]);
    }
}
