//! Outputs of tasks that started and were not recorded: the run was killed, or the task failed or was stopped. The next run may
//! overwrite what these tasks wrote, although no record names it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rsom_stage::{StageError, atomic, fingerprint};
use serde::{Deserialize, Serialize};

use crate::assess::standing::{Standing, is_inside};

/// Notes on started tasks in a workdir, with one file for each task.
#[derive(Debug)]
pub(crate) struct Unrecorded {
    folder: PathBuf,
    /// By label of the task. Read at the first use.
    notes: Option<BTreeMap<String, Note>>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Note {
    label: String,
    /// What stood at the outputs when the task started. `None` after its end: it remains only if the run was killed.
    started: Option<Standing>,
    /// sha256 of the files that a task wrote before it failed or was stopped, by path.
    #[serde(default)]
    left: BTreeMap<String, String>,
}

impl Unrecorded {
    /// The notes in a folder.
    pub fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_path_buf(),
            notes: None,
        }
    }

    /// Notes what stands at the outputs of a task that is about to start.
    ///
    /// # Errors
    /// Exit code 4: the note cannot be written.
    pub fn note_start(&mut self, label: &str, standing: &Standing) -> Result<(), StageError> {
        self.write(Note {
            label: label.to_owned(),
            started: Some(standing.clone()),
            left: BTreeMap::new(),
        })
    }

    /// Notes the sha256 of what a task wrote before it failed or was stopped, by path.
    ///
    /// # Errors
    /// Exit code 4: the note cannot be written.
    pub fn note_end(
        &mut self,
        label: &str,
        left: BTreeMap<String, String>,
    ) -> Result<(), StageError> {
        self.write(Note {
            label: label.to_owned(),
            started: None,
            left,
        })
    }

    /// Removes the note of a task, because its record was written.
    pub fn forget(&mut self, label: &str) {
        self.notes().remove(label);
        // A note that remains names contents that the record has, too: no harm.
        let _ = std::fs::remove_file(self.file(label));
    }

    /// Whether an unfinished task gave a path the content with this sha256, or may have, in a run that was killed.
    pub fn may_contain(&mut self, path: &str, sha256: &str) -> bool {
        self.notes().values().any(|note| {
            let covers = note.started.as_ref().is_some_and(|s| s.covers(path));
            covers || note.left.get(path).is_some_and(|left| left == sha256)
        })
    }

    /// Whether an unfinished task wrote a path.
    pub fn names(&mut self, path: &str) -> bool {
        self.notes()
            .values()
            .any(|note| note.left.contains_key(path))
    }

    /// The paths in an output folder that unfinished tasks wrote.
    pub fn left_inside(&mut self, folder: &str) -> Vec<String> {
        let paths = self.notes().values().flat_map(|note| note.left.keys());
        paths
            .filter(|path| is_inside(path, folder))
            .cloned()
            .collect()
    }

    /// The tasks of a run that was killed, and what stood at their outputs when they started.
    pub fn killed(&mut self) -> Vec<(String, Standing)> {
        let notes = self.notes().values();
        notes
            .filter_map(|note| Some((note.label.clone(), note.started.clone()?)))
            .collect()
    }

    fn write(&mut self, note: Note) -> Result<(), StageError> {
        let json = serde_json::to_vec(&note).map_err(StageError::failure)?;
        let file = self.file(&note.label);
        self.notes().insert(note.label.clone(), note);
        atomic::write_bytes(&file, &json)
    }

    fn notes(&mut self) -> &mut BTreeMap<String, Note> {
        let folder = &self.folder;
        self.notes.get_or_insert_with(|| {
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
            let notes = entries.filter_map(|entry| {
                serde_json::from_slice::<Note>(&std::fs::read(entry.path()).ok()?).ok()
            });
            notes.map(|note| (note.label.clone(), note)).collect()
        })
    }

    fn file(&self, label: &str) -> PathBuf {
        let name = fingerprint::of_bytes(label.as_bytes());
        self.folder.join(format!("{name:.16}.json"))
    }
}
