//! Decides whether a task is up to date or must run, and why.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use rsom_stage::{Snapshot, StageError, atomic};

use crate::assess::hashes::Hashes;
use crate::assess::identity::Identity;
use crate::assess::records::{Record, Records};
use crate::assess::unrecorded::Unrecorded;
use crate::assess::workdir::Workdir;
use crate::plan::output_paths::sidecar;
use crate::plan::tasks::{InputFile, Plan, Task};

/// The state of a task whose inputs all exist.
#[derive(Debug, Clone)]
pub(crate) struct Assessment {
    pub identity: Identity,
    /// sha256 of each input file, by port.
    pub inputs: BTreeMap<String, Vec<String>>,
    pub verdict: Verdict,
}

/// Whether a task must run.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Verdict {
    /// The outputs exist and come from a task of the same identity.
    UpToDate(Record),
    /// The task must run, for this reason.
    Run(String),
}

/// Assesses the tasks of a plan in a workdir.
#[derive(Debug)]
pub(crate) struct Assessor {
    pub workdir: Workdir,
    pub hashes: Hashes,
    pub records: Records,
    pub unrecorded: Unrecorded,
}

impl Assessor {
    /// Reads the hashes of earlier runs.
    pub fn new(workdir: &Workdir) -> Self {
        Self {
            hashes: Hashes::read(&workdir.hashes(), workdir.root()),
            records: Records::new(&workdir.records()),
            unrecorded: Unrecorded::new(&workdir.started()),
            workdir: workdir.clone(),
        }
    }

    /// The sha256 of an input file. Compares it with the manifest.
    ///
    /// # Errors
    /// Exit code 3: the file cannot be read, or does not match the manifest.
    pub fn check_input(&mut self, plan: &Plan, file: &InputFile) -> Result<String, StageError> {
        let path = self.absolute(plan, file)?;
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
                format_args!("its sha256 is {found:.12}…, but the manifest says {expected:.12}…"),
            )),
            _ => Ok(found),
        }
    }

    /// Assesses a task whose inputs all exist. Uses the hashes that this run already knows.
    ///
    /// # Errors
    /// Exit code 3: an input cannot be read, or does not match the manifest.
    pub fn assess(&mut self, plan: &Plan, task: &Task) -> Result<Assessment, StageError> {
        let (identity, inputs) = self.identify(plan, task)?;
        let verdict = self.verdict(task, &identity, plan.strict);
        Ok(Assessment {
            identity,
            inputs,
            verdict,
        })
    }

    /// Assesses a task just before it runs: looks at its inputs again.
    ///
    /// # Errors
    /// Exit code 3: an input cannot be read, or does not match the manifest.
    pub fn assess_again(&mut self, plan: &Plan, task: &Task) -> Result<Assessment, StageError> {
        self.forget_inputs(plan, task)?;
        self.assess(plan, task)
    }

    /// What stands at the inputs of a task now. To be looked at before the task is assessed, see
    /// [`Self::check_inputs_unchanged`].
    ///
    /// # Errors
    /// Exit code 3: an input folder cannot be read.
    pub fn snapshot(&self, plan: &Plan, task: &Task) -> Result<Snapshot, StageError> {
        let mut snapshot = Snapshot::default();
        for file in task.inputs.iter().flat_map(|input| &input.files) {
            let path = self.absolute(plan, file)?;
            snapshot
                .add_input(&path)
                .map_err(|e| unreadable(&path, &e))?;
        }
        Ok(snapshot)
    }

    /// Checks that the inputs of a task that has ended are those that it was assessed with.
    ///
    /// An input that was changed meanwhile and put back is a fault, too: the task may have read another one.
    ///
    /// # Errors
    /// Exit code 3: an input was written, moved or removed while the task ran.
    pub fn check_inputs_unchanged(
        &mut self,
        plan: &Plan,
        task: &Task,
        assessment: &Assessment,
        before: &Snapshot,
    ) -> Result<(), StageError> {
        let changed = |path: &Path| {
            StageError::input(
                path,
                "it changed while the task ran, so the result is not recorded; start the run again",
            )
        };
        let now = self.snapshot(plan, task)?;
        if let Some(path) = now.first_change(before) {
            return Err(changed(path));
        }
        self.forget_inputs(plan, task)?;
        for input in &task.inputs {
            let hashes = assessment.inputs.get(&input.port);
            for (index, file) in input.files.iter().enumerate() {
                let path = self.absolute(plan, file)?;
                // The snapshot has looked at all files of a folder, except hidden ones, which do not count here.
                if path.is_dir() {
                    continue;
                }
                let now = self.hashes.of_path(&path).map_err(|_| changed(&path))?;
                if hashes.and_then(|hashes| hashes.get(index)) != Some(&now) {
                    return Err(changed(&path));
                }
            }
        }
        Ok(())
    }

    fn forget_inputs(&mut self, plan: &Plan, task: &Task) -> Result<(), StageError> {
        for file in task.inputs.iter().flat_map(|input| &input.files) {
            let path = self.absolute(plan, file)?;
            self.hashes.forget(&path);
        }
        Ok(())
    }

    /// The identity of a task, and the sha256 of each input file by port.
    fn identify(
        &mut self,
        plan: &Plan,
        task: &Task,
    ) -> Result<(Identity, BTreeMap<String, Vec<String>>), StageError> {
        let mut inputs = BTreeMap::new();
        let mut meanings = BTreeMap::new();
        for input in &task.inputs {
            let mut of_port = Vec::new();
            let mut meaning_of_port = Vec::new();
            for file in &input.files {
                of_port.push(self.check_input(plan, file)?);
                let path = self.absolute(plan, file)?;
                let meaning = self.hashes.meaning_of(&path);
                meaning_of_port.push(meaning.map_err(|e| unreadable(&path, &e))?);
            }
            inputs.insert(input.port.clone(), of_port);
            meanings.insert(input.port.clone(), meaning_of_port);
        }
        Ok((Identity::of(task, &meanings), inputs))
    }

    /// The sha256 of all outputs of a task, their sidecars and the files in output folders, by path relative to the workdir.
    ///
    /// # Errors
    /// Exit code 1: an output is missing.
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
                && let Some(hash) = self.hash_if_present(&sidecar)
            {
                hashes.insert(sidecar, hash);
            }
        }
        Ok(hashes)
    }

    /// The paths in an output folder that its last task wrote, relative to the workdir.
    pub fn recorded_inside(&mut self, folder: &str) -> Vec<String> {
        let inside = format!("{folder}/");
        let record = self.records.latest(folder);
        let paths = record.into_iter().flat_map(|record| record.outputs.keys());
        paths
            .filter(|path| path.starts_with(&inside))
            .cloned()
            .collect()
    }

    fn verdict(&mut self, task: &Task, identity: &Identity, strict: bool) -> Verdict {
        let mut fault = None;
        if let Some(record) = self.records.find(&identity.hash()) {
            fault = self.fault(task, &record);
            if strict && fault.is_none() {
                fault = instruction_mismatch(task, &record).map(|[made, now]| {
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

    /// The first difference between the outputs and their record, if any.
    fn fault(&mut self, task: &Task, record: &Record) -> Option<String> {
        for output in &task.outputs {
            for path in std::iter::once(output.path.clone()).chain(sidecar(&output.path)) {
                let (expected, found) = (
                    record.outputs.get(&path).cloned(),
                    self.hash_if_present(&path),
                );
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

    /// The sha256 of a file or folder in the workdir, by its path in there. `None` if it is missing.
    pub fn hash_if_present(&mut self, path: &str) -> Option<String> {
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
            } else if let Some(hash) = self.hash_if_present(&path) {
                hashes.insert(path, hash);
            }
        }
        Ok(())
    }

    fn absolute(&self, plan: &Plan, file: &InputFile) -> Result<PathBuf, StageError> {
        let path = plan.path_of(file).ok_or_else(|| {
            StageError::failure("an input refers to an output that is not in the plan")
        })?;
        Ok(self.workdir.root().join(path))
    }
}

/// The vector instructions of the recorded task and those of this machine, if they differ. The last digits of the outputs
/// may then differ too.
pub(crate) fn instruction_mismatch<'a>(task: &'a Task, record: &'a Record) -> Option<[&'a str; 2]> {
    let (made, now) = (
        record.instruction_set.as_deref()?,
        task.tool.instruction_set()?,
    );
    (made != now).then_some([made, now])
}

fn unreadable(path: &Path, error: &io::Error) -> StageError {
    StageError::input(path, atomic::plain(error))
}
