//! `rsom log`: the log of a task.

use rsom_stage::{ExitCode, StageError, atomic};

use crate::assess::workdir::Workdir;
use crate::inspect::find::find;
use crate::plan::tasks::Plan;

/// Examples for the help.
pub(crate) const EXAMPLES: &str = "\
Examples:
  rsom log study.yaml train net=unet s=100 fold=0
  rsom log study.yaml masks/p1.nii.gz          the task that wrote this output";

/// Prints the log of a task: its command line, and what it said in its last run.
///
/// # Errors
/// Exit code 2: there is no such task. Exit code 3: it has no log.
pub(crate) fn print(plan: &Plan, words: &[String]) -> Result<ExitCode, StageError> {
    let task = &plan.tasks[find(plan, words)?];
    let path = plan.workdir.join(Workdir::log(&task.label));
    let bytes = std::fs::read(&path).map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => {
            StageError::input(&path, format_args!("'{}' has not run here", task.label))
        }
        _ => StageError::input(&path, atomic::plain(&e)),
    })?;
    Ok(rsom_stage::print(&String::from_utf8_lossy(&bytes)))
}
