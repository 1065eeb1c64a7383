//! NIfTI volumes: read with suspicion, written with every header field on purpose.
//!
//! Reads NIfTI-1 and NIfTI-2, `.nii`, `.nii.gz` and `.hdr`/`.img` pairs, both byte orders, every real scalar type,
//! RGB24 and RGBA32 (as channels), `scl_slope` and `scl_inter`. A header is checked completely before anything is
//! allocated; the `nifti` crate behind it decodes NIfTI-1 headers and voxels, and never sees a file that has not
//! passed. Writes NIfTI-1.
//!
//! Arrays come in standard (row-major) layout with axes (x, y, z, channel), whatever the order in the file. Axes are
//! taken as they are stored: no reorientation.

mod fault;
mod geometry;
mod gzip;
mod header;
mod header2;
mod layout;
mod limits;
mod magic;
mod raw_header;
mod read;
mod source;
mod summary;
mod voxel_type;
mod voxels;
mod write;

pub use header::Header;
pub use limits::Limits;
pub use magic::is;
pub use read::{
    Reading, read_channels, read_doubts, read_grid, read_header, read_labels, read_mask, read_scan,
    read_scan_with,
};
pub use summary::{VoxelSummary, has_voxels, summarize};
pub use voxel_type::VoxelType;
pub use write::{
    Storage, write_bytes, write_doubles, write_labels, write_mask, write_scan, write_singles,
};
