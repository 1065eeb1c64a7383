//! What can be wrong with a weights file.

/// Why a weights file cannot be read or written. The message does not name the file.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// The content breaks its format.
    #[error("{0}")]
    Corrupt(String),
    /// A text of the metadata is missing or does not parse.
    #[error("the metadata '{key}' is wrong: {fault}")]
    Metadata {
        /// The key.
        key: String,
        /// What is wrong.
        fault: String,
    },
    /// A file of this project that holds something else.
    #[error("this is a file of format '{found}', not {what} ('{expected}')")]
    OtherFormat {
        /// The format that the file states.
        found: String,
        /// What the caller reads, in words.
        what: String,
        /// The format that the caller reads.
        expected: String,
    },
    /// The tensor library's own errors.
    #[cfg(feature = "tensors")]
    #[error("{0}")]
    Tensor(#[from] candle_core::Error),
}
