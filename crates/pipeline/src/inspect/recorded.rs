//! The report of a run, `run.json`, as other commands read it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rsom_stage::{Kind, StageError, atomic};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::assess::workdir::REPORT;
use crate::run::outcome::State;
use crate::run::source::Source;

/// The report of a run.
#[derive(Debug, Deserialize)]
pub struct RecordedRun {
    /// Name of the pipeline.
    pub pipeline: String,
    /// Version of the program that ran it.
    #[serde(default)]
    pub version: String,
    /// What it was made from. `None` in reports of earlier versions.
    pub study: Option<Source>,
    /// Params with their values.
    #[serde(default)]
    pub params: Map<String, Value>,
    /// State of the run: `done`, `partial`, `failed` or `interrupted`.
    #[serde(default)]
    pub state: String,
    /// Files of the user in the place of outputs.
    #[serde(default)]
    pub corrections: Vec<RecordedCorrection>,
    /// The tasks, in the order of the plan.
    pub tasks: Vec<RecordedTask>,
}

/// A task in a report.
#[derive(Debug, Deserialize)]
pub struct RecordedTask {
    /// Its label.
    pub task: String,
    /// Name of its step.
    pub stage: String,
    /// Its state: `done`, `up_to_date`, `failed`, …
    pub state: String,
    /// The scan that it is about.
    #[serde(default)]
    pub scan: Option<String>,
    /// Its factors with their values.
    #[serde(default)]
    pub factors: Map<String, Value>,
    /// What it warned of.
    #[serde(default)]
    pub warnings: Vec<String>,
    /// Why it failed.
    #[serde(default)]
    pub fault: Option<String>,
    /// Its run time in s.
    #[serde(default)]
    pub wall_time_s: Option<f64>,
    /// The sha256 of everything that determines its outputs.
    pub identity: Option<String>,
    /// Name of the program.
    pub tool: Option<String>,
    /// Version of the program.
    pub version: Option<String>,
    /// Revision of the program's code.
    pub revision: Option<String>,
    /// Command of the program.
    pub command: Option<String>,
    /// sha256 of a program that is no built-in stage.
    pub program_sha256: Option<String>,
    /// The vector instructions with which it was computed.
    pub instruction_set: Option<String>,
    /// All parameters.
    #[serde(default)]
    pub parameters: Map<String, Value>,
    /// Input files by port.
    #[serde(default)]
    pub inputs: BTreeMap<String, Vec<RecordedFile>>,
    /// Outputs by port.
    #[serde(default)]
    pub outputs: BTreeMap<String, RecordedFile>,
}

/// A file of the user in the place of an output.
#[derive(Debug, Deserialize)]
pub struct RecordedCorrection {
    /// Label of the task whose output it replaces.
    pub task: String,
    /// Name of the output.
    pub output: String,
    /// The path of the file.
    pub path: String,
    /// sha256 of its content.
    pub sha256: Option<String>,
}

/// A file in a report.
#[derive(Debug, Deserialize)]
pub struct RecordedFile {
    /// The path, relative to the folder of the report.
    pub path: Option<String>,
    /// sha256 of its content, if it is known.
    pub sha256: Option<String>,
    /// What the file is, if the command declares it.
    #[serde(default)]
    pub kind: Option<Kind>,
}

impl RecordedRun {
    /// Reads the report in an output folder, or a report itself.
    ///
    /// # Errors
    /// Exit code 3: the file cannot be read, or is no report.
    pub fn read(path: &Path) -> Result<Self, StageError> {
        let path = file_of(path);
        let bytes =
            std::fs::read(&path).map_err(|e| StageError::input(&path, atomic::plain(&e)))?;
        if bytes.starts_with(b"PK\x03\x04") {
            return Err(StageError::input(
                &path,
                "it is a ZIP file; unpack it, and name its folder",
            ));
        }
        serde_json::from_slice(&bytes)
            .map_err(|e| StageError::input(&path, format_args!("it is no report of a run: {e}")))
    }
}

impl RecordedTask {
    /// Whether the task ended well.
    #[must_use]
    pub fn is_made(&self) -> bool {
        State::is_good_name(&self.state)
    }
}

/// The report in an output folder, or the file itself.
fn file_of(path: &Path) -> PathBuf {
    match path.is_dir() {
        true => path.join(REPORT),
        false => path.to_path_buf(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_report_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let error = RecordedRun::read(folder.path()).unwrap_err().to_string();
        assert!(error.contains("run.json: no such file"), "{error}");
        let file = folder.path().join("x.json");
        std::fs::write(&file, "{}").unwrap();
        let error = RecordedRun::read(&file).unwrap_err().to_string();
        assert!(error.contains("it is no report of a run"), "{error}");
    }
}
