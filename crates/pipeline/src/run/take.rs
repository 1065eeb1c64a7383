//! Takes the outputs of a task from the store instead of running it.

use std::collections::BTreeMap;
use std::fs;

use rsom_stage::{StageError, log};

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
        // Outputs that stand there are old ones, as was checked. The task would write over other files, and must say so itself.
        let is_output = |path: &String| task.outputs.iter().any(|output| output.path == *path);
        let of_user = found
            .paths()
            .any(|path| before.has(path) && !is_output(path));
        let outputs = match of_user {
            true => None,
            false => self.outputs_of(task, &found, &before),
        };
        kept.put_back(&before)?;
        let Some(outputs) = outputs else {
            outputs::note_end(task, &before, (BTreeMap::new(), None), self.assessor);
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

    /// Puts found outputs into the workdir. Returns their hashes by path. `None` if that cannot be done, or if they are damaged: then
    /// nothing is left of them, and the store forgets what is damaged.
    fn outputs_of(
        &mut self,
        task: &Task,
        found: &Found,
        before: &Standing,
    ) -> Option<BTreeMap<String, String>> {
        let root = self.assessor.workdir.root().to_path_buf();
        let log = root.join(Workdir::log(&task.label));
        let taken = self.shared.take(task, found, (&root, &log));
        for path in found.paths() {
            self.assessor.hashes.forget(&root.join(path));
        }
        let damaged = found.damaged(|path| self.assessor.hash_if_present(path));
        if taken.is_ok() && damaged.is_empty() {
            // One of another kind, such as a folder at the path of a file, is no output.
            return self.assessor.hash_outputs(task, before).ok();
        }
        match &taken {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                let (label, why) = (&task.label, rsom_stage::atomic::plain(error));
                log::warn(format_args!(
                    "{label}: its outputs cannot be taken from the store ({why}), so it runs"
                ));
            }
            _ => self.shared.discard(task, found, &damaged),
        }
        for path in found.paths() {
            let path = root.join(path);
            let _ = fs::remove_file(&path);
            self.assessor.hashes.forget(&path);
        }
        None
    }
}
