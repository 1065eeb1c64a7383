//! What can be wrong with a file.

use std::path::{Path, PathBuf};

use rsom_volume::VolumeError;

/// A file that cannot be read, written or trusted. The message does not name the file, unless it is one of several.
#[derive(Debug, thiserror::Error)]
pub enum IoError {
    /// The operating system refused.
    #[error("{}", rsom_stage::atomic::plain(.0))]
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
        fault: Box<IoError>,
    },
}

impl IoError {
    /// A file that breaks its format.
    pub(crate) fn format(format: &'static str, fault: impl std::fmt::Display) -> Self {
        Self::Format {
            format,
            fault: fault.to_string(),
        }
    }

    /// A valid file that this project does not read.
    pub(crate) fn unsupported(format: &'static str, what: impl std::fmt::Display) -> Self {
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
