//! Errors of phantoms and of trees; each may contain the other.

use rsom_volume::VolumeError;

use crate::tree::Face;

/// Invalid settings of a phantom.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PhantomError {
    /// An empty shape or a voxel size that is not positive.
    #[error(transparent)]
    Volume(#[from] VolumeError),
    /// More voxels than the limit.
    #[error(
        "a phantom of {shape:?} voxels exceeds the limit of {limit} voxels; choose a smaller shape"
    )]
    TooLarge {
        /// The requested shape.
        shape: [usize; 3],
        /// The limit.
        limit: usize,
    },
    /// A setting outside its range.
    #[error("{name} is {value}, but it must be from {least} to {most}")]
    BadSetting {
        /// Name of the setting.
        name: &'static str,
        /// Its value.
        value: f64,
        /// Smallest value.
        least: f64,
        /// Largest value.
        most: f64,
    },
    /// Invalid settings of trees, or no room for them.
    #[error(transparent)]
    Tree(Box<TreeError>),
    /// The epidermis extends below the scan.
    #[error(
        "the epidermis does not fit: it extends to {needed_um:.0} µm but the scan ends at {depth_um:.0} µm; \
         give it more voxels of depth"
    )]
    DoesNotFit {
        /// Depth of the scan.
        depth_um: f64,
        /// Deepest point of the epidermis.
        needed_um: f64,
    },
}

impl From<TreeError> for PhantomError {
    fn from(error: TreeError) -> Self {
        match error {
            TreeError::Setting(fault) => fault,
            other => PhantomError::Tree(Box::new(other)),
        }
    }
}

impl PhantomError {
    /// Checks settings against their ranges, given as name, value, smallest and largest value.
    pub(crate) fn require_ranges(
        ranges: &[(&'static str, f64, f64, f64)],
    ) -> Result<(), PhantomError> {
        for &(name, value, least, most) in ranges {
            // This form also refuses NaN.
            if !(least..=most).contains(&value) {
                return Err(PhantomError::BadSetting {
                    name,
                    value,
                    least,
                    most,
                });
            }
        }
        Ok(())
    }
}

/// Invalid settings of trees, or tissue without room for them.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TreeError {
    /// A setting outside its range.
    #[error(transparent)]
    Setting(#[from] PhantomError),
    /// An invalid grid.
    #[error(transparent)]
    Volume(#[from] VolumeError),
    /// The smallest radius is larger than the largest.
    #[error(
        "radius_um is {least},{largest}, but the first radius must not be larger than the second"
    )]
    Radii {
        /// Smallest radius in µm.
        least: f64,
        /// Largest radius in µm.
        largest: f64,
    },
    /// The radius of a root would exceed the largest radius by Murray's law.
    #[error(
        "{terminals} terminals are too many: {roots} roots of at most {largest_um} µm feed {most} terminals of {least_um} µm; \
         choose fewer terminals, more roots or another radius_um"
    )]
    TooManyTerminals {
        /// Requested number of terminals.
        terminals: usize,
        /// Number of roots.
        roots: usize,
        /// Largest number of terminals of these roots.
        most: f64,
        /// Smallest radius in µm.
        least_um: f64,
        /// Largest radius in µm.
        largest_um: f64,
    },
    /// A number of root coordinates that is not a multiple of three.
    #[error("root_places_um has {0} numbers, but needs three (x, y, z) per root")]
    RootCoordinates(usize),
    /// A root outside the box.
    #[error("the root at {place_um:?} µm lies outside the box of {extent_um:?} µm")]
    RootOutside {
        /// Position of the root.
        place_um: [f64; 3],
        /// Extent of the box.
        extent_um: [f64; 3],
    },
    /// Roots that do not fit next to each other.
    #[error("only {placed} of {roots} roots fit on the {face} face; choose fewer or thinner roots")]
    NoRoomForRoots {
        /// Number of placed roots.
        placed: usize,
        /// Requested number of roots.
        roots: usize,
        /// The face of the box.
        face: Face,
    },
    /// No room for the first vessel of a root.
    #[error("root {root} has no room for a vessel; move it, or choose thinner vessels")]
    NoRoomForTrunk {
        /// Number of the root.
        root: usize,
    },
    /// No room for further terminals.
    #[error(
        "the tissue has room for only {placed} of {asked} terminals; choose fewer terminals, thinner vessels, or a smaller \
         clearance_um and least_length_um"
    )]
    NoRoom {
        /// Number of placed terminals.
        placed: usize,
        /// Requested number of terminals.
        asked: usize,
    },
    /// Depths and levels of demand in different numbers.
    #[error(
        "demand_depths_um has {depths} numbers and demand_levels has {levels}; give one level per depth"
    )]
    DemandKnots {
        /// Number of depths.
        depths: usize,
        /// Number of levels.
        levels: usize,
    },
    /// Depths that are not in ascending order.
    #[error("demand_depths_um must be in ascending order, but {after} comes after {before}")]
    DemandOrder {
        /// A depth in µm.
        before: f64,
        /// The next one.
        after: f64,
    },
    /// A demand that is negative, infinite or NaN.
    #[error("the demand {0} is invalid; it must be a number ≥ 0")]
    DemandValue(f64),
    /// A demand of zero everywhere.
    #[error("the demand is zero everywhere; it must be positive somewhere")]
    NoDemand,
    /// Voxels of unknown size.
    #[error("a tree cannot be drawn into voxels of unknown size; set the voxel size")]
    UnknownSpacing,
}
