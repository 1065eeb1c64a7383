//! Pictures: PNG files and the pages of TIFF files.

mod picture;
mod png;
mod tiff;

pub use picture::{Picture, Sample};
pub use png::read_png;
pub use tiff::read_tiff;

use std::path::Path;

use crate::FormatError;

/// Reads every picture of a PNG or TIFF file; the format is recognized by content.
///
/// # Errors
/// Another format, or a broken file; the message states the fault.
pub fn read_pictures(path: &Path) -> Result<Vec<Picture>, FormatError> {
    let bytes = std::fs::read(path)?;
    match bytes.get(..4) {
        Some([0x89, b'P', b'N', b'G']) => read_png(&bytes)
            .map(|picture| vec![picture])
            .map_err(FormatError::Picture),
        Some(b"II*\0" | b"MM\0*" | b"II+\0" | b"MM\0+") => {
            read_tiff(&bytes).map_err(FormatError::Picture)
        }
        _ => Err(FormatError::Picture(
            "it is neither a PNG nor a TIFF file".into(),
        )),
    }
}
