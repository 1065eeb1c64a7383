//! A picture in memory.

/// Type of a stored sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sample {
    /// Unsigned 8 bit (grays of 1, 2 and 4 bits are widened).
    Uint8,
    /// 16 bits, unsigned.
    Uint16,
    /// Anything else.
    Other,
}

/// A picture: row by row, channels interleaved.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Samples per pixel: 1 for gray, 3 for red, green, blue.
    pub channels: usize,
    /// Type of the stored samples.
    pub sample: Sample,
    /// Samples in the order (row, column, channel): `height × width × channels` values.
    pub values: Vec<f64>,
}

impl Picture {
    /// Creates a picture from samples. An alpha channel is dropped: it has no information about the tissue.
    ///
    /// # Errors
    /// The number of samples does not match the size, or the number of channels is not 1 to 4.
    pub(super) fn new(
        [width, height]: [usize; 2],
        channels: usize,
        sample: Sample,
        values: Vec<f64>,
    ) -> Result<Self, String> {
        if values.len() != width * height * channels || values.is_empty() {
            let count = values.len();
            return Err(format!(
                "{count} samples for {width} × {height} pixels of {channels}"
            ));
        }
        let kept = match channels {
            1 | 3 => channels,
            2 => 1,
            4 => 3,
            _ => return Err(format!("pixels of {channels} samples are not supported")),
        };
        let values = match kept == channels {
            true => values,
            false => values
                .chunks_exact(channels)
                .flat_map(|p| p[..kept].to_vec())
                .collect(),
        };
        Ok(Self {
            width,
            height,
            channels: kept,
            sample,
            values,
        })
    }

    /// The sample at a row and column.
    #[must_use]
    pub fn at(&self, row: usize, column: usize, channel: usize) -> f64 {
        self.values[(row * self.width + column) * self.channels + channel]
    }
}
