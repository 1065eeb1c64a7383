//! What the values of a file are.

use rsom_parameters::{Choice, Parameters};

/// What the values of a file are, and so how they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub(super) enum Content {
    /// Intensities.
    Volume,
    /// A mask: anything but 0.
    Mask,
    /// Whole numbers that name structures.
    Labels,
}

/// What a file of values does not say of itself.
#[derive(Debug, Parameters)]
pub(super) struct Values {
    /// Voxel size along x, y, z (unset: unknown).
    #[parameter(unit = "mm")]
    pub spacing_mm: Option<[f64; 3]>,
    /// Type of the values: intensities, a mask (every value except 0), or labels.
    #[parameter(default = Content::Volume)]
    pub kind: Content,
}
