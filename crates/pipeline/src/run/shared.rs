//! Takes outputs from a store that several studies share, and adds new ones to it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rsom_stage::{Kind, StageError, atomic, log};
use rsom_store::{Entry, Keep, Key, Store, Stored};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::assess::assessor::Assessment;
use crate::assess::records::Record;
use crate::assess::workdir::Workdir;
use crate::check::tool::Tool;
use crate::plan::tasks::{Plan, Task};
use crate::run::stored_names::{name_of, path_of};
use crate::run::words::tasks;

/// The longest log to keep in an entry, in bytes.
const LONGEST_LOG: usize = 64 * 1024;

/// The store of a run, if it has one.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    store: Option<Store>,
    added: usize,
    /// Whether it is known that nothing can be added.
    is_read_only: bool,
}

/// What an entry says of the run that made it.
#[derive(Debug, Serialize, Deserialize)]
struct About {
    warnings: Vec<String>,
    wall_time_s: f64,
    peak_memory_mib: Option<f64>,
    log: String,
}

/// The outputs of a task in the store.
#[derive(Debug)]
pub(crate) struct Found {
    key: Key,
    about: About,
    /// Paths relative to the workdir.
    paths: BTreeMap<String, Stored>,
}

impl Found {
    /// Whether a file at this path is one of the outputs.
    pub fn writes(&self, path: &str) -> bool {
        self.paths.contains_key(path)
    }

    /// The paths of outputs that are not what the entry says. `outputs` are the hashes of what stands there.
    pub fn damaged(&self, outputs: &BTreeMap<String, String>) -> Vec<&str> {
        let paths = self.paths.iter();
        paths
            .filter(|(path, stored)| outputs.get(*path) != Some(&stored.sha256))
            .map(|(path, _)| path.as_str())
            .collect()
    }
}

impl Shared {
    /// The store of a run.
    pub fn of(store: Option<Store>) -> Self {
        Self {
            store,
            ..Self::default()
        }
    }

    /// The outputs of a task, if the store has them.
    pub fn find(&self, plan: &Plan, task: &Task, assessment: &Assessment) -> Option<Found> {
        let store = self.store.as_ref()?;
        let key = key(plan, task, assessment)?;
        let entry = store.find(&key)?;
        let about = About::deserialize(&entry.about).ok()?;
        let places = entry.outputs.iter().map(|(name, stored)| {
            let path = path_of(task, name)?;
            Some((path, stored.clone()))
        });
        let paths: BTreeMap<String, Stored> = places.collect::<Option<_>>()?;
        // An entry of all outputs, or none.
        let is_whole = (task.outputs.iter())
            .filter(|output| output.kind != Kind::Directory)
            .all(|output| paths.contains_key(&output.path));
        is_whole.then_some(Found { key, about, paths })
    }

    /// Puts found outputs into the workdir, and the log of the task that made them.
    ///
    /// # Errors
    /// One line: a content is missing, or a place cannot be written.
    pub fn take(
        &self,
        task: &Task,
        found: &Found,
        (root, log): (&Path, &Path),
    ) -> Result<(), StageError> {
        let Some(store) = &self.store else {
            return Ok(());
        };
        for output in &task.outputs {
            if output.kind == Kind::Directory {
                let folder = root.join(&output.path);
                std::fs::create_dir_all(&folder)
                    .map_err(|e| StageError::output(&folder, atomic::plain(&e)))?;
            }
        }
        let places: Vec<(&Stored, PathBuf)> = (found.paths.iter())
            .map(|(path, stored)| (stored, root.join(path)))
            .collect();
        let places = places
            .iter()
            .map(|(stored, path)| (*stored, path.as_path()));
        store.take(&found.key, places)?;
        atomic::write_bytes(log, found.about.log.as_bytes())
    }

    /// Removes an entry that is damaged, so that it is made again.
    pub fn discard(&self, task: &Task, found: &Found, damaged: &[&str]) {
        let Some(store) = &self.store else {
            return;
        };
        log::warn(format_args!(
            "{}: its outputs in the store {} are damaged ({}), so it runs",
            task.label,
            store.folder().display(),
            damaged.join(", ")
        ));
        let contents = damaged.iter().filter_map(|path| found.paths.get(*path));
        let contents: Vec<Stored> = contents.cloned().collect();
        store.discard(&found.key, &contents);
    }

    /// The record of a task whose outputs were taken.
    pub fn record(
        plan: &Plan,
        task: &Task,
        (assessment, found): (&Assessment, &Found),
        outputs: BTreeMap<String, String>,
    ) -> Record {
        Record {
            identity: assessment.identity.hash().to_owned(),
            of: assessment.identity.document().clone(),
            ports: task.ports(),
            outputs,
            pipeline: plan.name.clone(),
            instruction_set: task.tool.instruction_set().map(str::to_owned),
            warnings: found.about.warnings.clone(),
            wall_time_s: found.about.wall_time_s,
            peak_memory_mib: found.about.peak_memory_mib,
        }
    }

    /// Adds the outputs of a task that has run. A store that cannot be written is no fault of the study: one warning says it.
    pub fn add(&mut self, plan: &Plan, task: &Task, assessment: &Assessment, record: &Record) {
        let Some(store) = self.store.as_ref().filter(|_| !self.is_read_only) else {
            return;
        };
        let Some(key) = key(plan, task, assessment) else {
            return;
        };
        let outputs = record.outputs.iter().filter_map(|(path, sha256)| {
            let name = name_of(task, path)?;
            let file = plan.workdir.join(path);
            let bytes = std::fs::metadata(&file).ok()?.len();
            let sha256 = sha256.clone();
            Some((name, (Stored { sha256, bytes }, file)))
        });
        let outputs: BTreeMap<String, (Stored, PathBuf)> = outputs.collect();
        let about = About {
            warnings: record.warnings.clone(),
            wall_time_s: record.wall_time_s,
            peak_memory_mib: record.peak_memory_mib,
            log: log_of(plan, task),
        };
        let entry = Entry {
            pipeline: plan.name.clone(),
            task: task.label.clone(),
            outputs: (outputs.iter())
                .map(|(name, (stored, _))| (name.clone(), stored.clone()))
                .collect(),
            about: json!(about),
        };
        let files = outputs
            .values()
            .map(|(stored, file)| (stored, file.as_path()));
        match store.add(&key, &entry, files) {
            Ok(()) => self.added += 1,
            Err(error) => {
                self.is_read_only = true;
                log::warn(format_args!(
                    "{error}; the run goes on without adding to the store"
                ));
            }
        }
    }

    /// Removes what was not used for longest, if this run has brought the store above its limit.
    pub fn keep_limit(&self) {
        let store = self.store.as_ref().filter(|_| self.added > 0);
        let Some((store, limit)) = store.and_then(|store| Some((store, store.limit_bytes()?)))
        else {
            return;
        };
        let keep = Keep {
            bytes: Some(limit),
            unused: None,
        };
        match store.sweep(keep) {
            // Another run will do it.
            Ok(None) => {}
            Ok(Some(sweep)) if sweep.is_empty() => {}
            Ok(Some(sweep)) => log::info(format_args!(
                "{}: {} went from the store to keep its limit",
                store.folder().display(),
                tasks(sweep.entries.len())
            )),
            Err(error) => log::warn(error),
        }
    }
}

/// Everything that determines the outputs of a task: its identity, the vector instructions, and the names of its files, which may
/// stand in provenance and tables. `None` of a `run` line: what it starts is known by a name at best.
fn key(plan: &Plan, task: &Task, assessment: &Assessment) -> Option<Key> {
    if matches!(task.tool.as_ref(), Tool::Line(_)) {
        return None;
    }
    let name = |path: &Path| Value::from(path.file_name().map(|name| name.to_string_lossy()));
    let inputs: BTreeMap<&str, Vec<Value>> = (task.inputs.iter())
        .map(|input| {
            let paths = input.files.iter().map(|file| plan.path_of(file));
            let names = paths.map(|path| path.map_or(Value::Null, |path| name(&path)));
            (input.port.as_str(), names.collect())
        })
        .collect();
    let outputs: BTreeMap<&str, Value> = (task.outputs.iter())
        .map(|output| (output.port.as_str(), name(Path::new(&output.path))))
        .collect();
    Some(Key::of(&json!({
        "identity": assessment.identity.hash(),
        "instructions": task.tool.instruction_set(),
        "inputs": inputs,
        "outputs": outputs,
    })))
}

fn log_of(plan: &Plan, task: &Task) -> String {
    let path = Workdir::log(&task.label);
    let bytes = std::fs::read(plan.workdir.join(path)).unwrap_or_default();
    let end = bytes.len().min(LONGEST_LOG);
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}
