//! Decides whether a task is up to date or must run, and why.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rsom_stage::{Kind, Snapshot, StageError, atomic, fingerprint};

use crate::assess::hashes::Hashes;
use crate::assess::identity::Identity;
use crate::assess::links;
use crate::assess::records::{Record, Records};
use crate::assess::standing::{Standing, is_inside};
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
    UpToDate(Rc<Record>),
    /// The task must run, for this reason.
    Run(String),
}

/// Assesses the tasks of a plan in a workdir.
#[derive(Debug)]
pub(crate) struct Assessor {
    pub workdir: Workdir,
    /// Name of the pipeline of the plan.
    pipeline: String,
    pub hashes: Hashes,
    pub records: Records,
    pub unrecorded: Unrecorded,
}

impl Assessor {
    /// Reads the hashes and records of earlier runs in the workdir of a plan.
    ///
    /// # Errors
    /// Exit code 3: the records cannot be read.
    pub fn of(plan: &Plan) -> Result<Self, StageError> {
        let workdir = Workdir::new(&plan.workdir);
        // Both are large in a large study.
        let (hashes, records) = std::thread::scope(|scope| {
            let hashes = scope.spawn(|| Hashes::read(&workdir.hashes(), workdir.root()));
            let records = Records::read(&workdir.records(), &workdir.inbox());
            (hashes.join(), records)
        });
        Ok(Self {
            hashes: hashes.unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            records: records?,
            unrecorded: Unrecorded::new(&workdir.started(), &plan.name),
            pipeline: plan.name.clone(),
            workdir,
        })
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
            InputFile::Corrected { task, output, .. } => {
                self.check_correction(plan, &path, (*task, *output))?;
                Ok(found)
            }
            _ => Ok(found),
        }
    }

    /// Checks that a file of the user is of the kind of the output in whose place it is, on the same grid.
    fn check_correction(
        &self,
        plan: &Plan,
        path: &Path,
        (task, output): (usize, usize),
    ) -> Result<(), StageError> {
        let Some(output) = plan
            .tasks
            .get(task)
            .and_then(|task| task.outputs.get(output))
        else {
            return Ok(());
        };
        let original = plan.workdir.join(&output.path);
        // Only volumes lie on a grid.
        let is_volume = Kind::Volume.accepts_name(&original);
        let original = (is_volume && original.is_file()).then_some(original);
        (plan.check_output)(path, output.kind, original.as_deref())
            .map_err(|fault| StageError::input(path, fault))
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

    /// The sha256 of all outputs of a task that has ended, their sidecars and the files in output folders, by path relative to
    /// the workdir. Sidecars and files in output folders that stood there `before` belong to the user, and are left out.
    ///
    /// # Errors
    /// Exit code 1: an output is missing, of another kind, or has a name that a record cannot hold.
    pub fn hash_outputs(
        &mut self,
        task: &Task,
        before: &Standing,
    ) -> Result<BTreeMap<String, String>, StageError> {
        let root = self.workdir.root().to_path_buf();
        let now = before.again(&root);
        let mut hashes = BTreeMap::new();
        check_links(task, &now, before, &root)?;
        for path in now.written_since(before) {
            self.hashes.forget(&root.join(path));
            let hash = self.hash_if_present(path);
            hashes.extend(hash.map(|hash| (path.clone(), hash)));
        }
        self.with_folders(task, hashes)
    }

    /// Adds the hashes of output folders to those of the files that a task wrote.
    ///
    /// # Errors
    /// As of [`Self::hash_outputs`].
    pub fn with_folders(
        &self,
        task: &Task,
        mut hashes: BTreeMap<String, String>,
    ) -> Result<BTreeMap<String, String>, StageError> {
        let root = self.workdir.root();
        for output in &task.outputs {
            let path = &output.path;
            let is_folder = root.join(path).is_dir();
            if output.kind == Kind::Directory && is_folder {
                check_names(&root.join(path))?;
                hashes.insert(path.clone(), hash_of_folder(path, &hashes));
            } else if output.kind == Kind::Directory && hashes.contains_key(path) {
                return Err(StageError::failure(format_args!(
                    "it wrote a file, and not a folder, at {path}"
                )));
            } else if is_folder {
                return Err(StageError::failure(format_args!(
                    "it wrote a folder, and not a file, at {path}"
                )));
            } else if !hashes.contains_key(path) {
                return Err(StageError::failure(format_args!("it did not write {path}")));
            }
        }
        Ok(hashes)
    }

    /// The paths in an output folder that tasks of this pipeline wrote, also those that failed, relative to the workdir. They may come
    /// from an earlier pipeline file, in which single files were outputs.
    pub fn recorded_inside(&mut self, folder: &str) -> Vec<String> {
        let mut inside = self.unrecorded.left_inside(folder);
        inside.extend(self.records.inside(folder, &self.pipeline).cloned());
        // The last task of this folder may have been of another pipeline.
        let record = self.records.latest(folder);
        let paths = record.into_iter().flat_map(|record| record.outputs.keys());
        inside.extend(paths.filter(|path| is_inside(path, folder)).cloned());
        inside.sort();
        inside.dedup();
        inside
    }

    /// Whether a task wrote a file at this path: one that was recorded, or that failed or was stopped.
    pub fn is_written_by_a_task(&mut self, path: &str) -> bool {
        self.records.latest(path).is_some() || self.unrecorded.names(path)
    }

    fn verdict(&mut self, task: &Task, identity: &Identity, strict: bool) -> Verdict {
        let mut fault = None;
        if let Some(record) = self.records.find(identity.hash(), &task.ports()) {
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
        let mut outputs = task.outputs.iter();
        let earlier = outputs.find_map(|o| Some(self.records.latest(&o.path)?.of.clone()));
        Verdict::Run(match (earlier, fault) {
            (Some(earlier), _) if earlier != *identity.document() => identity.difference(&earlier),
            (Some(_), Some(fault)) => fault,
            (Some(_), None) => "outputs have other paths".to_owned(),
            (None, _) => "new".to_owned(),
        })
    }

    /// The first difference between the outputs and their record, if any. Files that the task did not write do not count.
    fn fault(&mut self, task: &Task, record: &Record) -> Option<String> {
        for output in &task.outputs {
            let path = &output.path;
            let Some(expected) = record.outputs.get(path) else {
                return Some(format!("output missing: {path}"));
            };
            if output.kind == Kind::Directory {
                if let Some(fault) = self.folder_fault(path, record) {
                    return Some(fault);
                }
                continue;
            }
            if self.workdir.root().join(path).is_dir() {
                return Some(format!("output missing: {path} is a folder"));
            }
            let sidecar = sidecar(path).and_then(|path| record.outputs.get_key_value(&path));
            let files = std::iter::once((path, expected)).chain(sidecar);
            let mut faults = files.filter_map(|(file, sha256)| self.difference(file, sha256));
            if let Some(fault) = faults.next() {
                return Some(fault);
            }
        }
        None
    }

    /// The first difference between an output folder and its record, if any.
    fn folder_fault(&mut self, folder: &str, record: &Record) -> Option<String> {
        let place = self.workdir.root().join(folder);
        if place.is_symlink() {
            return Some(format!("output missing: {folder} is a link"));
        }
        if !place.is_dir() {
            return Some(format!("output missing: {folder}"));
        }
        // A task that wrote the folder later, or failed in it, may have left other files.
        let inside = self.recorded_inside(folder).into_iter();
        let mut others = inside.filter(|path| !record.outputs.contains_key(path));
        if let Some(path) = others.find(|path| self.hash_if_present(path).is_some()) {
            return Some(format!("output altered: {path}"));
        }
        let own = (record.outputs.iter()).filter(|(path, _)| is_inside(path, folder));
        let mut faults = own.filter_map(|(path, sha256)| self.difference(path, sha256));
        faults.next()
    }

    /// How a file differs from its recorded sha256, if it does.
    fn difference(&mut self, path: &str, expected: &str) -> Option<String> {
        match self.hash_if_present(path) {
            Some(found) if found == expected => None,
            Some(_) => Some(format!("output altered: {path}")),
            None => Some(format!("output missing: {path}")),
        }
    }

    /// The sha256 of a file or folder in the workdir, by its path in there; of a link that leads to no file, that of its target.
    /// `None` if it is missing, or if a link leads to it.
    pub fn hash_if_present(&mut self, path: &str) -> Option<String> {
        let root = self.workdir.root();
        if links::link_above(root, path).is_some() {
            return None;
        }
        let place = root.join(path);
        match place.symlink_metadata().ok()? {
            link if link.is_symlink() && links::is_link_without_file(&place) => {
                links::hash_of_link(&place).ok()
            }
            link if link.is_symlink() => self.hashes.of_path(&place).ok(),
            found => self.hashes.of_found(&place, found).ok(),
        }
    }

    fn absolute(&self, plan: &Plan, file: &InputFile) -> Result<PathBuf, StageError> {
        let path = plan.path_of(file).ok_or_else(|| {
            StageError::failure("an input refers to an output that is not in the plan")
        })?;
        Ok(self.workdir.root().join(path))
    }
}

/// Checks that a task that has ended left no links where its outputs must be whole: at a folder, around an output, and in a folder
/// those that lead to no file.
fn check_links(
    task: &Task,
    now: &Standing,
    before: &Standing,
    root: &Path,
) -> Result<(), StageError> {
    for output in &task.outputs {
        let path = &output.path;
        let is_link = output.kind == Kind::Directory && root.join(path).is_symlink();
        let link = is_link.then(|| path.clone());
        if let Some(link) = links::link_above(root, path).or(link) {
            return Err(StageError::failure(format_args!(
                "it made a link, and not a folder, at {link}"
            )));
        }
    }
    let mut written = now.written_since(before);
    match written.find(|path| links::is_link_without_file(&root.join(path))) {
        None => Ok(()),
        Some(link) => Err(StageError::failure(format_args!(
            "it made a link to a folder, or to nothing, at {link}; outputs must hold the files themselves"
        ))),
    }
}

/// Checks that all names in an output folder are UTF-8: records are text.
fn check_names(folder: &Path) -> Result<(), StageError> {
    let files = rsom_stage::folder::own_files(folder).unwrap_or_default();
    match files.iter().find(|file| file.name.to_str().is_none()) {
        Some(file) => {
            let path = folder.join(&file.name);
            Err(StageError::failure(format_args!(
                "{}: the name of an output must be UTF-8",
                path.display()
            )))
        }
        None => Ok(()),
    }
}

/// The sha256 of an output folder with the files that its task wrote, as [`rsom_stage::fingerprint::of_path`] defines it.
fn hash_of_folder(folder: &str, hashes: &BTreeMap<String, String>) -> String {
    let inside = hashes.iter().filter(|(path, _)| is_inside(path, folder));
    // Paths are sorted folder by folder.
    let files: BTreeMap<&Path, &String> = inside
        .filter_map(|(path, hash)| Some((Path::new(path.strip_prefix(folder)?.get(1..)?), hash)))
        .collect();
    fingerprint::of_files(files.into_iter().map(|(name, hash)| (name, hash.as_str())))
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
