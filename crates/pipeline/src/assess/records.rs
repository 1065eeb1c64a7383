//! Records of finished tasks: the identity of each task and the hashes of its outputs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rsom_stage::{StageError, atomic};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::assess::identity::Identity;

/// A finished task. Tasks with the same identity share a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// The identity of the task.
    pub of: Value,
    /// sha256 of all outputs, their sidecars and the files in output folders, by path relative to the workdir.
    pub outputs: BTreeMap<String, String>,
    /// The vector instructions in use, if they affect the last digits of the outputs.
    #[serde(default)]
    pub instruction_set: Option<String>,
    /// Run time in s.
    pub wall_time_s: f64,
    /// Peak memory of the process in MiB, if the system reports it.
    pub peak_memory_mib: Option<f64>,
}

/// The records of a workdir, with one file for each identity.
#[derive(Debug)]
pub(crate) struct Records {
    folder: PathBuf,
    /// The latest record for each path. Read at the first use.
    latest: Option<BTreeMap<String, Record>>,
}

impl Records {
    /// The records in a folder.
    pub fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_path_buf(),
            latest: None,
        }
    }

    /// The record of an identity. `None` if it is missing or broken.
    pub fn find(&self, identity: &str) -> Option<Record> {
        read(&self.path(identity))
    }

    /// The record of the task that last wrote a path.
    pub fn latest(&mut self, path: &str) -> Option<&Record> {
        let folder = &self.folder;
        self.latest
            .get_or_insert_with(|| read_latest(folder))
            .get(path)
    }

    /// Adds a record. Merges its outputs into an existing record of the same identity.
    ///
    /// # Errors
    /// Exit code 4 if the record cannot be written.
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
