//! What all tables for a paper have in common: format, decimals, marks and printed names.

use std::collections::BTreeMap;
use std::path::Path;

use rsom_parameters::Parameters;
use rsom_stage::{Invocation, StageError, Summary, atomic};

use super::format::Format;
use crate::publication::Printing;

/// Parameters of a command that writes a table for a paper.
#[derive(Debug, Parameters)]
pub(super) struct Appearance {
    /// Format of the table; 'csv' writes every number with all digits. 'md' and 'tex', the endings of files, mean markdown
    /// and latex (unset: by the ending of the output, else markdown).
    format: Option<Format>,
    /// Number of decimals: one for all metrics, or one for each of --metric.
    #[parameter(default = [3], min = 0, max = 12)]
    decimals: Vec<usize>,
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

    /// Requires one number of decimals, or one for each metric.
    ///
    /// # Errors
    /// Exit code 2.
    pub fn check_decimals(&self, metrics: usize) -> Result<(), StageError> {
        let given = self.decimals.len();
        if given == 1 || given == metrics {
            return Ok(());
        }
        Err(StageError::usage(format_args!(
            "--decimals: {given} values for {metrics} metrics; give one for all, or one for each of --metric"
        )))
    }

    /// Number of decimals of the metric at a place of `--metric`.
    pub fn decimals_of(&self, place: usize) -> usize {
        let of_place = self.decimals.get(place).or(self.decimals.first());
        of_place.copied().unwrap_or_default()
    }

    /// Names and marks.
    pub fn printing(&self) -> Printing {
        Printing {
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
