//! Parameters that say which scan of which run a table is about, for every command that writes measurements.

use std::collections::BTreeMap;
use std::path::Path;

use rsom_stage::{Command, Invocation, Parameter, StageError};
use serde::Deserialize;

use super::table::{Keys, check_factors};

static NO_FACTORS: BTreeMap<String, String> = BTreeMap::new();

/// Adds the parameters of [`RunKeys`] to a command; `named_by` is the input whose file name is the scan id by default.
pub fn keyed(command: Command, named_by: &str) -> Command {
    let scan = format!("Scan id (unset: file name of the {named_by})");
    command
        .parameter(Parameter::map(
            "factor",
            "Factor of the run, a column of its own",
        ))
        .parameter(Parameter::text(
            "subject",
            "Subject the scan belongs to (unset: the scan id)",
        ))
        .parameter(Parameter::text("scan", &scan))
        .parameter(Parameter::text(
            "label",
            "Name of the structure in the column `label`",
        ))
}

/// The parameters that [`keyed`] adds.
#[derive(Debug, Deserialize)]
pub struct RunKeys {
    factor: Option<BTreeMap<String, String>>,
    subject: Option<String>,
    scan: Option<String>,
    label: Option<String>,
}

impl RunKeys {
    /// Those of a call.
    ///
    /// # Errors
    /// Exit code 2 for a factor whose name is taken.
    pub fn of(invocation: &Invocation) -> Result<Self, StageError> {
        let keys: Self = invocation.parameters()?;
        check_factors(keys.factor.as_ref().unwrap_or(&NO_FACTORS))?;
        Ok(keys)
    }

    /// What stands in every row of a table; the scan bears the name of a file unless it was given another.
    pub fn keys<'a>(&'a self, path: &'a Path) -> Keys<'a> {
        let scan = self.scan.as_deref().or_else(|| stem(path));
        Keys {
            // A scan whose subject nobody names stands for a subject of its own.
            subject: self.subject.as_deref().or(scan),
            scan,
            label: self.label.as_deref(),
            factors: self.factor.as_ref().unwrap_or(&NO_FACTORS),
        }
    }
}

/// A file's name up to its first ending.
fn stem(path: &Path) -> Option<&str> {
    let name = path.file_name()?.to_str()?;
    Some(name.trim_end_matches(".gz").trim_end_matches(".nii"))
}
