//! Takes the outputs of a task from the store instead of running it.

use std::collections::BTreeMap;
use std::fs;

use rsom_stage::{ExitCode, StageError, atomic};

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
        let (before, kept) =
            outputs::make_room(task, (self.settings.replace, &self.mark), self.assessor)?;
        // The task would write over a file of the user, and must say so itself.
        let of_user = before.in_folders().any(|path| found.writes(path));
        let outputs = match of_user {
            true => None,
            false => self.outputs_of(task, &found, &before)?,
        };
        kept.put_back(&before)?;
        let Some(outputs) = outputs else {
            return Ok(false);
        };
        let record = Shared::record(self.plan, task, (assessment, &found), outputs);
        let record = self.keep_record(task, record)?;
        self.display.finished(task, State::Taken, "from the store");
        self.warn(number, &record.warnings);
        self.display.settled(task);
        self.done(number, State::Taken, assessment.clone(), record);
        Ok(true)
    }

    /// Puts found outputs into the workdir. Returns their hashes by path. `None` if they are damaged: then nothing is left of them, and
    /// the store forgets them.
    fn outputs_of(
        &mut self,
        task: &Task,
        found: &Found,
        before: &Standing,
    ) -> Result<Option<BTreeMap<String, String>>, StageError> {
        let root = self.assessor.workdir.root().to_path_buf();
        let log = root.join(Workdir::log(&task.label));
        let taken = self.shared.take(task, found, (&root, &log));
        if let Err(error) = &taken
            && error.exit_code() == ExitCode::CannotWrite
        {
            return Err(error.clone());
        }
        let outputs = self.assessor.hash_outputs(task, before).unwrap_or_default();
        let damaged = found.damaged(&outputs);
        if taken.is_ok() && damaged.is_empty() {
            return Ok(Some(outputs));
        }
        let now = before.again(&root);
        for path in now.written_since(before) {
            let path = root.join(path);
            fs::remove_file(&path).map_err(|e| StageError::output(&path, atomic::plain(&e)))?;
            self.assessor.hashes.forget(&path);
        }
        self.shared.discard(task, found, &damaged);
        Ok(None)
    }
}
