//! A picture in memory.

use std::fmt;

/// Type of a stored sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// Kind of number.
    pub kind: SampleKind,
    /// Number of bits.
    pub bits: u8,
}

/// Kind of number of a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SampleKind {
    /// An integer from 0 on.
    Unsigned,
    /// An integer, in two's complement.
    Signed,
    /// A floating-point number.
    Float,
}

impl Sample {
    /// Unsigned 8 bit.
    pub const UINT8: Self = Self::unsigned(8);
    /// Unsigned 16 bit.
    pub const UINT16: Self = Self::unsigned(16);

    /// An unsigned integer of some bits.
    #[must_use]
    pub const fn unsigned(bits: u8) -> Self {
        Self {
            kind: SampleKind::Unsigned,
            bits,
        }
    }
}

/// A picture: row by row, channels interleaved.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Values per pixel.
    pub channels: usize,
    /// Whether the first three channels are red, green and blue.
    pub rgb: bool,
    /// Type of the stored samples.
    pub sample: Sample,
    /// Values in the order (row, column, channel): `height × width × channels` values, as the file stores them.
    pub values: Vec<f64>,
}

impl Picture {
    /// A picture of one channel.
    #[must_use]
    pub fn gray([width, height]: [usize; 2], sample: Sample, values: Vec<f64>) -> Self {
        Self {
            width,
            height,
            channels: 1,
            rgb: false,
            sample,
            values,
        }
    }

    /// The value at a row and column.
    #[must_use]
    pub fn at(&self, row: usize, column: usize, channel: usize) -> f64 {
        self.values[(row * self.width + column) * self.channels + channel]
    }

    /// What pictures of one stack have in common, for messages: size, channels and type.
    #[must_use]
    pub fn form(&self) -> Form {
        Form {
            width: self.width,
            height: self.height,
            channels: self.channels,
            rgb: self.rgb,
            sample: self.sample,
        }
    }
}

/// Size, channels and type of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    width: usize,
    height: usize,
    channels: usize,
    rgb: bool,
    sample: Sample,
}

/// Such as `16 × 8 pixels of 3 uint8 (RGB)`.
impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            width,
            height,
            channels,
            rgb,
            sample,
        } = self;
        write!(f, "{width} × {height} pixels of {channels} {sample}")?;
        if *rgb { f.write_str(" (RGB)") } else { Ok(()) }
    }
}

/// As numpy names it, such as `uint8`; `uint1` for one bit.
impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.kind, self.bits)
    }
}

impl fmt::Display for SampleKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unsigned => "uint",
            Self::Signed => "int",
            Self::Float => "float",
        })
    }
}
