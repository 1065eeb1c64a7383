//! Why a value is what it is, or is missing: the one policy for empty masks.

use std::fmt;

/// Whether a measurement had what it needs.
///
/// The policy for empty masks, for every measure of this crate:
///
/// | | both empty | prediction empty | reference empty |
/// |---|---|---|---|
/// | Dice, IoU, clDice | 1 | 0 | 0 |
/// | precision, topology precision | none | none | 0 |
/// | recall, topology sensitivity | none | 0 | none |
/// | hole count | 0 | every reference column | 0 |
/// | coverage | none | 0 | none |
/// | `precision_bscan_coverage` | 0 | 0 | as usual |
/// | `recall_bscan_coverage` | 0 | as usual | 0 |
/// | measures of the prediction alone (Ra and its coverage, thickness, normals) | none | none | as usual, `ok` |
/// | measures of the reference alone | none | as usual, `ok` | none |
/// | thickness bias | none | none | none |
///
/// [`biomarkers`](crate::biomarkers()) have no reference: an empty mask is an empty prediction, its voxels, volumes and
/// shares of columns or of the grid are 0, and what is measured inside it (thickness, depth of vessels) is none.
///
/// "None" is a missing value. The status names the empty mask beside every other entry, whether or not a value stands.
/// Other software gives Dice of two empty masks as 0, 1 or not a number; 1 is what the paper's authors used.
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
    pub fn as_str(self) -> &'static str {
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
