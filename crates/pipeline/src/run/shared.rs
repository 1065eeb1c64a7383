//! Takes outputs from a store that several studies share, and adds new ones to it.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use rsom_stage::{Kind, fingerprint, log};
use rsom_store::{Claimed, Entry, Guard, Keep, Key, Store, Stored};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::assess::assessor::Assessment;
use crate::assess::records::Record;
use crate::assess::workdir::Workdir;
use crate::check::tool::Tool;
use crate::plan::tasks::{Plan, Task};
use crate::run::stored_names::{name_of, needed, path_of};
use crate::run::words::tasks;

/// The longest log to keep in an entry, in bytes.
const LONGEST_LOG: usize = 64 * 1024;

/// After so many outputs in a row that could not be added, none is tried.
const MOST_FAILURES: usize = 3;

/// The store of a run, if it has one.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    store: Option<Store>,
    is_used: bool,
    /// Outputs in a row that could not be added.
    failures: usize,
}

/// What an entry says of the run that made it.
#[derive(Debug, Serialize, Deserialize)]
struct About {
    warnings: Vec<String>,
    wall_time_s: f64,
    peak_memory_mib: Option<f64>,
    log: String,
    /// The names of all files, so that one that is lost is noticed.
    #[serde(default)]
    names: BTreeSet<String>,
}

/// The outputs of a task in the store.
#[derive(Debug)]
pub(crate) struct Found {
    key: Key,
    about: About,
    /// Paths relative to the workdir.
    paths: BTreeMap<String, Stored>,
    /// Paths of files that the task writes and the entry lacks.
    missing: Vec<String>,
    /// Nothing is removed meanwhile.
    _guard: Guard,
}

impl Found {
    /// The paths of the outputs.
    pub fn paths(&self) -> impl Iterator<Item = &String> {
        self.paths.keys()
    }

    /// The sha256 of each file by its path.
    pub fn hashes(&self) -> BTreeMap<String, String> {
        let paths = self.paths.iter();
        paths
            .map(|(path, stored)| (path.clone(), stored.sha256.clone()))
            .collect()
    }

    /// The paths of files that the entry lacks, and of those below a folder that are not what the entry says.
    pub fn damaged(&self, folder: &Path) -> Vec<&str> {
        let differs = |path: &str, stored: &Stored| {
            let found = fingerprint::of_path(&folder.join(path));
            found.ok().as_ref() != Some(&stored.sha256)
        };
        let altered = self.paths.iter();
        let altered = altered.filter(|(path, stored)| differs(path, stored));
        let lost = self.missing.iter().map(String::as_str);
        lost.chain(altered.map(|(path, _)| path.as_str())).collect()
    }

    /// The log of the task that made them.
    pub fn what_it_said(&self) -> &str {
        &self.about.log
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
        let guard = store.guard();
        if !store.has(&key) {
            return None;
        }
        let unread = key.clone();
        let found = Self::found(store, task, (key, guard));
        if found.is_none() {
            let (label, folder) = (&task.label, store.folder().display());
            log::warn(format_args!(
                "{label}: its record in the store {folder} is damaged, so it runs"
            ));
            // So that it is made again.
            let _ = store.discard(&unread, &[]);
        }
        found
    }

    /// The outputs that an entry names. `None` if it is broken.
    fn found(store: &Store, task: &Task, (key, guard): (Key, Guard)) -> Option<Found> {
        let entry = store.find(&key)?;
        let about = About::deserialize(&entry.about).ok()?;
        let places = entry.outputs.iter().map(|(name, stored)| {
            let path = path_of(task, name)?;
            Some((path, stored.clone()))
        });
        let paths: BTreeMap<String, Stored> = places.collect::<Option<_>>()?;
        let named = about.names.iter().map(|name| path_of(task, name));
        let named: BTreeSet<String> = named.collect::<Option<_>>()?;
        let all: BTreeSet<String> = needed(task).into_iter().chain(named).collect();
        let missing = all.into_iter().filter(|path| !paths.contains_key(path));
        let missing = missing.collect();
        Some(Found {
            key,
            about,
            paths,
            missing,
            _guard: guard,
        })
    }

    /// Claims a task in the store, so that other runs wait for its outputs.
    pub fn claim(&self, plan: &Plan, task: &Task, assessment: &Assessment) -> Claimed {
        let store = self.store.as_ref();
        let key = store.and_then(|_| key(plan, task, assessment));
        match (store, key) {
            (Some(store), Some(key)) => store.claim(&key),
            _ => Claimed::Unknown,
        }
    }

    /// Puts the contents of found outputs below a folder where nothing stands, by their paths in the workdir.
    ///
    /// # Errors
    /// A content cannot be read, or the folder cannot be written.
    pub fn fetch(&self, found: &Found, folder: &Path) -> io::Result<()> {
        let Some(store) = &self.store else {
            return Ok(());
        };
        for (path, stored) in &found.paths {
            let path = folder.join(path);
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            match store.take(stored, &path) {
                // Who hashes what is there sees that it is missing.
                Err(e) if e.kind() == io::ErrorKind::NotFound => {}
                taken => taken?,
            }
        }
        Ok(())
    }

    /// Notes that found outputs were taken.
    pub fn used(&mut self, found: &Found) {
        if let Some(store) = &self.store {
            store.touch(&found.key);
            self.is_used = true;
        }
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
        // In a store of others it stays, and this warning with it.
        let _ = store.discard(&found.key, &contents);
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
        let may_add = self.failures < MOST_FAILURES;
        let Some(store) = self.store.as_ref().filter(|_| may_add) else {
            return;
        };
        let Some(key) = key(plan, task, assessment).filter(|_| has_only_files(plan, task, record))
        else {
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
        // Without a sidecar that a stage must write, it would be damaged for all that take it.
        if !needed(task)
            .iter()
            .all(|path| record.outputs.contains_key(path))
        {
            return;
        }
        let about = About {
            warnings: record.warnings.clone(),
            wall_time_s: record.wall_time_s,
            peak_memory_mib: record.peak_memory_mib,
            log: log_of(plan, task),
            names: outputs.keys().cloned().collect(),
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
            Ok(()) => (self.is_used, self.failures) = (true, 0),
            Err(error) => {
                self.failures += 1;
                if self.failures == 1 {
                    log::warn(format_args!(
                        "{error}; the study goes on without adding it to the store"
                    ));
                }
            }
        }
    }

    /// Removes what was not used for longest, if the store is above its limit.
    pub fn keep_limit(&self) {
        let store = self.store.as_ref().filter(|_| self.is_used);
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

/// Whether a task wrote nothing but regular files, all of which are recorded, and no empty folders: a store holds no links.
fn has_only_files(plan: &Plan, task: &Task, record: &Record) -> bool {
    let is_file = |path: &Path| path.symlink_metadata().is_ok_and(|found| found.is_file());
    let mut files = record.outputs.keys().map(|path| plan.workdir.join(path));
    let mut folders = (task.outputs.iter()).filter(|output| output.kind == Kind::Directory);
    files.all(|path| path.is_dir() || is_file(&path))
        && folders.all(|output| is_plain(&plan.workdir, &output.path, record))
}

fn is_plain(root: &Path, folder: &str, record: &Record) -> bool {
    let Ok(mut inside) = std::fs::read_dir(root.join(folder)).map(Iterator::peekable) else {
        return false;
    };
    let is_plain = |found: io::Result<std::fs::DirEntry>| -> Option<bool> {
        let found = found.ok()?;
        let path = format!("{folder}/{}", found.file_name().to_str()?);
        let kind = found.file_type().ok()?;
        Some(match kind.is_dir() {
            true => is_plain(root, &path, record),
            false => kind.is_file() && record.outputs.contains_key(&path),
        })
    };
    inside.peek().is_some() && inside.all(|found| is_plain(found) == Some(true))
}

/// Everything that determines the outputs of a task: its identity, the vector instructions, and the names of its files, which may
/// stand in provenance and tables. `None` of a program of which only a name or a file is known: another file that it reads, such as
/// a module or a library, may differ elsewhere.
fn key(plan: &Plan, task: &Task, assessment: &Assessment) -> Option<Key> {
    let is_known = match task.tool.as_ref() {
        Tool::Stage(tool) => tool.prefix.is_some() || tool.revision.is_some(),
        Tool::Line(_) => false,
    };
    if !is_known {
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
