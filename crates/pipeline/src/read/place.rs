//! The place of a part of a pipeline: a line of the pipeline file, or of one that it includes.

use rsom_stage::yaml;

/// Number of a file among those of a pipeline: 0 is the pipeline file itself.
pub(crate) type FileNumber = usize;

/// Line and column in one of the files of a pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Place {
    /// Number of the file: 0 is the pipeline file itself.
    pub file: FileNumber,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
}

impl Place {
    /// A place in a file.
    pub(crate) fn of(file: FileNumber, place: yaml::Place) -> Self {
        Self {
            file,
            line: place.line,
            column: place.column,
        }
    }
}
