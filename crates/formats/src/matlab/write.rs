//! Writes MATLAB files of version 5: arrays of real numbers, optionally compressed.
//!
//! Layout: MathWorks, MAT-File Format (level 5), chapter 1. The header contains no date, so the output is
//! deterministic.

use std::fs::File;
use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::v5::{COMPRESSED, MATRIX, MOST_EXTENTS};
use crate::FormatError;

/// Description text of the file, padded to the bytes before the version.
const TEXT: &[u8] = b"MATLAB 5.0 MAT-file, written by rsom";
const TEXT_BYTES: usize = 116;
/// Longest variable name that MATLAB accepts.
const LONGEST_NAME: usize = 63;
/// Largest size of a variable: readers interpret lengths as signed numbers.
const MOST_BYTES: u64 = i32::MAX as u64;
/// Compression level: measured voxels are noisy, and higher levels compress them hardly better.
const LEVEL: u32 = 3;
/// Number of values to convert to bytes at a time.
const CHUNK: usize = 1 << 14;

/// Types of the elements in an array.
const INT8: u32 = 1;
const UINT8: u32 = 2;
const INT32: u32 = 5;
const UINT32: u32 = 6;
const SINGLE: u32 = 7;
const DOUBLE: u32 = 9;

/// An array to write.
#[derive(Debug, Clone, PartialEq)]
pub struct NewArray<'a> {
    /// Name: a letter, then letters, digits and underscores, at most 63 characters.
    pub name: &'a str,
    /// Extents; missing extents up to two are 1.
    pub dims: Vec<usize>,
    /// The numbers; the first index varies fastest.
    pub numbers: NewNumbers<'a>,
}

/// Numbers of an array to write.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum NewNumbers<'a> {
    /// `double`.
    Double(&'a [f64]),
    /// `single`.
    Single(&'a [f32]),
    /// `uint8`.
    Uint8(&'a [u8]),
}

impl NewNumbers<'_> {
    fn len(self) -> usize {
        match self {
            Self::Double(values) => values.len(),
            Self::Single(values) => values.len(),
            Self::Uint8(values) => values.len(),
        }
    }

    /// MATLAB's class, the type of the element, and bytes per number.
    fn kind(self) -> (u32, u32, u64) {
        match self {
            Self::Double(_) => (6, DOUBLE, 8),
            Self::Single(_) => (7, SINGLE, 4),
            Self::Uint8(_) => (9, UINT8, 1),
        }
    }
}

/// Writes a file with these variables in order, little-endian, each optionally compressed.
///
/// The file is written directly: pass a temporary path, and rename it on success.
///
/// # Errors
/// The file cannot be written; an invalid or repeated name; extents whose product differs from the number of values, or
/// more than 64 of them; a variable of 2 GiB or more, which the format does not support.
pub fn write(path: &Path, arrays: &[NewArray<'_>], compressed: bool) -> Result<(), FormatError> {
    for (i, array) in arrays.iter().enumerate() {
        array.check()?;
        if arrays[..i].iter().any(|other| other.name == array.name) {
            return Err(fault(array.name, "the name comes twice"));
        }
    }
    let mut file = File::create(path)?;
    file.write_all(&header())?;
    for array in arrays {
        if compressed {
            write_compressed(&mut file, array)?;
        } else {
            let mut buffer = BufWriter::new(&mut file);
            array.write(&mut buffer)?;
            buffer.flush()?;
        }
    }
    Ok(())
}

fn header() -> Vec<u8> {
    let mut bytes = TEXT.to_vec();
    bytes.resize(TEXT_BYTES, b' ');
    // No subsystem data; version 1.0; the letters MI as a little-endian word.
    bytes.extend([0; 8]);
    bytes.extend([0, 1, b'I', b'M']);
    bytes
}

/// The compressed length is known only afterwards, and is then written into the tag.
fn write_compressed(file: &mut File, array: &NewArray<'_>) -> Result<(), FormatError> {
    let start = file.stream_position()?;
    file.write_all(&tag(COMPRESSED, 0))?;
    let packer = ZlibEncoder::new(BufWriter::new(&mut *file), Compression::new(LEVEL));
    let mut packer = BufWriter::new(packer);
    array.write(&mut packer)?;
    let packer = packer
        .into_inner()
        .map_err(std::io::IntoInnerError::into_error)?;
    packer.finish()?.flush()?;
    let end = file.stream_position()?;
    let bytes = end - start - 8;
    if bytes > MOST_BYTES {
        return Err(fault(array.name, "it takes 2 GiB or more"));
    }
    file.seek(SeekFrom::Start(start))?;
    file.write_all(&tag(COMPRESSED, bytes as u32))?;
    file.seek(SeekFrom::Start(end))?;
    Ok(())
}

impl NewArray<'_> {
    fn check(&self) -> Result<(), FormatError> {
        let mut letters = self.name.chars();
        let starts = letters.next().is_some_and(|c| c.is_ascii_alphabetic());
        let plain = letters.all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !starts || !plain || self.name.len() > LONGEST_NAME {
            return Err(fault(self.name, "it is not a valid variable name"));
        }
        let extents = self.dims.iter();
        let count = extents
            .copied()
            .try_fold(1, |count: usize, extent| count.checked_mul(extent));
        if count != Some(self.numbers.len()) || self.dims.len() > MOST_EXTENTS {
            let what = format!(
                "{} numbers are not an array of {:?}",
                self.numbers.len(),
                self.dims
            );
            return Err(fault(self.name, &what));
        }
        // The product can be zero although an extent is too large.
        let too_long = self.dims.iter().any(|extent| *extent as u64 > MOST_BYTES);
        if too_long || self.bytes() > MOST_BYTES {
            return Err(fault(self.name, "it takes 2 GiB or more"));
        }
        Ok(())
    }

    /// Extents, at least two.
    fn extents(&self) -> Vec<u32> {
        let mut extents: Vec<u32> = self.dims.iter().map(|extent| *extent as u32).collect();
        extents.resize(extents.len().max(2), 1);
        extents
    }

    /// Size in bytes after the tag: flags, extents, name and numbers, each with a tag.
    fn bytes(&self) -> u64 {
        let (_, _, each) = self.numbers.kind();
        let numbers = (self.numbers.len() as u64).saturating_mul(each);
        let parts = [
            8,
            4 * self.extents().len() as u64,
            self.name.len() as u64,
            numbers,
        ];
        parts.iter().fold(0, |sum: u64, bytes| {
            sum.saturating_add(8).saturating_add(padded(*bytes))
        })
    }

    fn write(&self, out: &mut impl Write) -> Result<(), FormatError> {
        let (class, kind, each) = self.numbers.kind();
        out.write_all(&tag(MATRIX, self.bytes() as u32))?;
        let words = |words: &[u32]| {
            words
                .iter()
                .flat_map(|w| w.to_le_bytes())
                .collect::<Vec<u8>>()
        };
        element(out, UINT32, &words(&[class, 0]))?;
        element(out, INT32, &words(&self.extents()))?;
        element(out, INT8, self.name.as_bytes())?;
        let bytes = self.numbers.len() as u64 * each;
        out.write_all(&tag(kind, bytes as u32))?;
        match self.numbers {
            NewNumbers::Double(values) => in_chunks(out, values, |v| v.to_le_bytes())?,
            NewNumbers::Single(values) => in_chunks(out, values, |v| v.to_le_bytes())?,
            NewNumbers::Uint8(values) => out.write_all(values)?,
        }
        pad(out, bytes)
    }
}

fn tag(kind: u32, bytes: u32) -> [u8; 8] {
    let [kind, bytes] = [kind, bytes].map(u32::to_le_bytes);
    let mut tag = [0; 8];
    tag[..4].copy_from_slice(&kind);
    tag[4..].copy_from_slice(&bytes);
    tag
}

fn element(out: &mut impl Write, kind: u32, data: &[u8]) -> Result<(), FormatError> {
    out.write_all(&tag(kind, data.len() as u32))?;
    out.write_all(data)?;
    pad(out, data.len() as u64)
}

/// Pads an element to a multiple of eight bytes.
fn pad(out: &mut impl Write, bytes: u64) -> Result<(), FormatError> {
    Ok(out.write_all(&[0; 8][..(padded(bytes) - bytes) as usize])?)
}

fn padded(bytes: u64) -> u64 {
    bytes.checked_next_multiple_of(8).unwrap_or(u64::MAX)
}

fn in_chunks<T: Copy, const N: usize>(
    out: &mut impl Write,
    values: &[T],
    bytes: impl Fn(T) -> [u8; N],
) -> Result<(), FormatError> {
    let mut memory = Vec::with_capacity(CHUNK * N);
    for chunk in values.chunks(CHUNK) {
        memory.clear();
        memory.extend(chunk.iter().flat_map(|value| bytes(*value)));
        out.write_all(&memory)?;
    }
    Ok(())
}

fn fault(name: &str, what: &str) -> FormatError {
    super::fault::fault(format_args!("variable {name}: {what}"))
}
