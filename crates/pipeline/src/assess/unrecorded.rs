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
    /// Name of the pipeline: another one in the same workdir may have tasks of the same labels.
    pipeline: String,
    /// By name of the file. Read at the first use.
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
    /// sha256 of files that a run took from a store, or was about to take, by path.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    taken: BTreeMap<String, String>,
    /// The mark of the processes of its run.
    #[serde(default)]
    mark: Option<String>,
    /// How the task failed.
    #[serde(default)]
    failure: Option<Failure>,
}

/// How a task failed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Failure {
    /// Hash of its identity.
    pub identity: String,
    pub fault: String,
    pub exit_code: Option<i32>,
}

/// A task of a run that was killed.
#[derive(Debug, Clone)]
pub(crate) struct Killed {
    /// Name of its note.
    pub name: String,
    pub label: String,
    /// What stood at its outputs when it started.
    pub before: Standing,
    /// The mark of the processes of its run.
    pub mark: Option<String>,
}

impl Note {
    fn is_work(&self, path: &str, sha256: &str) -> bool {
        let mut written = [&self.left, &self.taken].into_iter();
        written.any(|written| written.get(path).is_some_and(|own| own == sha256))
    }
}

impl Unrecorded {
    /// The notes in a folder.
    pub fn new(folder: &Path, pipeline: &str) -> Self {
        Self {
            folder: folder.to_path_buf(),
            pipeline: pipeline.to_owned(),
            notes: None,
        }
    }

    /// Notes what stands at the outputs of a task that is about to start.
    ///
    /// # Errors
    /// Exit code 4: the note cannot be written.
    pub fn note_start(
        &mut self,
        label: &str,
        standing: &Standing,
        mark: String,
    ) -> Result<(), StageError> {
        let taken = self.taken(label);
        self.write(Note {
            taken,
            label: label.to_owned(),
            started: Some(standing.clone()),
            mark: Some(mark),
            ..Note::default()
        })
    }

    /// Notes the sha256 of what a task wrote before it failed or was stopped, by path, and how it failed.
    ///
    /// # Errors
    /// Exit code 4: the note cannot be written.
    pub fn note_end(
        &mut self,
        label: &str,
        left: BTreeMap<String, String>,
        failure: Option<Failure>,
    ) -> Result<(), StageError> {
        let taken = self.taken(label);
        self.write(Note {
            taken,
            label: label.to_owned(),
            left,
            failure,
            ..Note::default()
        })
    }

    /// Notes the sha256 of the outputs that are about to be taken from a store, by path: if the run is killed, they are no files of the
    /// user.
    ///
    /// # Errors
    /// Exit code 4: the note cannot be written.
    pub fn note_taken(
        &mut self,
        label: &str,
        taken: BTreeMap<String, String>,
    ) -> Result<(), StageError> {
        let name = self.name_of(label);
        let earlier = self.notes().remove(&name).unwrap_or_default();
        self.write(Note {
            label: label.to_owned(),
            taken,
            ..earlier
        })
    }

    fn taken(&mut self, label: &str) -> BTreeMap<String, String> {
        let name = self.name_of(label);
        let note = self.notes().get(&name);
        note.map(|note| note.taken.clone()).unwrap_or_default()
    }

    /// How a task of this identity failed in its last run, if it did.
    pub fn failure(&mut self, label: &str, identity: &str) -> Option<Failure> {
        let name = self.name_of(label);
        let failure = self.notes().get(&name)?.failure.as_ref()?;
        (failure.identity == identity).then(|| failure.clone())
    }

    /// Removes the note of a task, because its record was written.
    pub fn forget(&mut self, label: &str) {
        let name = self.name_of(label);
        self.remove(&name);
    }

    /// Removes a note.
    pub fn remove(&mut self, name: &str) {
        self.notes().remove(name);
        // A note that remains names contents that the record has, too: no harm.
        let _ = std::fs::remove_file(self.folder.join(name));
    }

    /// Whether an unfinished task gave a path the content with this sha256, or may have, in a run that was killed.
    pub fn may_contain(&mut self, path: &str, sha256: &str) -> bool {
        self.may_cover(path) || self.is_work(path, sha256)
    }

    /// Whether a task of a run that was killed may have written a path.
    pub fn may_cover(&mut self, path: &str) -> bool {
        let mut notes = self.notes().values();
        notes.any(|note| note.started.as_ref().is_some_and(|s| s.covers(path)))
    }

    /// Whether an unfinished task wrote a path, and it has this sha256 still.
    pub fn is_work(&mut self, path: &str, sha256: &str) -> bool {
        let mut notes = self.notes().values();
        notes.any(|note| note.is_work(path, sha256))
    }

    /// Whether an unfinished task wrote a path.
    pub fn names(&mut self, path: &str) -> bool {
        self.notes()
            .values()
            .any(|note| note.left.contains_key(path) || note.taken.contains_key(path))
    }

    /// The paths in an output folder that unfinished tasks wrote.
    pub fn left_inside(&mut self, folder: &str) -> Vec<String> {
        let notes = self.notes().values();
        let paths = notes.flat_map(|note| note.left.keys().chain(note.taken.keys()));
        paths
            .filter(|path| is_inside(path, folder))
            .cloned()
            .collect()
    }

    /// The tasks of runs that were killed.
    pub fn killed(&mut self) -> Vec<Killed> {
        let notes = self.notes().iter();
        let killed = notes.filter_map(|(name, note)| {
            Some(Killed {
                name: name.clone(),
                label: note.label.clone(),
                before: note.started.clone()?,
                mark: note.mark.clone(),
            })
        });
        killed.collect()
    }

    /// The name of a task's note.
    pub fn name_of(&self, label: &str) -> String {
        let name = fingerprint::of_bytes(format!("{} {label}", self.pipeline).as_bytes());
        format!("{name:.16}.json")
    }

    fn write(&mut self, note: Note) -> Result<(), StageError> {
        let json = serde_json::to_vec(&note).map_err(StageError::failure)?;
        let name = self.name_of(&note.label);
        let file = self.folder.join(&name);
        self.notes().insert(name, note);
        atomic::write_bytes(&file, &json)
    }

    fn notes(&mut self) -> &mut BTreeMap<String, Note> {
        let folder = &self.folder;
        self.notes.get_or_insert_with(|| {
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
            let notes = entries.filter_map(|entry| {
                let note = serde_json::from_slice(&std::fs::read(entry.path()).ok()?).ok()?;
                Some((entry.file_name().into_string().ok()?, note))
            });
            notes.collect()
        })
    }
}
