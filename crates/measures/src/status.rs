//! Status of a value: whether it is valid, or why it is missing.

use std::fmt;

/// Status of a measurement.
///
/// The status states an empty mask even if there is a value: Dice of an empty prediction is 0, with the status
/// `empty_prediction`. `rsom-metrics` documents every measure for empty masks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// The value is valid.
    Ok,
    /// The reference is empty.
    EmptyReference,
    /// The prediction is empty.
    EmptyPrediction,
    /// Both masks are empty.
    BothEmpty,
    /// The masks are not empty, but the value is undefined: unknown voxel size, or no measurable column.
    Undefined,
}

impl Status {
    /// The status of a measure that needs both masks.
    #[must_use]
    pub fn of_pair(reference_empty: bool, prediction_empty: bool) -> Self {
        match (reference_empty, prediction_empty) {
            (false, false) => Status::Ok,
            (true, false) => Status::EmptyReference,
            (false, true) => Status::EmptyPrediction,
            (true, true) => Status::BothEmpty,
        }
    }

    /// The word in tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Status::Ok => "ok",
            Status::EmptyReference => "empty_reference",
            Status::EmptyPrediction => "empty_prediction",
            Status::BothEmpty => "both_empty",
            Status::Undefined => "undefined",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A table may come from another program with other words, so a status read from a file is text.
impl PartialEq<Status> for String {
    fn eq(&self, status: &Status) -> bool {
        self == status.as_str()
    }
}
