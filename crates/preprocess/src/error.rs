//! Errors of the preparation steps.

use rsom_volume::VolumeError;

/// A step that cannot be applied to its volume.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PreprocessError {
    /// Volumes that do not fit together, or an empty result.
    #[error(transparent)]
    Volume(#[from] VolumeError),
    /// A result beyond [`crate::MAX_VOXELS`].
    #[error(
        "a volume of {shape:?} voxels exceeds the limit of {limit} voxels; choose a smaller shape"
    )]
    TooLarge {
        /// The shape asked for.
        shape: [usize; 3],
        /// The limit.
        limit: usize,
    },
    /// A target in mm for a volume whose voxel size is unknown.
    #[error(
        "the voxel size is unknown, so the volume cannot be resampled to a size in mm; give a shape"
    )]
    UnknownSpacing,
    /// A requested voxel size that is zero, negative or not finite.
    #[error("the voxel size {0:?} mm must be positive and finite")]
    BadSpacing([f64; 3]),
    /// Two volumes whose voxels do not coincide: neither is a crop of the other.
    #[error("the voxels of the volumes do not coincide: one has {left}, the other {right}")]
    NoCommonLattice {
        /// The first grid.
        left: Box<rsom_volume::Grid>,
        /// The second grid.
        right: Box<rsom_volume::Grid>,
    },
    /// A voxel that is NaN or infinite.
    #[error("channel {channel} has NaN or infinite voxels")]
    NotFinite {
        /// Name of the channel.
        channel: String,
    },
    /// A channel that the scan does not have.
    #[error("there is no channel {wanted}; the scan has {present:?}")]
    NoSuchChannel {
        /// The name asked for.
        wanted: String,
        /// The channels of the scan.
        present: Vec<String>,
    },
    /// A parameter that is out of bounds.
    #[error(transparent)]
    Parameter(#[from] rsom_parameters::ParameterFault),
    /// A setting outside its range.
    #[error("{name} is {value}, but it must be {rule}")]
    BadSetting {
        /// Name of the setting.
        name: &'static str,
        /// Its value.
        value: f64,
        /// The allowed values.
        rule: &'static str,
    },
    /// A range whose start is not below its end.
    #[error("the range {name} from {start} to {end} is empty; the start must be below the end")]
    EmptyRange {
        /// Name of the setting.
        name: &'static str,
        /// First value.
        start: f64,
        /// End of the range, which it does not include.
        end: f64,
    },
    /// A scan with too few depths for bands of this thickness.
    #[error(
        "{depth_vox} voxels of depth are too few to detect a surface at a scale of {scale_vox} voxels; choose a smaller scale"
    )]
    TooShallow {
        /// Depth of the scan.
        depth_vox: usize,
        /// Scale asked for.
        scale_vox: usize,
    },
    /// A B-scan without contrast.
    #[error("B-scan y = {slice} has no detectable surface: it has no contrast along depth")]
    NoSurface {
        /// Index of the B-scan (y).
        slice: usize,
    },
    /// A surface map that is unusable.
    #[error("the skin's surface cannot be used: {0}")]
    BadSkinMap(&'static str),
    /// LF and HF with different shapes.
    #[error("LF has {:?} voxels along x, y, z, but HF has {:?}", .0[0], .0[1])]
    ChannelShapes([[usize; 3]; 2]),
    /// A layer mask whose shape differs from the prepared scan.
    #[error("the layer has {layer:?} voxels along x, y, z, but the prepared scan has {scan:?}")]
    LayerShape {
        /// The layer's shape.
        layer: [usize; 3],
        /// The scan's.
        scan: [usize; 3],
    },
    /// A channel of a raw scan that cannot be divided by its maximum.
    #[error("channel {0} has no positive voxel, so it cannot be normalized")]
    NothingPositive(&'static str),
    /// Voxels in another memory order than the step requires (an internal error).
    #[error("the voxels are not stored in memory in the order x, y, z")]
    NotInOrder,
    /// A surface or table of shifts with other columns than the volume.
    #[error("{what} has {columns:?} columns along x and y, but the volume has {volume:?}")]
    ColumnMismatch {
        /// The surface or the table of shifts.
        what: &'static str,
        /// Its columns along x and y.
        columns: [usize; 2],
        /// Those of the volume.
        volume: [usize; 2],
    },
}
