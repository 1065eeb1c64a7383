//! Why a phantom cannot be made, and why a tree cannot be grown or drawn: each error may hold the other.

use rsom_volume::VolumeError;

use crate::tree::Face;

/// A configuration that describes no scan.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PhantomError {
    /// An empty shape or a voxel size that is not positive.
    #[error(transparent)]
    Volume(#[from] VolumeError),
    /// More voxels than the limit.
    #[error("a phantom of {shape:?} voxels is larger than the limit of {limit} voxels")]
    TooLarge {
        /// The shape asked for.
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
    /// Settings of trees that describe none, or no room for them.
    #[error(transparent)]
    Tree(Box<TreeError>),
    /// The epidermis leaves the scan.
    #[error(
        "the epidermis does not fit: it reaches down to {needed_um:.0} µm but the scan ends at {depth_um:.0} µm; \
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
    /// Refuses a setting outside its range: name, value, smallest and largest value.
    pub(crate) fn require_ranges(
        ranges: &[(&'static str, f64, f64, f64)],
    ) -> Result<(), PhantomError> {
        for &(name, value, least, most) in ranges {
            // Written so that NaN is refused too.
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

/// Settings that describe no tree, or tissue that has no room for it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TreeError {
    /// A setting outside its range.
    #[error(transparent)]
    Setting(#[from] PhantomError),
    /// A grid that cannot be.
    #[error(transparent)]
    Volume(#[from] VolumeError),
    /// The smallest radius is larger than the largest.
    #[error("radius_um goes from {least} to {largest}, but the first must not be larger")]
    Radii {
        /// Smallest radius in µm.
        least: f64,
        /// Largest radius in µm.
        largest: f64,
    },
    /// Murray's law gives a root a radius above the largest.
    #[error(
        "{terminals} terminals are too many: {roots} roots of at most {largest_um} µm feed {most} terminals of {least_um} µm; \
         ask for fewer, for more roots or for another radius_um"
    )]
    TooManyTerminals {
        /// Terminals asked for.
        terminals: usize,
        /// Number of roots.
        roots: usize,
        /// Most terminals of these roots.
        most: f64,
        /// Smallest radius in µm.
        least_um: f64,
        /// Largest radius in µm.
        largest_um: f64,
    },
    /// Coordinates of roots that do not come in threes.
    #[error("root_places_um has {0} numbers, but x, y and z of each root are three")]
    RootCoordinates(usize),
    /// A root outside the box.
    #[error("the root at {place_um:?} µm lies outside the box of {extent_um:?} µm")]
    RootOutside {
        /// Where it lies.
        place_um: [f64; 3],
        /// The box.
        extent_um: [f64; 3],
    },
    /// Roots that do not fit beside each other.
    #[error("{placed} of {roots} roots fit on the {face} face; ask for fewer or thinner ones")]
    NoRoomForRoots {
        /// Roots that were placed.
        placed: usize,
        /// Roots asked for.
        roots: usize,
        /// The face of the box.
        face: Face,
    },
    /// The first vessel of a root finds no way.
    #[error("root {root} has no room for a vessel; move it, or ask for thinner vessels")]
    NoRoomForTrunk {
        /// Number of the root.
        root: usize,
    },
    /// The tissue is full.
    #[error(
        "the tissue has room for {placed} of {asked} terminals; ask for fewer, for thinner vessels, or for less \
         clearance_um and least_length_um"
    )]
    NoRoom {
        /// Terminals that were placed.
        placed: usize,
        /// Terminals asked for.
        asked: usize,
    },
    /// Depths and levels of demand that do not belong together.
    #[error(
        "demand_depths_um has {depths} numbers and demand_levels {levels}; each depth needs one level"
    )]
    DemandKnots {
        /// Number of depths.
        depths: usize,
        /// Number of levels.
        levels: usize,
    },
    /// Depths that do not grow.
    #[error("demand_depths_um must grow, but {after} comes after {before}")]
    DemandOrder {
        /// A depth in µm.
        before: f64,
        /// The next one.
        after: f64,
    },
    /// A demand that is negative, infinite or no number.
    #[error("a demand of {0} is none: it must be 0 or positive")]
    DemandValue(f64),
    /// Tissue that demands nothing.
    #[error("the tissue demands nothing anywhere")]
    NoDemand,
    /// Voxels of unknown size.
    #[error("a tree cannot be drawn into voxels of unknown size")]
    UnknownSpacing,
}
