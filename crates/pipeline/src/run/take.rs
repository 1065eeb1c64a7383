//! Takes the outputs of a task from the store instead of running it.
//!
//! They are put together and hashed in a folder of their own first. Old outputs stay until whole ones take their places.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use rsom_stage::{Kind, StageError, atomic, log};

use crate::assess::assessor::Assessment;
use crate::assess::standing::Standing;
use crate::assess::workdir::Workdir;
use crate::plan::tasks::Task;
use crate::run::execute::Run;
use crate::run::outcome::State;
use crate::run::outputs;
use crate::run::shared::{Found, Shared};

impl Run<'_> {
    /// Takes the outputs of a task from the store, if it has them whole. Returns whether it did; otherwise the task must run.
    ///
    /// # Errors
    /// Exit code 4: the workdir cannot be written.
    pub(super) fn take_from_store(
        &mut self,
        number: usize,
        task: &Task,
        assessment: &Assessment,
    ) -> Result<bool, StageError> {
        let Some(found) = self.shared.find(self.plan, task, assessment) else {
            return Ok(false);
        };
        let folder = self.assessor.workdir.taken(&task.label);
        // Of a run that was killed.
        let _ = fs::remove_dir_all(&folder);
        let outputs = match self.fetch(task, &found, &folder) {
            true => self.place(task, &found, &folder),
            false => Ok(None),
        };
        let _ = fs::remove_dir_all(&folder);
        let Some(outputs) = outputs? else {
            return Ok(false);
        };
        self.shared.used(&found);
        let record = Shared::record(self.plan, task, (assessment, &found), outputs);
        let record = self.keep_record(task, record)?;
        self.display.finished(task, State::Taken, "from the store");
        self.warn(number, &record.warnings);
        self.display.settled(task);
        self.done(number, State::Taken, assessment.clone(), record);
        Ok(true)
    }

    /// Brings found outputs into a folder of their own. Returns whether they are whole; else the store forgets what is damaged.
    fn fetch(&self, task: &Task, found: &Found, folder: &Path) -> bool {
        if let Err(error) = self.shared.fetch(found, folder) {
            not_taken(task, &error);
            return false;
        }
        let damaged = found.damaged(folder);
        if !damaged.is_empty() {
            self.shared.discard(task, found, &damaged);
        }
        damaged.is_empty()
    }

    /// Moves whole outputs to their places, where nothing stands, or old ones. Returns their hashes by path. `None` if that cannot be
    /// done: the task must run, and say itself why.
    fn place(
        &mut self,
        task: &Task,
        found: &Found,
        folder: &Path,
    ) -> Result<Option<BTreeMap<String, String>>, StageError> {
        outputs::clear(task, self.assessor)?;
        let root = self.assessor.workdir.root().to_path_buf();
        let before = Standing::of(task, &root);
        // Outputs that stand there are old ones, as was checked. The task would write over other files, and must say so itself.
        let is_output = |path: &String| task.outputs.iter().any(|output| output.path == *path);
        let mut paths = found.paths();
        if paths.any(|path| before.has(path) && !is_output(path)) {
            return Ok(None);
        }
        let hashes = found.hashes();
        let unrecorded = &mut self.assessor.unrecorded;
        unrecorded.note_taken(&task.label, hashes.clone())?;
        let moved = move_all(task, found, (folder, &root));
        for (path, sha256) in &hashes {
            let path = root.join(path);
            self.assessor.hashes.forget(&path);
            if moved.is_ok() {
                self.assessor.hashes.note(&path, sha256);
            }
        }
        if let Err(error) = moved {
            not_taken(task, &error);
            return Ok(None);
        }
        // One of another kind, such as a folder at the path of a file, is no output.
        Ok(self.assessor.with_folders(task, hashes).ok())
    }
}

fn not_taken(task: &Task, error: &io::Error) {
    let (label, why) = (&task.label, atomic::plain(error));
    log::warn(format_args!(
        "{label}: its outputs cannot be taken from the store ({why}), so it runs"
    ));
}

/// Moves the files of found outputs from a folder into the workdir, and writes the log of the task that made them.
fn move_all(task: &Task, found: &Found, (from, root): (&Path, &Path)) -> io::Result<()> {
    for output in &task.outputs {
        if output.kind == Kind::Directory {
            fs::create_dir_all(root.join(&output.path))?;
        }
    }
    for path in found.paths() {
        let (from, to) = (from.join(path), root.join(path));
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder)?;
        }
        match fs::rename(&from, &to) {
            // A folder of outputs may be a link to another disk.
            Err(error) if error.kind() == io::ErrorKind::CrossesDevices => copy(&from, &to)?,
            moved => moved?,
        }
    }
    fs::write(root.join(Workdir::log(&task.label)), found.what_it_said())
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let copied = atomic::write(to, |new| {
        fs::copy(from, new).map_err(|e| StageError::output(to, atomic::plain(&e)))?;
        Ok(())
    });
    copied.map_err(io::Error::other)
}
