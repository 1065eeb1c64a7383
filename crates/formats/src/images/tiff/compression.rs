//! Compressions of strips and tiles: none, PackBits, LZW, deflate. All others are refused by name.

use std::io::Read;

use flate2::read::ZlibDecoder;

use super::directory::Directory;
use super::tag;
use crate::images::{Sample, SampleKind};

/// Compression of a chunk (TIFF 6.0, sections 7, 9 and 13; technical note 2 for deflate).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compression {
    None,
    PackBits,
    Lzw,
    Deflate,
}

/// What was done to the samples before compression (TIFF 6.0, section 14; technical note 3 for floats).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Predictor {
    /// Nothing.
    None,
    /// Differences of neighbors in a row.
    Differences,
    /// Bytes of floats sorted by significance, then differences.
    Floats,
}

impl Compression {
    pub(super) fn of(directory: &Directory) -> Result<Self, String> {
        let code = directory.one(tag::COMPRESSION)?.unwrap_or(1);
        let name = match code {
            1 => return Ok(Self::None),
            5 => return Ok(Self::Lzw),
            8 | 32946 => return Ok(Self::Deflate),
            32773 => return Ok(Self::PackBits),
            2 => "CCITT RLE",
            3 => "CCITT T.4 (fax group 3)",
            4 => "CCITT T.6 (fax group 4)",
            6 | 7 | 33007 | 34892 => "JPEG",
            33003..=33005 | 34712 => "JPEG 2000",
            34887 => "LERC",
            34925 => "LZMA",
            50000 | 34926 => "Zstandard",
            50001 | 34927 => "WebP",
            50002 | 52546 => "JPEG XL",
            _ => {
                return Err(format!(
                    "TIFF: Compression {code} is not supported; store without compression, or with LZW or deflate"
                ));
            }
        };
        Err(format!(
            "TIFF: {name} compression is not supported; store without compression, or with LZW or deflate"
        ))
    }

    /// Largest growth from stored to unpacked bytes.
    pub(super) fn largest_growth(self) -> u64 {
        match self {
            Self::None => 1,
            Self::PackBits => 64,
            // A code of 12 bits stands for at most 3,837 bytes.
            Self::Lzw => 2600,
            Self::Deflate => 1032,
        }
    }

    /// Unpacks at most `len` bytes.
    ///
    /// # Errors
    /// Corrupt data. Data that end too early give fewer bytes.
    pub(super) fn unpack(self, stored: &[u8], len: usize) -> Result<Vec<u8>, String> {
        match self {
            Self::None => Ok(stored[..len.min(stored.len())].to_vec()),
            Self::PackBits => Ok(unpack_bits(stored, len)),
            Self::Lzw => unpack_lzw(stored, len),
            Self::Deflate => {
                let mut bytes = Vec::new();
                let read = ZlibDecoder::new(stored)
                    .take(len as u64)
                    .read_to_end(&mut bytes);
                match read {
                    Err(error) if error.kind() != std::io::ErrorKind::UnexpectedEof => {
                        Err(format!("corrupt deflate data ({error})"))
                    }
                    _ => Ok(bytes),
                }
            }
        }
    }
}

impl Predictor {
    pub(super) fn of(directory: &Directory, sample: Sample) -> Result<Self, String> {
        let whole = matches!(sample.bits, 8 | 16 | 32 | 64);
        match directory.one(tag::PREDICTOR)?.unwrap_or(1) {
            1 => Ok(Self::None),
            2 if whole => Ok(Self::Differences),
            3 if sample.kind == SampleKind::Float => Ok(Self::Floats),
            other => Err(format!(
                "TIFF: Predictor {other} of {sample} samples is not supported"
            )),
        }
    }
}

/// PackBits (TIFF 6.0, section 9).
fn unpack_bits(stored: &[u8], len: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = stored;
    while let Some((head, behind)) = rest.split_first() {
        if bytes.len() >= len {
            break;
        }
        rest = match head.cast_signed() {
            -128 => behind,
            count @ 0.. => {
                let count = (count as usize + 1).min(behind.len());
                bytes.extend_from_slice(&behind[..count]);
                &behind[count..]
            }
            count => {
                let Some((byte, behind)) = behind.split_first() else {
                    break;
                };
                let count = 1 + usize::from(count.unsigned_abs());
                bytes.extend(std::iter::repeat_n(*byte, count));
                behind
            }
        };
    }
    bytes.truncate(len);
    bytes
}

/// LZW (TIFF 6.0, section 13).
fn unpack_lzw(stored: &[u8], len: usize) -> Result<Vec<u8>, String> {
    // Codes of the writers before 1990 begin with their least significant bit.
    if matches!(stored, [0, second, ..] if second & 1 == 1) {
        return Err("LZW of writers before TIFF 5.0 is not supported".into());
    }
    let mut bytes = vec![0; len];
    let mut decoder = weezl::decode::Decoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8);
    let (mut taken, mut given) = (0, 0);
    // The decoder may hold bytes back after the last of its input.
    while given < len {
        let step = decoder.decode_bytes(&stored[taken..], &mut bytes[given..]);
        taken += step.consumed_in;
        given += step.consumed_out;
        match step.status {
            Ok(weezl::LzwStatus::Ok) if step.consumed_in + step.consumed_out > 0 => {}
            Ok(_) => break,
            Err(error) => return Err(format!("corrupt LZW data ({error})")),
        }
    }
    bytes.truncate(given);
    Ok(bytes)
}
