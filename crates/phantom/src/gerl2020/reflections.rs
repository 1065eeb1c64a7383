//! Reflections: horizontal layers in LF that are not tissue.

use super::config::Gerl2020Config;
use crate::random::streams::{Draw, Purpose, Streams};
use crate::rendering::blur::gaussian;

/// Range of the factor on a layer's intensity.
const FACTORS: [f64; 2] = [2.0, 3.0];
/// Ranges of a layer's thickness, and of its rise per voxel along x and y, in voxels; standard deviation of its blur.
/// The rule's description does not state these.
const THICKNESS_VOX: [f64; 2] = [2.0, 6.0];
const SLOPE: [f64; 2] = [-0.05, 0.05];
const BLUR_SIGMA_VOX: f64 = 2.0;
/// Intensity of LF vessels from which on no reflection is drawn over them.
pub(super) const BRIGHT_LF: f32 = 1.5;

/// One blurred plane.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reflection {
    /// Depth of the plane's center at voxel (0, 0), in voxels.
    depth_vox: f64,
    slope: [f64; 2],
    thickness_vox: f64,
    factor: f64,
    /// Weights of the blur.
    weights: Vec<f32>,
}

impl Reflection {
    /// The reflections of a volume: with the configured probability one or two (equally likely), else none.
    pub fn draw(shape: [usize; 3], config: &Gerl2020Config, streams: Streams) -> Vec<Self> {
        let mut draw = streams.open(Purpose::Reflections, 0);
        if draw.uniform(0.0, 1.0) >= config.reflection_chance {
            return Vec::new();
        }
        let layers = 1 + usize::from(draw.uniform(0.0, 1.0) < 0.5);
        (0..layers).map(|_| Self::one(shape, &mut draw)).collect()
    }

    fn one(shape: [usize; 3], draw: &mut Draw) -> Self {
        let slope = [0, 1].map(|_| draw.uniform(SLOPE[0], SLOPE[1]));
        let middle = draw.uniform(0.0, shape[2] as f64);
        let to_middle = (slope[0] * shape[0] as f64 + slope[1] * shape[1] as f64) / 2.0;
        Self {
            depth_vox: middle - to_middle,
            slope,
            thickness_vox: draw.uniform(THICKNESS_VOX[0], THICKNESS_VOX[1]),
            factor: FACTORS[usize::from(draw.uniform(0.0, 1.0) < 0.5)],
            weights: gaussian(BLUR_SIGMA_VOX),
        }
    }

    /// The intensity at a voxel: that of a layer of intensity 1, blurred along z, times the factor.
    pub fn at(&self, [x, y, z]: [usize; 3]) -> f32 {
        let plane = self.depth_vox + self.slope[0] * x as f64 + self.slope[1] * y as f64;
        let above = z as f64 - plane;
        let reach = self.weights.len() as f64 / 2.0 + self.thickness_vox / 2.0 + 1.0;
        if above.abs() > reach {
            return 0.0;
        }
        let half = (self.weights.len() / 2) as f64;
        let taps = self.weights.iter().enumerate();
        let sum: f32 = taps
            .map(|(k, weight)| weight * self.share(above + k as f64 - half))
            .sum();
        sum * self.factor as f32
    }

    /// The share of a voxel in the layer, whose center has this distance from the voxel's center.
    fn share(&self, distance: f64) -> f32 {
        (self.thickness_vox / 2.0 + 0.5 - distance.abs()).clamp(0.0, 1.0) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn about_half_of_the_volumes_have_one_or_two() {
        let counts: Vec<usize> = (0..4000)
            .map(|seed| {
                Reflection::draw([9, 9, 90], &Gerl2020Config::RULE, Streams::new(seed)).len()
            })
            .collect();
        let share = |n: usize| counts.iter().filter(|c| **c == n).count() as f64 / 4000.0;
        // Four standard errors of a share of 4000.
        for (n, expected) in [(0, 0.5), (1, 0.25), (2, 0.25)] {
            assert!((share(n) - expected).abs() < 0.032, "{n}: {}", share(n));
        }
    }

    #[test]
    fn a_layer_holds_its_thickness_times_its_factor() {
        for seed in 0..50 {
            let mut draw = Streams::new(seed).open(Purpose::Reflections, 0);
            let layer = Reflection {
                depth_vox: 100.3,
                ..Reflection::one([50, 50, 200], &mut draw)
            };
            let sum: f64 = (0..200).map(|z| f64::from(layer.at([3, 4, z]))).sum();
            let expected = layer.thickness_vox * layer.factor;
            assert!((sum / expected - 1.0).abs() < 1e-4, "{sum}, {expected}");
            let top = (0..200).map(|z| layer.at([3, 4, z])).fold(0.0, f32::max);
            assert!(f64::from(top) <= layer.factor);
        }
    }
}
