//! Why a phantom cannot be made.

use rsom_volume::VolumeError;

use crate::tree::TreeError;

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
