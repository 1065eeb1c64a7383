//! Pictures: the pixels of PNG files and of the pages of TIFF files.

mod picture;
mod png;
mod tiff;

pub use picture::{Picture, Sample};
pub use png::read_png;
pub use tiff::read_tiff;

use std::path::Path;

use rsom_stage::StageError;

/// Reads every picture of a PNG or TIFF file, told apart by content.
///
/// # Errors
/// Exit code 3: neither format, or broken; the message names the file and the fault.
pub fn read_pictures(path: &Path) -> Result<Vec<Picture>, StageError> {
    let bytes =
        std::fs::read(path).map_err(|e| StageError::input(path, rsom_stage::atomic::plain(&e)))?;
    let pictures = match bytes.get(..4) {
        Some([0x89, b'P', b'N', b'G']) => read_png(&bytes).map(|picture| vec![picture]),
        Some(b"II*\0" | b"MM\0*" | b"II+\0" | b"MM\0+") => read_tiff(&bytes),
        _ => Err("it is neither a PNG nor a TIFF file".into()),
    };
    pictures.map_err(|fault| StageError::input(path, fault))
}
