//! The visible part of the epidermis: melanin in patches, denser towards the basal layer.

use std::f64::consts::PI;

use ndarray::{Array2, Array3, Axis};
use rayon::prelude::*;

use crate::Config;
use crate::anatomy::skin::Skin;
use crate::random::field::Field;
use crate::random::streams::{Purpose, Streams};

/// Remaining brightness in a gap.
const GAP_BRIGHTNESS: f64 = 0.05;
/// Width of the transition from a gap to full brightness, in standard deviations of the field.
const GAP_SLOPE: f64 = 1.2;
/// Brightness at the surface, relative to that in the basal layer.
const UPPER_BRIGHTNESS: f64 = 0.4;
/// Correlation lengths in µm of pigmentation, of irregular edges, and of speckle (lateral, axial).
const PIGMENT_LENGTH_UM: f64 = 180.0;
const EDGE_LENGTH_UM: f64 = 30.0;
const SPECKLE_LENGTH_UM: [f64; 3] = [18.0, 18.0, 8.0];
/// Standard deviation of the log speckle.
const SPECKLE_SD: f64 = 0.55;

/// The random fields of the melanin.
struct Pigment<'a> {
    config: &'a Config,
    skin: &'a Skin,
    patches: Array2<f64>,
    upper_edge: Field,
    lower_edge: Field,
    speckle: Field,
}

/// Brightness of melanin in every voxel, of shape (x, y, z): 0 to about 1, higher in single speckles.
///
/// Exactly the share `gap_fraction` of the columns are gaps. Irregular edges stay inside the layer, so the melanin is
/// never thicker than the layer.
pub(crate) fn brightness(config: &Config, skin: &Skin, streams: Streams) -> Array3<f32> {
    let lateral = |purpose, length| Field::lateral(&mut streams.open(purpose, 0), length);
    let pigment = Pigment {
        config,
        skin,
        patches: patches(config, streams),
        upper_edge: lateral(Purpose::UpperEdge, EDGE_LENGTH_UM),
        lower_edge: lateral(Purpose::LowerEdge, EDGE_LENGTH_UM),
        speckle: Field::new(&mut streams.open(Purpose::Speckle, 0), SPECKLE_LENGTH_UM),
    };
    let mut out = Array3::zeros(config.shape);
    out.axis_iter_mut(Axis(0))
        .into_par_iter()
        .enumerate()
        .for_each(|(x, mut plane)| {
            for (y, mut column) in plane.axis_iter_mut(Axis(0)).enumerate() {
                let (from_um, to_um) = pigment.extent_um([x, y]);
                for (z, voxel) in column.iter_mut().enumerate() {
                    let share = overlap(config, z, from_um, to_um);
                    if share > 0.0 {
                        *voxel = (share * pigment.at([x, y, z])) as f32;
                    }
                }
            }
        });
    out
}

impl Pigment<'_> {
    /// Upper and lower end of the melanin in a column, inside the layer and irregular.
    fn extent_um(&self, [x, y]: [usize; 2]) -> (f64, f64) {
        let place = self.config.center_um([x, y, 0]);
        // The mean of |N(0, 1)| is √(2/π).
        let scale = self.config.raggedness_um / (2.0 / PI).sqrt();
        let (top, bottom) = (self.skin.top_um[[x, y]], self.skin.bottom_um[[x, y]]);
        let most = 0.4 * (bottom - top);
        let inset = |edge: &Field| (scale * edge.at(place).abs()).min(most);
        (
            top + inset(&self.upper_edge),
            bottom - inset(&self.lower_edge),
        )
    }

    fn at(&self, [x, y, z]: [usize; 3]) -> f64 {
        let place = self.config.center_um([x, y, z]);
        let (top, bottom) = (self.skin.top_um[[x, y]], self.skin.bottom_um[[x, y]]);
        let relative_depth = (place[2] - top) / (bottom - top);
        let profile =
            UPPER_BRIGHTNESS + (1.0 - UPPER_BRIGHTNESS) * smooth_step((relative_depth - 0.1) / 0.6);
        let speckle =
            libm::exp(SPECKLE_SD * self.speckle.at(place) - SPECKLE_SD * SPECKLE_SD / 2.0);
        self.patches[[x, y]] * profile * speckle
    }
}

/// Brightness of each column from 0 to about 1, of shape (x, y).
fn patches(config: &Config, streams: Streams) -> Array2<f64> {
    let mut draw = streams.open(Purpose::Pigment, 0);
    let slow = Field::lateral(&mut draw, PIGMENT_LENGTH_UM);
    let mut patches = height_above_gaps(config, streams);
    for ((x, y), value) in patches.indexed_iter_mut() {
        let patch = smooth_step(*value / GAP_SLOPE);
        let pigment = (0.8 + 0.2 * slow.at(config.center_um([x, y, 0]))).clamp(0.4, 1.2);
        *value = (GAP_BRIGHTNESS + (1.0 - GAP_BRIGHTNESS) * patch) * pigment;
    }
    patches
}

/// A field of unit variance, shifted so that exactly the share `gap_fraction` of the columns is below 0.
fn height_above_gaps(config: &Config, streams: Streams) -> Array2<f64> {
    let mut draw = streams.open(Purpose::Gaps, 0);
    let field = Field::lateral(&mut draw, config.gap_length_um);
    let columns = (config.shape[0], config.shape[1]);
    let heights = Array2::from_shape_fn(columns, |(x, y)| field.at(config.center_um([x, y, 0])));
    let threshold = quantile(&heights, config.gap_fraction);
    heights - threshold
}

/// Share of voxel `z` of a column that lies between two depths.
fn overlap(config: &Config, z: usize, from_um: f64, to_um: f64) -> f64 {
    let step = config.spacing_um()[2];
    let (start, end) = (z as f64 * step, (z + 1) as f64 * step);
    ((end.min(to_um) - start.max(from_um)) / step).max(0.0)
}

/// 0 up to 0, 1 from 1, and 3t² − 2t³ between.
fn smooth_step(t: f64) -> f64 {
    let t = t.clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// The quantile: the given share of all values is smaller.
fn quantile(values: &Array2<f64>, share: f64) -> f64 {
    let mut sorted: Vec<f64> = values.iter().copied().collect();
    sorted.sort_by(f64::total_cmp);
    let rank = (share * sorted.len() as f64).round() as usize;
    match rank {
        // Bounds far outside the range of fields with unit variance.
        0 => -1e3,
        rank => sorted.get(rank).copied().unwrap_or(1e3),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phantom::tests::small;

    #[test]
    fn exactly_the_share_asked_for_are_gaps() {
        for gap_fraction in [0.0, 0.25, 1.0] {
            let config = Config {
                gap_fraction,
                ..small()
            };
            let heights = height_above_gaps(&config, Streams::new(4));
            let gaps = heights.iter().filter(|h| **h < 0.0).count();
            assert_eq!(gaps as f64, gap_fraction * heights.len() as f64);
        }
    }

    #[test]
    fn melanin_shines_inside_the_layer_alone() {
        let config = small();
        let streams = Streams::new(4);
        let skin = Skin::new(&config, streams).unwrap();
        let brightness = brightness(&config, &skin, streams);
        let layer = skin.layer(&config);
        let half = config.spacing_um()[2] / 2.0;
        for ((x, y, z), value) in brightness.indexed_iter() {
            let depth = config.center_um([x, y, z])[2];
            let near = depth > skin.top_um[[x, y]] - half && depth < skin.bottom_um[[x, y]] + half;
            assert!(*value == 0.0 || layer[[x, y, z]] || near);
        }
        assert!(brightness.iter().any(|v| *v > 0.5));
    }
}
