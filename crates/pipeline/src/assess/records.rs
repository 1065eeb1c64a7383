//! Records of finished tasks: under which identity an output was made, and its hash.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rsom_stage::{StageError, atomic};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::assess::identity::Identity;

/// A finished task. Tasks of one identity share a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// What the outputs depend on.
    pub of: Value,
    /// sha256 of what was written, by path relative to the workdir: outputs, their sidecars, and every file of an
    /// output that is a folder.
    pub outputs: BTreeMap<String, String>,
    /// The vector instructions that it was computed with, where the last digits depend on them.
    #[serde(default)]
    pub instruction_set: Option<String>,
    /// How long it took.
    pub wall_time_s: f64,
    /// The most memory that its process held, where the system tells.
    pub peak_memory_mib: Option<f64>,
}

/// The folder of records: one file for each identity.
#[derive(Debug)]
pub(crate) struct Records {
    folder: PathBuf,
    /// The latest record for each path; read when it is first asked for.
    latest: Option<BTreeMap<String, Record>>,
}

impl Records {
    /// The records of a folder.
    pub fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_path_buf(),
            latest: None,
        }
    }

    /// The record of an identity; a broken one counts as none.
    pub fn find(&self, identity: &str) -> Option<Record> {
        read(&self.path(identity))
    }

    /// The record under which a path was last written.
    pub fn latest(&mut self, path: &str) -> Option<&Record> {
        let folder = &self.folder;
        self.latest
            .get_or_insert_with(|| read_latest(folder))
            .get(path)
    }

    /// Adds a record, to that of the same identity if there is one.
    ///
    /// # Errors
    /// Exit code 4 when it cannot be written.
    pub fn add(&mut self, identity: &Identity, record: &Record) -> Result<(), StageError> {
        let hash = identity.hash();
        let mut outputs = self.find(&hash).map(|r| r.outputs).unwrap_or_default();
        outputs.extend(record.outputs.clone());
        let whole = Record {
            outputs,
            ..record.clone()
        };
        let json = serde_json::to_vec_pretty(&whole).map_err(StageError::failure)?;
        atomic::write_bytes(&self.path(&hash), &json)?;
        if let Some(latest) = &mut self.latest {
            latest.extend(
                record
                    .outputs
                    .keys()
                    .map(|path| (path.clone(), record.clone())),
            );
        }
        Ok(())
    }

    fn path(&self, identity: &str) -> PathBuf {
        self.folder.join(format!("{identity}.json"))
    }
}

fn read(path: &Path) -> Option<Record> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

fn read_latest(folder: &Path) -> BTreeMap<String, Record> {
    let mut files: Vec<(SystemTime, PathBuf)> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            Some((entry.metadata().ok()?.modified().ok()?, entry.path()))
        })
        .collect();
    files.sort();
    let records = files.iter().filter_map(|(_, path)| read(path));
    records
        .flat_map(|record| {
            let paths: Vec<String> = record.outputs.keys().cloned().collect();
            paths.into_iter().map(move |path| (path, record.clone()))
        })
        .collect()
}
