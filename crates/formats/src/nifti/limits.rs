//! Limits of what a file may ask for.

/// What a file may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most values (voxels times channels) that a volume may hold.
    pub voxels: u64,
}

impl Limits {
    /// 2³¹ values: 75 RSOM scans of the paper's size in one file.
    pub const DEFAULT: Self = Self { voxels: 1 << 31 };
}
