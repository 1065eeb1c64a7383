//! The oxygen demand of tissue, as a function of position.

use ndarray::{Array3, ArrayView1, Axis};

use super::config::TreeConfig;
use crate::error::TreeError;
use crate::geometry::point::Point;
use crate::random::streams::Draw;

/// Number of layers that represent a demand given by depth.
const LAYERS: usize = 1024;

/// Oxygen demand over a box of tissue, constant in each of its cells; its unit is arbitrary.
///
/// The density of terminals is proportional to the demand: when k terminals share the tissue, one supplies the sphere
/// of volume ∫demand / (k · demand) around it. The deficit of a position is its distance to the nearest terminal times
/// the cube root of its demand.
#[derive(Debug, Clone, PartialEq)]
pub struct Demand {
    levels: Array3<f32>,
    /// Cumulative sums of the demand over columns (x, y), with y running fastest.
    sums: Vec<f64>,
    /// The total sum.
    total: f64,
}

impl Demand {
    /// The demand of the settings: by depth, or constant.
    ///
    /// # Errors
    /// Depths and levels in different numbers; depths that are not ascending; a negative level; zero demand.
    pub fn of(config: &TreeConfig) -> Result<Self, TreeError> {
        let (depths, levels) = (&config.demand_depths_um, &config.demand_levels);
        if depths.len() != levels.len() {
            return Err(TreeError::DemandKnots {
                depths: depths.len(),
                levels: levels.len(),
            });
        }
        // This form also refuses NaN.
        let falls = |w: &&[f64]| w[0].partial_cmp(&w[1]) != Some(std::cmp::Ordering::Less);
        if let Some(pair) = depths.windows(2).find(falls) {
            return Err(TreeError::DemandOrder {
                before: pair[0],
                after: pair[1],
            });
        }
        if depths.is_empty() {
            return Self::volume(Array3::ones((1, 1, 1)));
        }
        if let Some(value) = levels.iter().find(|v| !(v.is_finite() && **v >= 0.0)) {
            return Err(TreeError::DemandValue(*value));
        }
        let step = config.extent_um[2] / LAYERS as f64;
        let level = |z: usize| interpolated((z as f64 + 0.5) * step, depths, levels) as f32;
        Self::volume(Array3::from_shape_fn((1, 1, LAYERS), |(_, _, z)| level(z)))
    }

    /// A demand given by voxels of shape (x, y, z) that fill the box.
    ///
    /// # Errors
    /// A value that is negative, infinite or NaN; zero demand.
    pub fn volume(levels: Array3<f32>) -> Result<Self, TreeError> {
        if let Some(value) = levels.iter().find(|v| !(v.is_finite() && **v >= 0.0)) {
            return Err(TreeError::DemandValue(f64::from(*value)));
        }
        let mut total = 0.0;
        let of_column = |column: ArrayView1<'_, f32>| {
            total += column.iter().map(|v| f64::from(*v)).sum::<f64>();
            total
        };
        let sums = levels.lanes(Axis(2)).into_iter().map(of_column).collect();
        if total > 0.0 {
            Ok(Self {
                levels,
                sums,
                total,
            })
        } else {
            Err(TreeError::NoDemand)
        }
    }

    /// The demand at a position.
    pub(super) fn at(&self, place: Point, extent: Point) -> f64 {
        let shape = self.levels.shape();
        let cell: [usize; 3] = std::array::from_fn(|a| {
            let cell = place[a] / extent[a] * shape[a] as f64;
            // Casts saturate: positions before the box become 0.
            (cell as usize).min(shape[a] - 1)
        });
        f64::from(self.levels[cell])
    }

    /// A random position with a density proportional to the demand.
    pub(super) fn place(&self, draw: &mut Draw, extent: Point) -> Point {
        let target = draw.uniform(0.0, self.total);
        let column = self.sums.partition_point(|sum| *sum <= target);
        let column = column.min(self.sums.len() - 1);
        let shape = self.levels.shape();
        let (x, y) = (column / shape[1], column % shape[1]);
        let before = if column > 0 {
            self.sums[column - 1]
        } else {
            0.0
        };
        let z = self.depth(x, y, target - before);
        let cell = [x, y, z];
        std::array::from_fn(|a| {
            (cell[a] as f64 + draw.uniform(0.0, 1.0)) * extent[a] / shape[a] as f64
        })
    }

    /// The cell of a column in which the cumulative sum exceeds `target`.
    fn depth(&self, x: usize, y: usize, target: f64) -> usize {
        let (mut sum, mut last) = (0.0, 0);
        for z in 0..self.levels.shape()[2] {
            let level = f64::from(self.levels[[x, y, z]]);
            sum += level;
            if level > 0.0 {
                last = z;
            }
            if sum > target {
                return z;
            }
        }
        // Rounding left the target above the sum: use the last cell with demand.
        last
    }
}

fn interpolated(depth: f64, depths: &[f64], levels: &[f64]) -> f64 {
    let after = depths.partition_point(|d| *d <= depth);
    if after == 0 {
        return levels[0];
    }
    if after == depths.len() {
        return levels[after - 1];
    }
    let share = (depth - depths[after - 1]) / (depths[after] - depths[after - 1]);
    levels[after - 1] + share * (levels[after] - levels[after - 1])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::streams::{Purpose, Streams};

    #[test]
    fn places_are_drawn_as_often_as_the_demand_says_and_never_without_one() {
        let mut levels = Array3::zeros((2, 3, 4));
        levels[[0, 1, 2]] = 1.0;
        levels[[1, 2, 0]] = 3.0;
        let demand = Demand::volume(levels).unwrap();
        let mut draw = Streams::new(1).open(Purpose::TreeTissue, 0);
        let extent = [20.0, 30.0, 40.0];
        let mut counts = [0, 0];
        for _ in 0..10_000 {
            let place = demand.place(&mut draw, extent);
            let level = demand.at(place, extent);
            assert!(level == 1.0 || level == 3.0, "{place:?}");
            counts[usize::from(level == 3.0)] += 1;
        }
        // Four standard errors of a share of three quarters.
        assert!((f64::from(counts[1]) / 1e4 - 0.75).abs() < 0.0175);
    }

    #[test]
    fn between_depths_the_demand_is_linear() {
        let (depths, levels) = ([100.0, 300.0], [1.0, 3.0]);
        for (depth, level) in [
            (0.0, 1.0),
            (100.0, 1.0),
            (150.0, 1.5),
            (300.0, 3.0),
            (900.0, 3.0),
        ] {
            assert_eq!(interpolated(depth, &depths, &levels), level);
        }
    }
}
