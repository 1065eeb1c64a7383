//! Raw RSOM scans as the scanner's software leaves them: a MATLAB file for each of LF and HF, and one of the skin's surface.
//!
//! Voxels keep the precision of their file: what the released preparation makes of a scan depends on it in the last bit.

mod channel;
mod imported;
mod sessions;
mod surface;

use std::path::Path;

pub use imported::{load, save};
pub use sessions::{Found, Incomplete, Session, find_sessions, manifest_of};

use rsom_stage::{StageError, atomic};

use rsom_formats::FormatError;
use rsom_volume::{RawChannel, SkinSurface};

/// Voxel size of RSOM scans along x, y, z, in mm.
pub const SPACING_MM: [f64; 3] = [0.012, 0.012, 0.003];
/// Names of the channels.
pub const CHANNELS: [&str; 2] = ["LF", "HF"];

/// Reads the reconstruction in a MATLAB file: the variable `R` (z, y, x), or the only one of three extents.
///
/// # Errors
/// The file cannot be read or holds no such variable; NaN or infinite voxels.
pub fn read_channel(path: &Path) -> Result<RawChannel, FormatError> {
    channel::read(path)
}

/// Reads the skin's surface from a MATLAB file: the variables `surfSmooth` (x, y), `dx` and `dy`.
///
/// # Errors
/// The file cannot be read or holds no such variables.
pub fn read_surface(path: &Path) -> Result<SkinSurface, FormatError> {
    surface::read(path)
}

/// Writes a reconstruction as the scanner's software does: the variable `R` (z, y, x) in its precision, compressed if wanted.
///
/// # Errors
/// Exit code 4: the file cannot be written, or the format cannot hold so many voxels.
pub fn write_channel(
    path: &Path,
    channel: &RawChannel,
    compressed: bool,
) -> Result<(), StageError> {
    atomic::write(path, |temporary| {
        channel::write(temporary, channel, compressed).map_err(|e| StageError::output(path, e))
    })
}

/// Writes the skin's surface as the scanner's software does: `surfSmooth` (x, y), `dx` and `dy` in double precision.
///
/// # Errors
/// Exit code 4: the file cannot be written.
pub fn write_surface(path: &Path, surface: &SkinSurface) -> Result<(), StageError> {
    atomic::write(path, |temporary| {
        surface::write(temporary, surface).map_err(|e| StageError::output(path, e))
    })
}

fn fault(what: impl std::fmt::Display) -> FormatError {
    FormatError::Format {
        format: "MATLAB",
        fault: what.to_string(),
    }
}
