//! Notices when a program is replaced while a run is going: later tasks would run other code than the plan names.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rsom_stage::{Snapshot, StageError};

use crate::check::tool::Tool;
use crate::plan::tasks::{Plan, Task};

/// What stood at the programs of a plan at the start of the run.
#[derive(Debug)]
pub(crate) struct Programs(BTreeMap<PathBuf, Snapshot>);

impl Programs {
    /// Looks at the programs of a plan. Programs on the `PATH` are not looked at.
    pub fn of(plan: &Plan) -> Self {
        let mut programs = BTreeMap::new();
        for task in &plan.tasks {
            let program = program(task);
            if program.is_absolute() && !programs.contains_key(program) {
                programs.insert(program.to_path_buf(), look(program));
            }
        }
        Self(programs)
    }

    /// Checks that the program of a task is the one that the run began with.
    ///
    /// # Errors
    /// Exit code 1: it was replaced or removed.
    pub fn check(&self, task: &Task) -> Result<(), StageError> {
        let program = program(task);
        let Some(before) = self.0.get(program) else {
            return Ok(());
        };
        if look(program).first_change(before).is_none() {
            return Ok(());
        }
        Err(StageError::failure(format_args!(
            "{} was replaced during the run; start the run again",
            program.display()
        )))
    }
}

fn look(program: &Path) -> Snapshot {
    let mut snapshot = Snapshot::default();
    // A program that cannot be looked at cannot be started either.
    let _ = snapshot.add(program);
    snapshot
}

/// The program of a task.
pub(crate) fn program(task: &Task) -> &Path {
    match task.tool.as_ref() {
        Tool::Stage(tool) => &tool.program,
        Tool::Line(line) => &line.program,
    }
}
