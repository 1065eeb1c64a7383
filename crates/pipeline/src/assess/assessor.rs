//! What of a task is to be done: nothing, because its outputs are there, or run, and why.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use rsom_stage::{StageError, atomic};

use crate::assess::hashes::Hashes;
use crate::assess::identity::Identity;
use crate::assess::records::{Record, Records};
use crate::assess::workdir::Workdir;
use crate::plan::output_paths::sidecar;
use crate::plan::tasks::{InputFile, Plan, Task};

/// What is known of a task whose inputs are there.
#[derive(Debug, Clone)]
pub(crate) struct Assessment {
    pub identity: Identity,
    /// sha256 of each input file, by port.
    pub inputs: BTreeMap<String, Vec<String>>,
    pub verdict: Verdict,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Verdict {
    /// The outputs are there, made from the same inputs in the same way.
    UpToDate(Record),
    /// To run, for this reason.
    Run(String),
}

/// Knows what was done in a workdir.
#[derive(Debug)]
pub(crate) struct Assessor {
    pub workdir: Workdir,
    pub hashes: Hashes,
    pub records: Records,
}

impl Assessor {
    /// Reads what earlier runs remembered.
    pub fn new(workdir: &Workdir) -> Self {
        Self {
            hashes: Hashes::read(&workdir.hashes(), workdir.root()),
            records: Records::new(&workdir.records()),
            workdir: workdir.clone(),
        }
    }

    /// Hashes a file that goes into a task, and checks it against the manifest.
    ///
    /// # Errors
    /// Exit code 3: it cannot be read, or is not what the manifest says.
    pub fn check_input(&mut self, plan: &Plan, file: &InputFile) -> Result<String, StageError> {
        let path = self.absolute(plan, file);
        let found = self
            .hashes
            .of_path(&path)
            .map_err(|e| unreadable(&path, &e))?;
        match file {
            InputFile::External {
                sha256: Some(expected),
                ..
            } if *expected != found => Err(StageError::input(
                &path,
                format_args!("its sha256 is {found:.12}…, and the manifest says {expected:.12}…"),
            )),
            _ => Ok(found),
        }
    }

    /// Assesses a task whose inputs are all there.
    ///
    /// # Errors
    /// Exit code 3: an input cannot be read, or is not what the manifest says.
    pub fn assess(&mut self, plan: &Plan, task: &Task) -> Result<Assessment, StageError> {
        let mut inputs = BTreeMap::new();
        let mut meanings = BTreeMap::new();
        for input in &task.inputs {
            let mut of_port = Vec::new();
            let mut meaning_of_port = Vec::new();
            for file in &input.files {
                of_port.push(self.check_input(plan, file)?);
                let path = self.absolute(plan, file);
                let meaning = self.hashes.meaning_of(&path);
                meaning_of_port.push(meaning.map_err(|e| unreadable(&path, &e))?);
            }
            inputs.insert(input.port.clone(), of_port);
            meanings.insert(input.port.clone(), meaning_of_port);
        }
        let identity = Identity::of(task, &meanings);
        let verdict = self.verdict(task, &identity, plan.strict);
        Ok(Assessment {
            identity,
            inputs,
            verdict,
        })
    }

    /// sha256 of everything that a task wrote, by path relative to the workdir: outputs, sidecars, files in folders.
    ///
    /// # Errors
    /// Exit code 1: an output is not there.
    pub fn hash_outputs(&mut self, task: &Task) -> Result<BTreeMap<String, String>, StageError> {
        let mut hashes = BTreeMap::new();
        for output in &task.outputs {
            let path = self.workdir.root().join(&output.path);
            self.hashes.forget(&path);
            let hash = self.hashes.of_path(&path).map_err(|e| match e.kind() {
                io::ErrorKind::NotFound => {
                    StageError::failure(format_args!("it did not write {}", output.path))
                }
                _ => StageError::failure(format_args!("{}: {}", output.path, atomic::plain(&e))),
            })?;
            hashes.insert(output.path.clone(), hash);
            if path.is_dir() {
                self.hash_folder(&output.path, &mut hashes)
                    .map_err(|e| StageError::failure(format_args!("{}: {e}", output.path)))?;
            }
            if let Some(sidecar) = sidecar(&output.path)
                && let Some(hash) = self.hash_now(&sidecar)
            {
                hashes.insert(sidecar, hash);
            }
        }
        Ok(hashes)
    }

    fn verdict(&mut self, task: &Task, identity: &Identity, strict: bool) -> Verdict {
        let mut fault = None;
        if let Some(record) = self.records.find(&identity.hash()) {
            fault = self.fault(task, &record);
            if strict && fault.is_none() {
                fault = other_instructions(task, &record).map(|[made, now]| {
                    format!("made with {made} instructions, this machine has {now}")
                });
            }
            if fault.is_none() {
                return Verdict::UpToDate(record);
            }
        }
        let earlier = task.outputs.iter().find_map(|o| self.latest(&o.path));
        Verdict::Run(match (earlier, fault) {
            (Some(earlier), _) if earlier != *identity => identity.difference(&earlier),
            (Some(_), Some(fault)) => fault,
            _ => "new".to_owned(),
        })
    }

    fn latest(&mut self, path: &str) -> Option<Identity> {
        let record = self.records.latest(path)?;
        Some(Identity::from_document(record.of.clone()))
    }

    /// What is wrong with the outputs that a record promises.
    fn fault(&mut self, task: &Task, record: &Record) -> Option<String> {
        for output in &task.outputs {
            for path in std::iter::once(output.path.clone()).chain(sidecar(&output.path)) {
                let (expected, found) = (record.outputs.get(&path).cloned(), self.hash_now(&path));
                if found != expected {
                    let what = if found.is_none() {
                        "missing"
                    } else {
                        "altered"
                    };
                    return Some(format!("output {what}: {path}"));
                }
            }
            if !record.outputs.contains_key(&output.path) {
                return Some(format!("output missing: {}", output.path));
            }
        }
        None
    }

    fn hash_now(&mut self, path: &str) -> Option<String> {
        let path = self.workdir.root().join(path);
        self.hashes.of_path(&path).ok()
    }

    fn hash_folder(
        &mut self,
        folder: &str,
        hashes: &mut BTreeMap<String, String>,
    ) -> io::Result<()> {
        for entry in std::fs::read_dir(self.workdir.root().join(folder))? {
            let entry = entry?;
            let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
            if std::fs::metadata(entry.path())?.is_dir() {
                self.hash_folder(&path, hashes)?;
            } else if let Some(hash) = self.hash_now(&path) {
                hashes.insert(path, hash);
            }
        }
        Ok(())
    }

    fn absolute(&self, plan: &Plan, file: &InputFile) -> PathBuf {
        self.workdir.root().join(plan.path_of(file))
    }
}

/// The vector instructions that a task was computed with, and those of this machine, when they differ: the last digits of
/// its outputs may differ too.
pub(crate) fn other_instructions<'a>(task: &'a Task, record: &'a Record) -> Option<[&'a str; 2]> {
    let (made, now) = (
        record.instruction_set.as_deref()?,
        task.tool.instruction_set()?,
    );
    (made != now).then_some([made, now])
}

fn unreadable(path: &std::path::Path, error: &io::Error) -> StageError {
    StageError::input(path, atomic::plain(error))
}
