//! The file by which a folder of a reproduction is known: `reproduction.json`.

use std::path::{Path, PathBuf};

use rsom_stage::{StageError, atomic, fingerprint};
use serde_json::{Map, Value, json};

const NAME: &str = "reproduction.json";

/// Says which report a folder reproduces.
pub(super) struct Marker {
    /// sha256 of the report.
    of: String,
}

impl Marker {
    /// The marker for a report, or for the output folder with one.
    ///
    /// # Errors
    /// Exit code 3: the report cannot be read.
    pub fn of(run: &Path) -> Result<Self, StageError> {
        let report = match run.is_dir() {
            true => run.join("run.json"),
            false => run.to_path_buf(),
        };
        let of = fingerprint::of_path(&report)
            .map_err(|e| StageError::input(&report, atomic::plain(&e)))?;
        Ok(Self { of })
    }

    /// Takes a folder for the reproduction: a new one, an empty one, or that of an earlier call for the same report.
    ///
    /// # Errors
    /// Exit code 4: the folder holds something else, or cannot be written.
    pub fn take(&self, folder: &Path) -> Result<(), StageError> {
        let marker = Self::path(folder);
        if let Ok(text) = std::fs::read(&marker) {
            let earlier: Value = serde_json::from_slice(&text).unwrap_or_default();
            return match earlier["run_sha256"] == json!(self.of) {
                true => Ok(()),
                false => Err(StageError::output(
                    folder,
                    "it reproduces another run, or the run as it was before; choose a new folder with --output",
                )),
            };
        }
        crate::new_folder::require_empty(folder, " with --output")?;
        self.write(folder, &Map::new())
    }

    /// Writes the marker with what a comparison found.
    ///
    /// # Errors
    /// Exit code 4: it cannot be written.
    pub fn write(&self, folder: &Path, found: &Map<String, Value>) -> Result<(), StageError> {
        let mut all = found.clone();
        all.insert("run_sha256".to_owned(), json!(self.of));
        std::fs::create_dir_all(folder)
            .map_err(|e| StageError::output(folder, atomic::plain(&e)))?;
        let text = format!("{:#}\n", Value::Object(all));
        atomic::write_bytes(&Self::path(folder), text.as_bytes())
    }

    fn path(folder: &Path) -> PathBuf {
        folder.join(NAME)
    }
}
