//! What all tables for a paper have in common: format, decimals, marks and printed names.

use std::collections::BTreeMap;
use std::path::Path;

use rsom_parameters::Parameters;
use rsom_stage::{Invocation, StageError, Summary, atomic};

use super::format::Format;
use crate::publication::{JournalStyle, Printing};

/// Parameters of a command that writes a table for a paper.
#[derive(Debug, Parameters)]
pub(super) struct Appearance {
    /// Format of the table; 'csv' writes every number with all digits. 'md', 'tex' and 'typ', the endings of files, mean
    /// markdown, latex and typst (unset: by the ending of the output, else markdown).
    format: Option<Format>,
    /// Number of decimals: one for all metrics, or one for each of --metric (unset: 3; in tables of tests, as many as show two
    /// digits of the width of the intervals).
    #[parameter(default = Vec::new(), min = 0, max = 12)]
    decimals: Vec<usize>,
    /// How p-values are written: plain (0.031), or as the journals of APA (.031) or AMA (.03) want them.
    #[parameter(default = JournalStyle::Plain)]
    style: JournalStyle,
    /// Significance level: adjusted p-values below it are marked.
    #[parameter(default = 0.05, min = 0.0, max = 1.0)]
    alpha: f64,
    /// Printed names, such as unet=U-Net.
    names: BTreeMap<String, String>,
}

impl Appearance {
    /// The format of a table.
    ///
    /// # Errors
    /// Exit code 2: the given format does not fit the ending of the output.
    pub fn format(&self, output: Option<&Path>) -> Result<Format, StageError> {
        Format::of(self.format, output)
    }

    /// Requires no number of decimals, one, or one for each metric.
    ///
    /// # Errors
    /// Exit code 2.
    pub fn check_decimals(&self, metrics: usize) -> Result<(), StageError> {
        let given = self.decimals.len();
        if given <= 1 || given == metrics {
            return Ok(());
        }
        Err(StageError::usage(format_args!(
            "--decimals: {given} values for {metrics} metrics; give one for all, or one for each of --metric"
        )))
    }

    /// Number of decimals of the metric at a place of `--metric`; `None` if it is not given.
    pub fn decimals_of(&self, place: usize) -> Option<usize> {
        let of_place = self.decimals.get(place).or(self.decimals.first());
        of_place.copied()
    }

    /// Names and marks.
    pub fn printing(&self) -> Printing {
        Printing {
            style: self.style,
            alpha: self.alpha,
            names: self.names.clone(),
        }
    }
}

/// Writes a table to the output, or adds it to the summary if there is none.
///
/// # Errors
/// Exit code 4: the output cannot be written.
pub(super) fn delivered(
    invocation: &Invocation,
    text: String,
    summary: Summary,
) -> Result<Summary, StageError> {
    match invocation.optional_output("output") {
        Some(path) => {
            atomic::write_bytes(path, text.as_bytes())?;
            Ok(summary)
        }
        None => Ok(summary.with("table", text.clone()).text(text)),
    }
}
