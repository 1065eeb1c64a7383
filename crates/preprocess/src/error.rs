//! Why a preparation step cannot be done.

use rsom_volume::VolumeError;

/// A step that does not fit its volume.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PreprocessError {
    /// Volumes that do not fit together, or an empty result.
    #[error(transparent)]
    Volume(#[from] VolumeError),
    /// A result beyond [`crate::MAX_VOXELS`].
    #[error("a volume of {shape:?} voxels is larger than the limit of {limit} voxels")]
    TooLarge {
        /// The shape asked for.
        shape: [usize; 3],
        /// The limit.
        limit: usize,
    },
    /// A voxel size was asked for, but that of the volume is unknown.
    #[error("the voxel size is unknown, so it cannot be resampled to one in mm; give a shape")]
    UnknownSpacing,
    /// A voxel size that is zero, negative or not finite was asked for.
    #[error("a voxel size of {0:?} mm is not positive and finite")]
    BadSpacing([f64; 3]),
    /// Two volumes whose voxels do not coincide, so that one is no crop of the other.
    #[error("the voxels of the volumes do not coincide: {left} against {right}")]
    NoCommonLattice {
        /// The first grid.
        left: Box<rsom_volume::Grid>,
        /// The second grid.
        right: Box<rsom_volume::Grid>,
    },
    /// A voxel that is NaN or infinite.
    #[error("channel {channel} holds a voxel that is not finite")]
    NotFinite {
        /// Name of the channel.
        channel: String,
    },
    /// A channel that the scan does not have.
    #[error("there is no channel {wanted}; the scan has {present:?}")]
    NoSuchChannel {
        /// The name asked for.
        wanted: String,
        /// The names there are.
        present: Vec<String>,
    },
    /// A declared setting that is out of bounds.
    #[error(transparent)]
    Parameter(#[from] rsom_parameters::ParameterFault),
    /// A setting outside its range.
    #[error("{name} is {value}, but it must be {rule}")]
    BadSetting {
        /// Name of the setting.
        name: &'static str,
        /// Its value.
        value: f64,
        /// What it has to be.
        rule: &'static str,
    },
    /// A range whose start is not before its end.
    #[error("the range {name} from {start} to {end} is empty")]
    EmptyRange {
        /// Name of the setting.
        name: &'static str,
        /// First value.
        start: f64,
        /// Value after the last.
        end: f64,
    },
    /// A scan too shallow to look for a band of this thickness.
    #[error(
        "{depth_vox} voxels of depth are too few to detect a surface on a scale of {scale_vox} voxels"
    )]
    TooShallow {
        /// Depth of the scan.
        depth_vox: usize,
        /// Scale asked for.
        scale_vox: usize,
    },
    /// A B-scan without any contrast.
    #[error("B-scan y = {slice} shows no surface: it has no contrast along depth")]
    NoSurface {
        /// The B-scan.
        slice: usize,
    },
    /// A skin map that is none.
    #[error("the skin's surface cannot be used: {0}")]
    BadSkinMap(&'static str),
    /// Channels of a raw scan that do not lie on each other.
    #[error("LF has {:?} voxels along x, y, z and HF {:?}", .0[0], .0[1])]
    ChannelShapes([[usize; 3]; 2]),
    /// A layer on another grid than the prepared scan.
    #[error("the layer has {layer:?} voxels along x, y, z, the prepared scan {scan:?}")]
    LayerShape {
        /// The layer's shape.
        layer: [usize; 3],
        /// The scan's.
        scan: [usize; 3],
    },
    /// A channel of a raw scan that cannot be divided by its maximum.
    #[error("channel {0} holds no positive voxel")]
    NothingPositive(&'static str),
    /// Voxels that a step before left in another order than it had to.
    #[error("the voxels do not lie in memory in the order x, y, z")]
    NotInOrder,
    /// A surface or table of shifts over another field than the volume.
    #[error("{what} covers {columns:?} columns, the volume {volume:?}")]
    ColumnMismatch {
        /// What does not fit.
        what: &'static str,
        /// Its columns along x and y.
        columns: [usize; 2],
        /// Those of the volume.
        volume: [usize; 2],
    },
}
