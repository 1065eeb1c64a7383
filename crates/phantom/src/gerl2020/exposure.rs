//! Converts vessels and artifacts to intensities: adds noise, clips and scales.

use ndarray::{Array3, ArrayViewMut2};

use super::config::Gerl2020Config;
use super::reflections::{BRIGHT_LF, Reflection};
use super::vessels::Vessels;
use crate::random::streams::{Purpose, Streams};

/// Smallest background value that is kept; smaller values become 0.
const BACKGROUND_LEAST: f64 = 0.5;
/// Largest intensity; it becomes 255.
const MOST: f32 = 3.0;

/// All components of the scan.
pub(super) struct Scene<'a> {
    pub vessels: &'a Vessels,
    /// Arcs and sticks, of shape (x, y, z).
    pub clutter: &'a Array3<f32>,
    pub reflections: &'a [Reflection],
    pub config: &'a Gerl2020Config,
    pub streams: Streams,
}

impl Scene<'_> {
    /// LF of a plane across x, of shape (y, z).
    pub fn expose_lf(&self, x: usize, mut plane: ArrayViewMut2<'_, f32>) {
        let mut noise = self.streams.open(Purpose::RenderForeground, 2 * x);
        for ((y, z), value) in plane.indexed_iter_mut() {
            let place = [x, y, z];
            let vessel = self.vessels.lf(place);
            let mut sum = vessel;
            if self.vessels.in_lf()[place] {
                sum += (self.config.foreground_sd * noise.normal()) as f32;
            }
            if vessel < BRIGHT_LF {
                sum += self.reflections.iter().map(|r| r.at(place)).sum::<f32>();
            }
            *value = stretched(sum);
        }
    }

    /// HF of a plane across x, of shape (y, z).
    pub fn expose_hf(&self, x: usize, mut plane: ArrayViewMut2<'_, f32>) {
        let mut noise = self.streams.open(Purpose::RenderForeground, 2 * x + 1);
        let mut background = self.streams.open(Purpose::RenderBackground, x);
        for ((y, z), value) in plane.indexed_iter_mut() {
            let place = [x, y, z];
            let mut sum = self.vessels.hf(place) + self.clutter[place];
            if self.vessels.in_hf()[place] {
                sum += (self.config.foreground_sd * noise.normal()) as f32;
            } else if self.config.background_sd > 0.0 {
                let drawn = self.config.background_sd * background.normal();
                sum += if drawn >= BACKGROUND_LEAST {
                    drawn as f32
                } else {
                    0.0
                };
            }
            *value = stretched(sum);
        }
    }
}

/// Clips to 0 … 3 and scales to integers from 0 to 255.
fn stretched(intensity: f32) -> f32 {
    (intensity.clamp(0.0, MOST) * (255.0 / MOST)).round()
}
