//! Limits on the size of a volume.

/// Limits on the size of a volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest number of values (voxels times channels).
    pub voxels: u64,
}

impl Limits {
    /// 2³¹ values: 75 RSOM scans of the paper's size in one file.
    pub const DEFAULT: Self = Self { voxels: 1 << 31 };
}
