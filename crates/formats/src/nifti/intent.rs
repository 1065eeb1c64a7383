//! The intent of a file: whether its values are intensities (NIfTI-1 standard, `nifti1.h`, section "Interpretation of
//! voxel data").

use super::fault::FORMAT;
use super::header::Header;
use crate::FormatError;

/// Codes of values that are not one number per voxel, with their names.
const VECTORS: [(i32, &str); 7] = [
    (1004, "a matrix per voxel"),
    (1005, "a symmetric matrix per voxel"),
    (1006, "displacement vectors"),
    (1007, "vectors"),
    (1008, "a set of points"),
    (1009, "triangles"),
    (1010, "quaternions"),
];
/// The code of labels.
const LABELS: i32 = 1002;
/// Codes of colors: red, green and blue, also with alpha.
const COLORS: [(i32, usize); 2] = [(2003, 3), (2004, 4)];
/// Codes of statistics: correlation, t, F, z, … p-values and their logarithms.
const STATISTICS: std::ops::RangeInclusive<i32> = 2..=24;
/// Codes of the unit of the fourth axis that are times.
const TIMES: [u8; 3] = [8, 16, 24];

/// Refuses values that are parts of vectors or matrices: as channels they would mean something else.
///
/// # Errors
/// The intent, by name.
pub(super) fn refuse_vectors(header: &Header) -> Result<(), FormatError> {
    match VECTORS.iter().find(|(code, _)| *code == header.intent) {
        None => Ok(()),
        Some((code, name)) => {
            let what = format_args!("{name} (intent_code {code})");
            Err(FormatError::unsupported(FORMAT, what))
        }
    }
}

/// What the intent of a file says, in a few words; `None` for a file without an intent.
pub(super) fn words(header: &Header) -> Option<String> {
    let code = header.intent;
    let refused = VECTORS.iter().find(|(known, _)| *known == code);
    Some(match (code, refused) {
        (0, _) => return None,
        (_, Some((_, name))) => format!("{code} ({name}; such values are not read)"),
        (LABELS, _) => format!("{code} (labels)"),
        (2003 | 2004, _) => format!("{code} (colors)"),
        _ if STATISTICS.contains(&code) => format!("{code} (a statistic)"),
        _ => code.to_string(),
    })
}

/// Whether the channels are red, green and blue, and alpha for a fourth one.
pub(super) fn is_color(intent: i32, channels: usize) -> bool {
    COLORS.contains(&(intent, channels))
}

/// A note about labels that are read as intensities.
pub(super) fn note_of_labels(header: &Header) -> Option<String> {
    (header.intent == LABELS).then(|| {
        format!("its values are labels (intent_code {LABELS}), but are read as intensities")
    })
}

/// Warnings about values that may not be intensities, and about lengths without a unit.
pub(super) fn doubts(header: &Header) -> Vec<String> {
    let mut doubts = Vec::new();
    let volumes = header.shape.get(3).copied().unwrap_or(1);
    if STATISTICS.contains(&header.intent) {
        let code = header.intent;
        doubts.push(format!(
            "its values are a statistic (intent_code {code}), not intensities"
        ));
    }
    if volumes > 1 && TIMES.contains(&header.time_unit) {
        doubts.push(format!(
            "its fourth axis is time; its {volumes} time points are taken as channels"
        ));
    }
    let size = &header.pixdim[1..4];
    if !(1..=3).contains(&header.unit) && size != [1.0; 3] {
        doubts.push(format!(
            "the unit of its voxel size {size:?} is unknown; mm is assumed"
        ));
    }
    doubts
}
