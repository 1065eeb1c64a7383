//! Records of finished tasks: the identity of each task and the hashes of its outputs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::SystemTime;

use rsom_stage::{StageError, atomic};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::assess::identity::Identity;
use crate::assess::standing::is_inside;
use crate::plan::output_paths::sidecar;

/// A finished task. Tasks with the same identity share a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// The identity of the task.
    pub of: Value,
    /// sha256 of all outputs, their sidecars and the files in output folders, by path relative to the workdir.
    pub outputs: BTreeMap<String, String>,
    /// The name of the pipeline that wrote each of these paths. Absent in records of earlier versions.
    #[serde(default)]
    pub pipelines: BTreeMap<String, String>,
    /// The vector instructions in use, if they affect the last digits of the outputs.
    #[serde(default)]
    pub instruction_set: Option<String>,
    /// Warnings that the task wrote into its log.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// Run time in s.
    pub wall_time_s: f64,
    /// Peak memory of the process in MiB, if the system reports it.
    pub peak_memory_mib: Option<f64>,
}

/// The records of a workdir, with one file for each identity.
#[derive(Debug)]
pub(crate) struct Records {
    folder: PathBuf,
    /// What the records say of each path. Read at the first use.
    by_path: Option<BTreeMap<String, Recorded>>,
}

/// What the records say of a path.
#[derive(Debug)]
struct Recorded {
    /// The record of the task that last wrote it.
    latest: Rc<Record>,
    /// The sha256 of all contents that tasks gave it.
    contents: BTreeSet<String>,
}

impl Records {
    /// The records in a folder.
    pub fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_path_buf(),
            by_path: None,
        }
    }

    /// The record of an identity. `None` if it is missing or broken.
    pub fn find(&self, identity: &str) -> Option<Record> {
        read(&self.path(identity))
    }

    /// The record of the task that last wrote a path.
    pub fn latest(&mut self, path: &str) -> Option<&Record> {
        let recorded = self.by_path().get(path)?;
        Some(&recorded.latest)
    }

    /// Whether a task gave a path the content with this sha256.
    pub fn contains(&mut self, path: &str, sha256: &str) -> bool {
        let recorded = self.by_path().get(path);
        recorded.is_some_and(|recorded| recorded.contents.contains(sha256))
    }

    /// All paths that tasks of a pipeline wrote, relative to the workdir. Other pipelines may use the same workdir.
    pub fn paths_of(&mut self, pipeline: &str) -> Vec<String> {
        let of_pipeline = |(path, recorded): &(&String, &Recorded)| {
            let owner = recorded.latest.pipelines.get(*path);
            owner.is_none_or(|owner| owner == pipeline)
        };
        let paths = self.by_path().iter().filter(of_pipeline);
        paths.map(|(path, _)| path.clone()).collect()
    }

    fn by_path(&mut self) -> &BTreeMap<String, Recorded> {
        let folder = &self.folder;
        self.by_path.get_or_insert_with(|| read_all(folder))
    }

    /// Adds a record. Merges its outputs into an existing record of the same identity.
    ///
    /// # Errors
    /// Exit code 4 if the record cannot be written.
    pub fn add(&mut self, identity: &Identity, record: &Record) -> Result<(), StageError> {
        let hash = identity.hash();
        let earlier = self.find(&hash);
        let (mut outputs, mut pipelines) =
            earlier.map_or_else(Default::default, |r| (r.outputs, r.pipelines));
        // What the task no longer writes next to an output or in a folder is not part of it.
        let is_old = |path: &String| {
            let mut new = record.outputs.keys();
            new.any(|new| is_inside(path, new) || sidecar(new).as_ref() == Some(path))
        };
        outputs.retain(|path, _| !is_old(path));
        outputs.extend(record.outputs.clone());
        pipelines.extend(record.pipelines.clone());
        let whole = Record {
            outputs,
            pipelines,
            ..record.clone()
        };
        let json = serde_json::to_vec_pretty(&whole).map_err(StageError::failure)?;
        atomic::write_bytes(&self.path(&hash), &json)?;
        if let Some(by_path) = &mut self.by_path {
            insert(by_path, record.clone());
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

/// Reads all records, the oldest first.
fn read_all(folder: &Path) -> BTreeMap<String, Recorded> {
    let mut files: Vec<(SystemTime, PathBuf)> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            Some((entry.metadata().ok()?.modified().ok()?, entry.path()))
        })
        .collect();
    files.sort();
    let mut by_path = BTreeMap::new();
    for record in files.iter().filter_map(|(_, path)| read(path)) {
        insert(&mut by_path, record);
    }
    by_path
}

fn insert(by_path: &mut BTreeMap<String, Recorded>, record: Record) {
    let record = Rc::new(record);
    for (path, sha256) in &record.outputs {
        let recorded = by_path.entry(path.clone()).or_insert_with(|| Recorded {
            latest: Rc::clone(&record),
            contents: BTreeSet::new(),
        });
        recorded.latest = Rc::clone(&record);
        recorded.contents.insert(sha256.clone());
    }
}
