//! How, and for what, a raw scan is prepared.

/// How a raw scan is prepared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, rsom_parameters::Choice)]
pub enum Recipe {
    /// As the released software does it, without its quirks.
    Rsom,
    /// As the released software does it, voxel for voxel.
    Gerl2019,
}

/// What a scan is prepared for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To find the epidermis.
    Layer,
    /// To find vessels.
    Vessel,
}
