//! What the values of a file represent.

use rsom_parameters::{Choice, Parameters};

/// What the values of a file represent; this decides how they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub(super) enum Content {
    /// Intensities.
    Volume,
    /// A mask: 0, and one other value, which is set.
    Mask,
    /// Integer labels of structures.
    Labels,
}

/// Parameters of files that do not state their voxel size or the meaning of their values.
#[derive(Debug, Parameters)]
pub(super) struct Values {
    /// Voxel size along x, y, z (unset: that of the file where it states one, else unknown).
    #[parameter(unit = "mm")]
    pub spacing_mm: Option<[f64; 3]>,
    /// Type of the values: intensities, a mask (0 and one other value), or labels.
    #[parameter(default = Content::Volume)]
    pub kind: Content,
}
