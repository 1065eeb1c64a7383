//! What is known about a new study.

use super::files::Format;

/// What the pipeline of a study is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    /// A layer with reference masks.
    Layer,
    /// Vessels with reference masks.
    Vessels,
    /// Scans without reference masks.
    NoMasks,
}

/// What is known about a study.
#[derive(Debug, Clone)]
pub(super) struct Study {
    pub name: String,
    pub subject: Subject,
    pub format: Format,
    /// Role of the reference masks.
    pub role: String,
    /// Whether every scan has a reference mask.
    pub all_have_masks: bool,
    /// All labels that were seen.
    pub values: Vec<i32>,
    /// Labels of the structure, and its name.
    pub labels: Vec<i32>,
    pub structure: String,
    pub folds: u32,
    /// Shape of the smallest scan.
    pub shape: [usize; 3],
    pub knows_size: bool,
    /// Id of a scan to draw.
    pub first: String,
    /// Columns of the spreadsheet.
    pub attributes: Vec<String>,
}
