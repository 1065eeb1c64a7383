//! Errors of weights files.

/// A weights file that cannot be read or written. The message does not name the file.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// The content is not valid in its format.
    #[error("{0}")]
    Corrupt(String),
    /// A metadata entry is missing or cannot be parsed.
    #[error("the metadata '{key}' is wrong: {fault}")]
    Metadata {
        /// The key of the entry.
        key: String,
        /// The fault.
        fault: String,
    },
    /// A file of this project with another content.
    #[error("this is a file of format '{found}', not {what} ('{expected}')")]
    OtherFormat {
        /// The format that the file states.
        found: String,
        /// The content that the caller expects, in words.
        what: String,
        /// The format that the caller expects.
        expected: String,
    },
    /// An error of the tensor library.
    #[cfg(feature = "tensors")]
    #[error("{0}")]
    Tensor(#[from] candle_core::Error),
}
