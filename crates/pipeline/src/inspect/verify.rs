//! `rsom verify` of a study: hashes every file again, whatever its size, times and inode say.

use rsom_stage::{ExitCode, Progress, StageError, log};

use crate::assess::assessor::Assessor;
use crate::assess::finished::Unfinished;
use crate::assess::survey::{Outlook, survey_with};
use crate::inspect::plan_lines;
use crate::plan::tasks::Plan;

/// Number of tasks to name.
const LISTED: usize = 20;

impl Plan {
    /// Reads all inputs and outputs of the tasks anew, and compares them with the manifest and the records. The hashes are kept for
    /// the next run.
    ///
    /// # Errors
    /// Exit code 3: an input cannot be read, or does not match the manifest. Exit code 4: the hashes cannot be stored.
    pub fn verify(&self) -> Result<ExitCode, StageError> {
        let mut assessor = Assessor::of(self)?;
        assessor.hashes.clear();
        let mut progress = Progress::start("reading files", self.tasks.len() as u64);
        let outlooks = survey_with(self, &mut assessor, &mut || progress.advance(1))?;
        progress.finish();
        if self.workdir.is_dir() {
            assessor.hashes.save(true)?;
        }
        let unfinished = Unfinished::of(self, &outlooks, &mut assessor.unrecorded);
        let open = &unfinished.open;
        // Tasks that wait are consequences.
        let is_first = |number: &&usize| matches!(outlooks[**number], Outlook::Known(_));
        for number in open.iter().filter(is_first).take(LISTED) {
            let (_, reason) = plan_lines::state(self, &outlooks[*number]);
            let (label, reason) = (&self.tasks[*number].label, reason.unwrap_or_default());
            log::error(format_args!("{label}: {reason}"));
        }
        let total = self.tasks.len();
        if open.is_empty() {
            let made = total - unfinished.left_out.len();
            let without = unfinished.words(self);
            let without = without.map_or_else(String::new, |words| format!("; {words}"));
            let said = format!("all files of {made} tasks are as they were made{without}\n");
            return Ok(rsom_stage::print(&said));
        }
        if open.len() == total {
            return Err(StageError::failure(format_args!(
                "none of {total} tasks is up to date"
            )));
        }
        Err(StageError::failure(format_args!(
            "{} of {total} tasks are not up to date; the files of the others are as they were made",
            open.len()
        )))
    }
}
