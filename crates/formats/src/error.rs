//! What can be wrong with a file.

use std::path::{Path, PathBuf};

use rsom_volume::VolumeError;

/// A file that cannot be read, written or trusted. The message does not name the file, unless it is one of several.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// The operating system refused.
    #[error("{0}")]
    System(#[from] std::io::Error),
    /// The content is no valid file of its format.
    #[error("{format}: {fault}")]
    Format {
        /// Name of the format, such as `NIfTI`.
        format: &'static str,
        /// What is wrong.
        fault: String,
    },
    /// The file is valid, but of a kind that this project does not read.
    #[error("{format}: {what} is not supported")]
    Unsupported {
        /// Name of the format.
        format: &'static str,
        /// What is not supported.
        what: String,
    },
    /// A picture that cannot be read; the message names its format.
    #[error("{0}")]
    Picture(String),
    /// A volume that is larger than the stated limit.
    #[error("{values} values are more than the limit of {limit}")]
    Limit {
        /// Voxels times channels.
        values: u128,
        /// The most that are allowed.
        limit: u64,
    },
    /// Voxels that are no numbers.
    #[error("{nan} voxels are NaN and {infinite} infinite")]
    NonFinite {
        /// How many are NaN.
        nan: usize,
        /// How many are infinite.
        infinite: usize,
    },
    /// A mask with more than one value beside 0.
    #[error("it is no binary mask: beside 0 it holds {}", list(.values))]
    NotBinary {
        /// The first few of them, sorted.
        values: Vec<f64>,
    },
    /// A label that is no integer of 32 bits.
    #[error("{value} is no label: labels are integers of 32 bits")]
    NotALabel {
        /// The value.
        value: f64,
    },
    /// An intensity that would change when stored.
    #[error("the intensity {value} cannot be stored as {storage} without change")]
    DoesNotFit {
        /// The intensity.
        value: f32,
        /// The type it should be stored as.
        storage: String,
    },
    /// A table breaks an invariant.
    #[error("{0}")]
    Table(#[from] crate::table::TableError),
    /// A volume breaks an invariant.
    #[error("{0}")]
    Volume(#[from] VolumeError),
    /// One of several files is at fault.
    #[error("{}: {fault}", path.display())]
    At {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        fault: Box<FormatError>,
    },
}

impl FormatError {
    /// A file that breaks its format.
    #[must_use]
    pub fn format(format: &'static str, fault: impl std::fmt::Display) -> Self {
        Self::Format {
            format,
            fault: fault.to_string(),
        }
    }

    /// A valid file that this project does not read.
    #[must_use]
    pub fn unsupported(format: &'static str, what: impl std::fmt::Display) -> Self {
        Self::Unsupported {
            format,
            what: what.to_string(),
        }
    }

    /// Names the file at fault.
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
    let words: Vec<String> = values.iter().map(ToString::to_string).collect();
    words.join(", ")
}
