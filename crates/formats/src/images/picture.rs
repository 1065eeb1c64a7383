//! A picture in memory.

/// How a file stores one sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sample {
    /// 8 bits, unsigned (1-, 2- and 4-bit greys are widened).
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
    /// Samples of a pixel: 1 grey, 3 red, green, blue.
    pub channels: usize,
    /// How the file stores a sample.
    pub sample: Sample,
    /// Samples, `height × width × channels`.
    pub values: Vec<f64>,
}

impl Picture {
    /// Puts samples into a picture; drops an alpha channel, which says nothing about the tissue.
    ///
    /// # Errors
    /// The number of samples does not fit, or the number of channels is none of 1 to 4.
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
