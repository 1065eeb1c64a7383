//! Errors of reading and writing files.

use std::path::{Path, PathBuf};

use rsom_volume::VolumeError;

/// A file that cannot be read or written, or is invalid. The message does not name the file, unless it is one of
/// several.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// An error of the operating system.
    #[error("{0}")]
    System(#[from] std::io::Error),
    /// A file of no bytes.
    #[error("the file is empty")]
    Empty,
    /// A path of something that is not a file.
    #[error("it is {0}")]
    NoFile(&'static str),
    /// The content is not a valid file of its format.
    #[error("{format}: {fault}")]
    Format {
        /// Name of the format, such as `NIfTI`.
        format: &'static str,
        /// The fault.
        fault: String,
    },
    /// The file is valid, but this project does not read its kind.
    #[error("{format}: {what} is not supported")]
    Unsupported {
        /// Name of the format.
        format: &'static str,
        /// The feature that is not supported.
        what: String,
    },
    /// A picture that cannot be read; the message names its format.
    #[error("{0}")]
    Picture(String),
    /// A volume that exceeds the limit.
    #[error("{values} values exceed the limit of {limit}")]
    Limit {
        /// Number of values: voxels times channels.
        values: u128,
        /// Largest allowed number of values.
        limit: u64,
    },
    /// NaN or infinite voxels.
    #[error(
        "{nan} voxels are NaN and {infinite} infinite; 'rsom io convert --replace-non-finite VALUE' replaces them"
    )]
    NonFinite {
        /// Number of NaN voxels.
        nan: usize,
        /// Number of infinite voxels.
        infinite: usize,
    },
    /// A mask with more than one value in addition to 0.
    #[error(
        "it is not a binary mask: in addition to 0 it has the values {}; read it as labels, or set all but one of them to 0 first",
        list(.values)
    )]
    NotBinary {
        /// The first few values, sorted.
        values: Vec<f64>,
    },
    /// A mask whose value in addition to 0 is not a whole number.
    #[error(
        "{} is no value of a mask, which has 0 and one whole number; apply a threshold to probabilities first",
        plain_number(*.value)
    )]
    NotAMaskValue {
        /// The value.
        value: f64,
    },
    /// An intensity that single precision, in which scans are read, cannot represent.
    #[error(
        "the intensity {value} cannot be read in single precision without change, and so not be stored as an integer"
    )]
    NotSingle {
        /// The intensity.
        value: f64,
    },
    /// Intensities that are too large for single precision.
    #[error(
        "{count} voxels, such as {}, are outside single precision, in which scans are read; divide them by a number first",
        plain_number(*.value)
    )]
    OutsideSingle {
        /// Number of these voxels.
        count: usize,
        /// The first of them.
        value: f64,
    },
    /// A label that is not a 32-bit integer.
    #[error("{value} is not a label: labels are 32-bit integers")]
    NotALabel {
        /// The value, as the file states it.
        value: String,
    },
    /// Values of which one is no label.
    #[error("its values are not labels: labels are integers below 2^24")]
    NotLabels,
    /// A scaled value that is not a 32-bit integer.
    #[error(
        "{value} is not a label: labels are 32-bit integers (stored {stored} × scl_slope {slope} + scl_inter {intercept})"
    )]
    NotAScaledLabel {
        /// The scaled value.
        value: f64,
        /// The stored value.
        stored: f64,
        /// The slope.
        slope: f64,
        /// The intercept.
        intercept: f64,
    },
    /// An intensity that the storage type cannot represent exactly.
    #[error("the intensity {value} cannot be stored as {storage} without change")]
    DoesNotFit {
        /// The intensity.
        value: f32,
        /// The requested storage type.
        storage: String,
    },
    /// A table breaks an invariant.
    #[error("{0}")]
    Table(#[from] crate::table::TableError),
    /// A volume breaks an invariant.
    #[error("{0}")]
    Volume(#[from] VolumeError),
    /// An error of one of several files.
    #[error("{}: {fault}", path.display())]
    At {
        /// The file.
        path: PathBuf,
        /// The error.
        fault: Box<FormatError>,
    },
}

impl FormatError {
    /// An invalid file of a format.
    #[must_use]
    pub fn format(format: &'static str, fault: impl std::fmt::Display) -> Self {
        Self::Format {
            format,
            fault: fault.to_string(),
        }
    }

    /// A valid file of an unsupported kind.
    #[must_use]
    pub fn unsupported(format: &'static str, what: impl std::fmt::Display) -> Self {
        Self::Unsupported {
            format,
            what: what.to_string(),
        }
    }

    /// Adds the path of the file to the message.
    #[must_use]
    pub fn at(self, path: &Path) -> Self {
        match self {
            named @ Self::At { .. } => named,
            fault => Self::At {
                path: path.to_path_buf(),
                fault: Box::new(fault),
            },
        }
    }
}

fn list(values: &[f64]) -> String {
    let words: Vec<String> = values.iter().map(|value| plain_number(*value)).collect();
    words.join(", ")
}

/// A number in few letters: very small and very large ones with an exponent.
pub(crate) fn plain_number(value: f64) -> String {
    match value.abs() {
        size if size != 0.0 && size.is_finite() && !(1e-6..1e17).contains(&size) => {
            format!("{value:e}")
        }
        _ => value.to_string(),
    }
}
