//! Pictures: PNG files, and the slices of TIFF files.
//!
//! Values are those that the file stores. What a file says about display (gamma, white is zero) changes no value.

mod palette;
mod picture;
mod png;
mod reading;
mod stack;
mod tiff;

pub use picture::{Form, Picture, Sample, SampleKind};
pub use png::{check_png, png_text, read_png};
pub use reading::{Content, PaletteUse, Reading};
pub use stack::Stack;
pub use tiff::read_tiff;

use std::path::Path;

use crate::{FormatError, opened};

/// Reads the pictures of a PNG or TIFF file; the format is recognized by content.
///
/// # Errors
/// Another format, or a broken file; the message states the fault.
pub fn read_pictures(path: &Path, reading: Reading) -> Result<Stack, FormatError> {
    let bytes = opened::read(path)?;
    let stack = match bytes.get(..4) {
        Some([0x89, b'P', b'N', b'G']) => read_png(&bytes, reading),
        Some(b"II*\0" | b"MM\0*" | b"II+\0" | b"MM\0+") => read_tiff(&bytes, reading),
        _ => Err("it is neither a PNG nor a TIFF file".into()),
    };
    stack.map_err(FormatError::Picture)
}
