//! Outputs of tasks that started and were not recorded: the run was killed, or the task failed. The next run may overwrite
//! them, although no record names them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rsom_stage::{StageError, atomic, fingerprint};
use serde::{Deserialize, Serialize};

/// Notes on started tasks in a workdir, with one file for each task.
#[derive(Debug)]
pub(crate) struct Unrecorded {
    folder: PathBuf,
    /// For each path, the content that a failed task left there; `None` if the run was killed. Read at the first use.
    left: Option<BTreeMap<String, Option<String>>>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Note {
    outputs: BTreeMap<String, Option<String>>,
}

impl Unrecorded {
    /// The notes in a folder.
    pub fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_path_buf(),
            left: None,
        }
    }

    /// Notes the outputs that a task is about to write, or the sha256 of what it left there when it failed.
    ///
    /// # Errors
    /// Exit code 4: the note cannot be written.
    pub fn note(
        &mut self,
        label: &str,
        outputs: BTreeMap<String, Option<String>>,
    ) -> Result<(), StageError> {
        self.left().extend(outputs.clone());
        let json = serde_json::to_vec(&Note { outputs }).map_err(StageError::failure)?;
        atomic::write_bytes(&self.file(label), &json)
    }

    /// Removes the note of a task, because its record was written.
    pub fn forget(&self, label: &str) {
        // A note that remains allows the next run to overwrite what this task wrote: no harm.
        let _ = std::fs::remove_file(self.file(label));
    }

    /// Whether an unfinished task may have given a path the content with this sha256.
    pub fn may_contain(&mut self, path: &str, sha256: &str) -> bool {
        match self.left().get(path) {
            Some(Some(left)) => left == sha256,
            Some(None) => true,
            None => false,
        }
    }

    fn left(&mut self) -> &mut BTreeMap<String, Option<String>> {
        let folder = &self.folder;
        self.left.get_or_insert_with(|| {
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
            let notes = entries.filter_map(|entry| {
                serde_json::from_slice::<Note>(&std::fs::read(entry.path()).ok()?).ok()
            });
            notes.flat_map(|note| note.outputs).collect()
        })
    }

    fn file(&self, label: &str) -> PathBuf {
        let name = fingerprint::of_bytes(label.as_bytes());
        self.folder.join(format!("{name:.16}.json"))
    }
}
