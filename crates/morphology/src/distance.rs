//! The exact Euclidean distance to a mask.

use ndarray::{Array2, Array3, ArrayView3, ArrayViewMut2, Axis};
use rayon::prelude::*;

/// The squared Euclidean distance of every voxel to the nearest set voxel of a mask of shape (x, y, z), in the square of the unit
/// of `spacing`. Infinite everywhere if no voxel is set.
///
/// Exact for any spacing, and linear in the number of voxels: along z the nearest set voxel, then along y and x the lower envelope
/// of parabolas (Felzenszwalb and Huttenlocher, "Distance transforms of sampled functions", Theory of Computing 8, 2012). The
/// result does not depend on the number of threads.
#[must_use]
pub fn squared_distances(mask: ArrayView3<'_, bool>, spacing: [f64; 3]) -> Array3<f64> {
    let mut distances = within_columns(mask, spacing[2]);
    across_columns(&mut distances, spacing);
    distances
}

/// As [`squared_distances`], at the set voxels of another mask of the same shape alone, in the order x, y, z.
///
/// Faster where most of them are near the mask: the columns around each are tried first. The work of this is limited for each voxel;
/// where that does not suffice, the transform of the whole follows.
#[must_use]
pub fn squared_distances_at(
    places: ArrayView3<'_, bool>,
    mask: ArrayView3<'_, bool>,
    spacing: [f64; 3],
) -> Vec<f64> {
    let mut distances = within_columns(mask, spacing[2]);
    let steps = Steps::around(spacing);
    let planes: Vec<_> = places.axis_iter(Axis(0)).collect();
    let near: Vec<Vec<f64>> = planes
        .par_iter()
        .enumerate()
        .map(|(x, plane)| {
            let set = plane.indexed_iter().filter(|(_, set)| **set);
            set.map(|((y, z), _)| steps.least(&distances, [x, y, z]))
                .collect()
        })
        .collect();
    if near.iter().flatten().all(|value| value.is_finite()) {
        return near.concat();
    }
    across_columns(&mut distances, spacing);
    let all = places.iter().zip(&distances);
    all.filter(|(set, _)| **set).map(|(_, d)| *d).collect()
}

/// Squared distances to the set voxels of the same column along z.
fn within_columns(mask: ArrayView3<'_, bool>, step: f64) -> Array3<f64> {
    let mut distances = Array3::from_elem(mask.raw_dim(), f64::INFINITY);
    if mask.is_empty() {
        return distances;
    }
    let planes: Vec<_> = distances.axis_iter_mut(Axis(0)).collect();
    let planes = planes
        .into_par_iter()
        .zip(mask.axis_iter(Axis(0)).collect::<Vec<_>>());
    planes.for_each(|(mut plane, mask)| {
        for (mut row, set) in plane.outer_iter_mut().zip(mask.outer_iter()) {
            along_z(
                set.iter().copied(),
                step,
                row.as_slice_mut().unwrap_or_default(),
            );
        }
    });
    distances
}

/// Turns distances within columns into those in space.
fn across_columns(distances: &mut Array3<f64>, [hx, hy, _]: [f64; 3]) {
    if distances.is_empty() {
        return;
    }
    for (axis, step) in [(Axis(0), hy), (Axis(1), hx)] {
        let planes: Vec<_> = distances.axis_iter_mut(axis).collect();
        planes
            .into_par_iter()
            .for_each(|mut plane| along_first(&mut plane, step));
    }
}

/// Steps to the columns around one, by increasing distance.
struct Steps {
    /// Steps along x and y with their squared lengths along x and y, and together.
    list: Vec<([isize; 2], [f64; 3])>,
    /// All columns that are not in the list are at least this far away, squared.
    reach: f64,
}

impl Steps {
    fn around([hx, hy, _]: [f64; 3]) -> Self {
        /// Steps to each side along the axis with the smaller spacing.
        const FARTHEST: isize = 8;
        let reach = ((FARTHEST + 1) as f64 * hx.min(hy)).powi(2);
        let square = |steps: isize, spacing: f64| (steps as f64 * spacing).powi(2);
        let side = -FARTHEST..=FARTHEST;
        let all = side
            .clone()
            .flat_map(|dx| side.clone().map(move |dy| [dx, dy]));
        let lengths = all.map(|[dx, dy]| {
            let (x, y) = (square(dx, hx), square(dy, hy));
            ([dx, dy], [x, y, x + y])
        });
        let mut list: Vec<_> = lengths.filter(|(_, length)| length[2] < reach).collect();
        list.sort_by(|(_, a), (_, b)| a[2].total_cmp(&b[2]));
        Self { list, reach }
    }

    /// The least squared distance of a voxel, from the distances within columns; infinite if it may lie beyond the reach.
    fn least(&self, within_columns: &Array3<f64>, [x, y, z]: [usize; 3]) -> f64 {
        let mut least = f64::INFINITY;
        for ([dx, dy], [x_squared, y_squared, squared]) in &self.list {
            if *squared >= least {
                return least;
            }
            let column = x.checked_add_signed(*dx).zip(y.checked_add_signed(*dy));
            let within = column.and_then(|(x, y)| within_columns.get([x, y, z]));
            // In the order in which the transform adds.
            least = within.map_or(least, |within| least.min(within + y_squared + x_squared));
        }
        if least <= self.reach {
            least
        } else {
            f64::INFINITY
        }
    }
}

/// Replaces the values of each column along the first axis of a plane.
///
/// Columns are copied together, because neighboring ones share cache lines, and a plane along x is far larger than a cache.
fn along_first(plane: &mut ArrayViewMut2<'_, f64>, step: f64) {
    const TOGETHER: usize = 8;
    let length = plane.nrows();
    if length == 1 {
        return;
    }
    let mut envelope = Envelope::default();
    let mut columns = Array2::zeros((TOGETHER, length));
    for mut block in plane.axis_chunks_iter_mut(Axis(1), TOGETHER) {
        let width = block.ncols();
        for (i, row) in block.outer_iter().enumerate() {
            for (column, value) in row.iter().enumerate() {
                columns[[column, i]] = *value;
            }
        }
        for column in columns.outer_iter_mut().take(width) {
            if let Some(column) = column.into_slice() {
                envelope.replace(column, step);
            }
        }
        for (i, mut row) in block.outer_iter_mut().enumerate() {
            for (column, value) in row.iter_mut().enumerate() {
                *value = columns[[column, i]];
            }
        }
    }
}

/// Squared distances within a row, to its set voxels.
fn along_z(set: impl Iterator<Item = bool>, step: f64, row: &mut [f64]) {
    let mut last: Option<usize> = None;
    for (z, is_set) in set.enumerate() {
        if is_set {
            // Voxels after the middle between two set voxels are nearer to this one.
            let first = last.map_or(0, |last| usize::midpoint(last, z) + 1);
            for (at, value) in row[..=z].iter_mut().enumerate().skip(first) {
                *value = ((z - at) as f64 * step).powi(2);
            }
            last = Some(z);
        } else if let Some(last) = last {
            row[z] = ((z - last) as f64 * step).powi(2);
        }
    }
}

/// The lower envelope of parabolas of one width, with its buffers.
#[derive(Default)]
struct Envelope {
    values: Vec<f64>,
    /// Apexes of the parabolas of the envelope.
    apexes: Vec<usize>,
    /// Where the parabola of each apex begins to be the lowest.
    begins: Vec<f64>,
}

impl Envelope {
    /// Replaces each value f(i) by the least f(j) + (step · (i − j))² over all j.
    fn replace(&mut self, values: &mut [f64], step: f64) {
        self.values.clear();
        self.values.extend_from_slice(values);
        self.apexes.clear();
        self.begins.clear();
        for (at, value) in self
            .values
            .iter()
            .enumerate()
            .filter(|(_, v)| v.is_finite())
        {
            let begin = loop {
                let Some(top) = self.apexes.last().copied() else {
                    break f64::NEG_INFINITY;
                };
                let begin = crossing((top, self.values[top]), (at, *value), step);
                if self.begins.last().is_some_and(|before| begin > *before) {
                    break begin;
                }
                self.apexes.pop();
                self.begins.pop();
            };
            self.apexes.push(at);
            self.begins.push(begin);
        }
        if self.apexes.is_empty() {
            return;
        }
        let mut place = 0;
        for (at, value) in values.iter_mut().enumerate() {
            while self
                .begins
                .get(place + 1)
                .is_some_and(|begin| *begin < at as f64)
            {
                place += 1;
            }
            let apex = self.apexes[place];
            *value = self.values[apex] + (apex.abs_diff(at) as f64 * step).powi(2);
        }
    }
}

/// Where the parabola of the second apex, which lies after the first, begins to be the lower one.
fn crossing(first: (usize, f64), second: (usize, f64), step: f64) -> f64 {
    let (a, b) = (first.0 as f64, second.0 as f64);
    f64::midpoint(a, b) + (second.1 - first.1) / (2.0 * step * step * (b - a))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The least over all set voxels.
    fn by_going_through_all(mask: &Array3<bool>, spacing: [f64; 3]) -> Array3<f64> {
        let set: Vec<_> = mask.indexed_iter().filter(|(_, set)| **set).collect();
        Array3::from_shape_fn(mask.dim(), |(x, y, z)| {
            let distance = |(a, b, c): (usize, usize, usize)| {
                let steps = [x.abs_diff(a), y.abs_diff(b), z.abs_diff(c)];
                let parts = steps.iter().zip(spacing);
                parts.map(|(n, h)| (*n as f64 * h).powi(2)).sum::<f64>()
            };
            let distances = set.iter().map(|(place, _)| distance(*place));
            distances.fold(f64::INFINITY, f64::min)
        })
    }

    proptest! {
        #[test]
        fn every_distance_is_that_of_the_nearest_voxel(
            shape in (1usize..8, 1usize..8, 1usize..12),
            spacing in prop::array::uniform3(0.05f64..4.0),
            share in 0.0f64..0.4,
            seed in any::<u64>(),
        ) {
            let mut state = seed | 1;
            let mask = Array3::from_shape_simple_fn(shape, || {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                ((state >> 11) as f64 / (1u64 << 53) as f64) < share
            });
            let (found, expected) = (squared_distances(mask.view(), spacing), by_going_through_all(&mask, spacing));
            for (found, expected) in found.iter().zip(&expected) {
                prop_assert!(found == expected || (found - expected).abs() <= 1e-12 * expected, "{found}, {expected}");
            }
            let places = mask.mapv(|set| !set);
            let at = squared_distances_at(places.view(), mask.view(), spacing);
            let expected = expected.iter().zip(&places).filter(|(_, place)| **place);
            for (found, (expected, _)) in at.iter().zip(expected) {
                prop_assert!(found == expected || (found - expected).abs() <= 1e-12 * expected, "{found}, {expected}");
            }
        }
    }

    #[test]
    fn the_distance_to_one_voxel_is_that_of_pythagoras() {
        let mut mask = Array3::from_elem((4, 5, 6), false);
        mask[[0, 1, 2]] = true;
        let found = squared_distances(mask.view(), [2.0, 1.0, 0.5]);
        assert_eq!(found[[0, 1, 2]], 0.0);
        assert_eq!(found[[3, 4, 5]], 36.0 + 9.0 + 2.25);
        assert_eq!(found[[0, 0, 0]], 1.0 + 1.0);
    }

    #[test]
    fn places_far_from_the_mask_have_their_distances_too() {
        let mut mask = Array3::from_elem((40, 3, 50), false);
        mask[[0, 1, 2]] = true;
        let mut places = mask.clone();
        places[[0, 1, 2]] = false;
        for place in [[1, 1, 2], [9, 1, 2], [39, 2, 49]] {
            places[place] = true;
        }
        let found = squared_distances_at(places.view(), mask.view(), [1.0, 1.0, 0.5]);
        assert_eq!(found, [1.0, 81.0, 1521.0 + 1.0 + 552.25]);
    }

    #[test]
    fn nothing_is_near_an_empty_mask() {
        let mask = Array3::from_elem((2, 3, 4), false);
        let found = squared_distances(mask.view(), [1.0; 3]);
        assert!(found.iter().all(|d| *d == f64::INFINITY));
        let none = Array3::from_elem((0, 3, 4), false);
        assert!(squared_distances(none.view(), [1.0; 3]).is_empty());
    }
}
