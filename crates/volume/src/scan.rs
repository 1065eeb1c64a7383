//! Scans: the intensities of one or more named channels on one grid.

use ndarray::{Array4, ArrayView3, Axis};

use crate::{Grid, VolumeError};

/// A scan: single-precision intensities of shape (x, y, z, channel).
///
/// Single precision represents every integer up to 2²⁴, so 8- and 16-bit scans are exact.
#[derive(Debug, Clone, PartialEq)]
pub struct Scan {
    grid: Grid,
    channels: Vec<String>,
    intensities: Array4<f32>,
}

impl Scan {
    /// Creates a scan from an array of shape (x, y, z, channel) and a grid.
    ///
    /// # Errors
    /// The array's first three extents differ from the grid's, or the last from the number of names.
    pub fn new(
        grid: Grid,
        channels: Vec<String>,
        intensities: Array4<f32>,
    ) -> Result<Self, VolumeError> {
        let shape = intensities.shape();
        if shape[..3] != grid.shape() {
            return Err(VolumeError::ShapeMismatch {
                array: shape.to_vec(),
                grid: grid.shape(),
            });
        }
        if shape[3] != channels.len() || channels.is_empty() {
            return Err(VolumeError::ChannelMismatch {
                names: channels.len(),
                channels: shape[3],
            });
        }
        Ok(Self {
            grid,
            channels,
            intensities,
        })
    }

    /// The grid.
    #[must_use]
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// Channel names in the order of the last axis, such as `LF`, `HF`.
    #[must_use]
    pub fn channels(&self) -> &[String] {
        &self.channels
    }

    /// Intensities of shape (x, y, z, channel).
    #[must_use]
    pub fn intensities(&self) -> &Array4<f32> {
        &self.intensities
    }

    /// One channel, of shape (x, y, z); `None` when there is no such channel.
    #[must_use]
    pub fn channel(&self, index: usize) -> Option<ArrayView3<'_, f32>> {
        (index < self.channels.len()).then(|| self.intensities.index_axis(Axis(3), index))
    }

    /// Number of NaN and infinite intensities.
    #[must_use]
    pub fn count_non_finite(&self) -> usize {
        self.intensities.iter().filter(|v| !v.is_finite()).count()
    }

    /// The parts, for building another scan without a copy.
    #[must_use]
    pub fn into_parts(self) -> (Grid, Vec<String>, Array4<f32>) {
        (self.grid, self.channels, self.intensities)
    }
}
