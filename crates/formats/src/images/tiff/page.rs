//! What the tags of a page say about its samples; everything that is not honored is refused by name.

use super::chunks::{Area, Chunks};
use super::compression::{Compression, Predictor};
use super::directory::Directory;
use super::tag;
use crate::images::{Sample, SampleKind};

/// Largest width or height of a page in pixels, and number of samples of a pixel.
const LARGEST_EXTENT: u64 = 1 << 24;
const MOST_SAMPLES: u64 = 4096;

/// The layout of the samples of a page.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Page {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Stored samples per pixel, alpha included.
    pub samples: usize,
    /// Type of every sample.
    pub sample: Sample,
    /// Whether each sample has chunks of its own (PlanarConfiguration 2).
    pub planar: bool,
    /// Compression of the chunks.
    pub compression: Compression,
    /// What was done to the samples before compression.
    pub predictor: Predictor,
    /// Whether the bits of each stored byte are in reverse order (FillOrder 2).
    pub reversed_bits: bool,
    /// Strips or tiles.
    pub chunks: Chunks,
    /// Meaning of the samples.
    pub meaning: Meaning,
    /// Indices of the samples that are data; the others are alpha.
    pub data: Vec<usize>,
}

/// Meaning of the samples of a pixel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Values; PhotometricInterpretation 0 and 1, which only say how to show them.
    Values,
    /// Red, green, blue.
    Rgb,
    /// Indices of these colors.
    Palette(Vec<[u16; 3]>),
}

impl Page {
    /// Checks the tags of a page.
    ///
    /// # Errors
    /// A tag that is broken, or has a meaning that this reader does not honor.
    pub(super) fn of(directory: &Directory) -> Result<Self, String> {
        let extent = |tag| match directory.one(tag)? {
            Some(extent @ 1..=LARGEST_EXTENT) => Ok(extent as usize),
            Some(extent) => Err(format!("broken TIFF: {} is {extent}", tag::name(tag))),
            None => Err(format!("broken TIFF: {} is missing", tag::name(tag))),
        };
        let (width, height) = (extent(tag::WIDTH)?, extent(tag::LENGTH)?);
        refuse_unknown_readings(directory)?;
        let samples = match directory.one(tag::SAMPLES_PER_PIXEL)?.unwrap_or(1) {
            samples @ 1..=MOST_SAMPLES => samples as usize,
            other => return Err(format!("broken TIFF: SamplesPerPixel is {other}")),
        };
        let sample = sample(directory)?;
        let planar = match directory.one(tag::PLANAR)?.unwrap_or(1) {
            1 => false,
            2 => samples > 1,
            other => return Err(unsupported("PlanarConfiguration", other)),
        };
        let meaning = meaning(directory, sample, samples)?;
        let data = data_samples(directory, &meaning, samples)?;
        let compression = Compression::of(directory)?;
        let area = Area {
            extent: [width, height],
            planes: if planar { samples } else { 1 },
            pixel_bits: u64::from(sample.bits) * if planar { 1 } else { samples as u64 },
            plain: compression == Compression::None,
        };
        Ok(Self {
            width,
            height,
            samples,
            sample,
            planar,
            compression,
            predictor: Predictor::of(directory, sample)?,
            reversed_bits: directory.one(tag::FILL_ORDER)? == Some(2),
            chunks: Chunks::of(directory, area)?,
            meaning,
            data,
        })
    }

    /// Samples of a pixel within a chunk.
    pub(super) fn samples_of_a_chunk(&self) -> usize {
        if self.planar { 1 } else { self.samples }
    }
}

/// Tags that change what a page is, and that we do not honor.
fn refuse_unknown_readings(directory: &Directory) -> Result<(), String> {
    if let Some(turned @ 2..) = directory.one(tag::ORIENTATION)? {
        let how = match turned {
            2 => "mirrored left to right",
            3 => "turned by 180°",
            4 => "mirrored top to bottom",
            5..=8 => "with rows and columns exchanged",
            _ => "unknown",
        };
        return Err(format!(
            "TIFF: Orientation {turned} ({how}) is not supported; store the picture upright (Orientation 1)"
        ));
    }
    match directory.one(tag::IMAGE_DEPTH)? {
        None | Some(0 | 1) => Ok(()),
        Some(depth) => Err(format!(
            "TIFF: a page with {depth} slices ({}) is not supported; store one page per slice",
            tag::name(tag::IMAGE_DEPTH)
        )),
    }
}

fn sample(directory: &Directory) -> Result<Sample, String> {
    let alike = |tag, default: u64| -> Result<u64, String> {
        let values = directory.unsigned(tag)?.unwrap_or_default();
        let first = values.first().copied().unwrap_or(default);
        match values.iter().all(|value| *value == first) {
            true => Ok(first),
            false => Err(format!(
                "TIFF: samples of different types ({} {values:?}) are not supported",
                tag::name(tag)
            )),
        }
    };
    let bits = alike(tag::BITS_PER_SAMPLE, 1)?;
    let kind = match alike(tag::SAMPLE_FORMAT, 1)? {
        1 => SampleKind::Unsigned,
        2 => SampleKind::Signed,
        3 => SampleKind::Float,
        4 => {
            return Err(
                "TIFF: samples of undefined type (SampleFormat 4) are not supported".into(),
            );
        }
        5 | 6 => {
            return Err("TIFF: complex samples are not supported; store their magnitude".into());
        }
        other => return Err(unsupported("SampleFormat", other)),
    };
    let known = match kind {
        SampleKind::Unsigned => matches!(bits, 1..=16 | 32 | 64),
        SampleKind::Signed => matches!(bits, 8 | 16 | 32 | 64),
        SampleKind::Float => matches!(bits, 16 | 32 | 64),
    };
    match known {
        true => Ok(Sample {
            kind,
            bits: bits as u8,
        }),
        false => Err(format!(
            "TIFF: {kind} samples of {bits} bits are not supported"
        )),
    }
}

/// PhotometricInterpretation (TIFF 6.0, section 8 and part 3).
fn meaning(directory: &Directory, sample: Sample, samples: usize) -> Result<Meaning, String> {
    let name = match directory.one(tag::PHOTOMETRIC)?.unwrap_or(1) {
        // How to show the values is not our concern: white may be 0, the value is the value.
        0 | 1 => return Ok(Meaning::Values),
        2 if samples >= 3 => return Ok(Meaning::Rgb),
        2 => return Err(format!("broken TIFF: RGB of {samples} samples per pixel")),
        3 => return palette(directory, sample, samples).map(Meaning::Palette),
        4 => "transparency mask",
        5 => "CMYK",
        6 => "YCbCr",
        8 => "CIELab",
        9 => "ICCLab",
        10 => "ITULab",
        32803 => "color filter array",
        32844 | 32845 => "LogLuv",
        34892 => "linear raw",
        other => return Err(unsupported("PhotometricInterpretation", other)),
    };
    Err(format!(
        "TIFF: {name} pictures are not supported; convert the file to gray or RGB"
    ))
}

fn palette(directory: &Directory, sample: Sample, samples: usize) -> Result<Vec<[u16; 3]>, String> {
    let colors = 1_usize << sample.bits.min(16);
    let map = directory.unsigned(tag::COLOR_MAP)?.unwrap_or_default();
    let indices = sample.kind == SampleKind::Unsigned && sample.bits <= 16 && samples == 1;
    if !indices || map.len() != 3 * colors {
        let entries = map.len();
        return Err(format!(
            "broken TIFF: a palette of {entries} entries for {samples} {sample} per pixel"
        ));
    }
    // Eight bits are stored times 257, by some writers times 256, and by some as they are.
    let narrow = map
        .iter()
        .all(|value| *value == (value >> 8) * 257 || value & 255 == 0);
    let shift = if narrow { 8 } else { 0 };
    let part = |color: usize, index: usize| (map[color * colors + index] >> shift) as u16;
    Ok((0..colors)
        .map(|i| [part(0, i), part(1, i), part(2, i)])
        .collect())
}

/// The samples that are not alpha (TIFF 6.0, ExtraSamples: 0 is unspecified data; 1 and 2 are alpha).
fn data_samples(
    directory: &Directory,
    meaning: &Meaning,
    samples: usize,
) -> Result<Vec<usize>, String> {
    let extra = directory.unsigned(tag::EXTRA_SAMPLES)?.unwrap_or_default();
    let colors = match meaning {
        Meaning::Rgb => 3,
        Meaning::Values | Meaning::Palette(_) => 1,
    };
    if extra.len() + colors > samples {
        let count = extra.len();
        return Err(format!(
            "broken TIFF: {count} ExtraSamples for {samples} samples per pixel, of which {colors} are not extra"
        ));
    }
    // Extra samples are the last ones.
    let first = samples - extra.len();
    let is_alpha = |index: usize| index >= first && matches!(extra[index - first], 1 | 2);
    Ok((0..samples).filter(|index| !is_alpha(*index)).collect())
}

fn unsupported(name: &str, value: u64) -> String {
    format!("TIFF: {name} {value} is not supported")
}
