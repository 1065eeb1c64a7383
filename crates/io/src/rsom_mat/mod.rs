//! Raw RSOM scans in the scanner's format: one MATLAB file each for LF, HF and the skin surface.
//!
//! Voxels keep the precision of their file: the last bit of the released preparation depends on it.

mod channel;
mod imported;
mod sessions;
mod surface;
mod variable;

pub use channel::{CHANNELS, SPACING_MM, read_channel, write_channel};
pub use imported::{load, save};
pub use sessions::{FolderContents, Incomplete, Session, find_sessions, manifest_of};
pub use surface::{read_surface, write_surface};
