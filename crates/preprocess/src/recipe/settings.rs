//! Recipes for raw scans and their purposes.

/// Recipe that prepares a raw scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, rsom_parameters::Choice)]
pub enum Recipe {
    /// As the released software, with its errors corrected.
    Rsom,
    /// As the released software, voxel for voxel.
    Gerl2019,
}

/// The task that a scan is prepared for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Segmentation of the epidermis.
    Layer,
    /// Segmentation of vessels.
    Vessel,
}
