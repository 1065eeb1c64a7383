//! NIfTI volumes: every header field is validated on reading and set deliberately on writing.
//!
//! Reads NIfTI-1 and NIfTI-2, `.nii`, `.nii.gz` and `.hdr`/`.img` pairs, both byte orders, every real scalar type,
//! RGB24 and RGBA32 (as channels), `scl_slope` and `scl_inter`. The header is validated completely before memory is
//! allocated; the `nifti` crate decodes NIfTI-1 headers and voxels only after that. Writes NIfTI-1.
//!
//! Arrays have standard (row-major) layout with axes (x, y, z, channel), independent of the order in the file. Axes are
//! used as stored, without reorientation.

mod doubts;
mod fault;
mod geometry;
mod gunzip;
mod gzip;
mod header;
mod header2;
mod intent;
mod layout;
mod limits;
mod magic;
mod raw_header;
mod read;
mod scaling;
mod source;
mod summary;
mod voxel_type;
mod voxels;
mod write;

pub use header::Header;
pub use limits::Limits;
pub use magic::is;
pub use read::{
    Noted, Reading, read_channels, read_doubts, read_grid, read_header, read_intent, read_labels,
    read_labels_with, read_mask, read_mask_with, read_scan, read_scan_with, states_orientation,
};
pub use summary::{VoxelSummary, has_voxels, summarize};
pub use voxel_type::VoxelType;
pub use write::{
    Storage, write_bytes, write_doubles, write_labels, write_mask, write_scan, write_singles,
};
