//! Why a value is what it is, or is missing.

use std::fmt;

/// Whether a measurement had what it needs.
///
/// The status names an empty mask whether or not the row has a value: Dice of an empty prediction is 0, with the status
/// `empty_prediction`. `rsom-metrics` lists what each measure makes of empty masks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// Both masks had what the measure needs.
    Ok,
    /// The reference holds no voxel.
    EmptyReference,
    /// The prediction holds no voxel.
    EmptyPrediction,
    /// Neither mask holds a voxel.
    BothEmpty,
    /// The masks hold voxels, but the value does not exist: unknown voxel size, no measurable column.
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

    /// The word that stands in tables.
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

/// A table may come from another program, whose words we don't know: a status read from a file is a text.
impl PartialEq<Status> for String {
    fn eq(&self, status: &Status) -> bool {
        self == status.as_str()
    }
}
