//! Raw RSOM scans as the scanner's software leaves them: a MATLAB file for each of LF and HF, and one of the skin's surface.
//!
//! Voxels keep the precision of their file: what the released preparation makes of a scan depends on it in the last bit.

mod channel;
mod imported;
mod sessions;
mod surface;
mod variable;

pub use channel::{CHANNELS, SPACING_MM, read_channel, write_channel};
pub use imported::{load, save};
pub use sessions::{Found, Incomplete, Session, find_sessions, manifest_of};
pub use surface::{read_surface, write_surface};
