//! `rsom collect`: takes over what workers of a cluster recorded.

use std::time::Instant;

use rsom_stage::{ExitCode, StageError, log};

use crate::assess::survey::warn_of_other_instructions;
use crate::assess::workdir::{Lock, Workdir};
use crate::plan::tasks::Plan;
use crate::run::outcome::Outcome;
use crate::run::report;
use crate::run::session::looked_at;
use crate::run::signals;
use crate::run::waiting::{Try, until_done, used_by_a_run};
use crate::run::words::tasks;

/// Takes over what workers recorded, and writes `run.json`, without running anything.
///
/// # Errors
/// Exit code 1: a run uses the workdir, or tasks are not done. Exit code 3: an input does not match the manifest. Exit
/// code 4: the workdir cannot be written.
pub(crate) fn collect(plan: &Plan) -> Result<ExitCode, StageError> {
    signals::install();
    let started = Instant::now();
    let workdir = Workdir::new(&plan.workdir);
    let _lock = lock(&workdir)?;
    let (mut assessor, outlooks) = looked_at(plan, &workdir)?;
    warn_of_other_instructions(plan, &outlooks);
    assessor.hashes.save(true)?;
    let outcomes: Vec<Outcome> = (plan.tasks.iter().zip(outlooks))
        .map(|(task, outlook)| {
            let failure = outlook.failure(&task.label, &mut assessor.unrecorded);
            Outcome::of_outlook(outlook, failure)
        })
        .collect();
    report::write(&workdir, plan, &outcomes, started.elapsed().as_secs_f64())?;
    let open = outcomes
        .iter()
        .filter(|outcome| !outcome.state.is_good())
        .count();
    let total = outcomes.len();
    if open > 0 {
        return Err(StageError::failure(format_args!(
            "{open} of {} are not done; 'rsom plan' names them, 'rsom log' shows what they said",
            tasks(total)
        )));
    }
    log::info(format_args!(
        "all {total} tasks are done; {}",
        workdir.report().display()
    ));
    Ok(ExitCode::Done)
}

/// The workdir for this process alone. Waits for jobs of the cluster, also of another submission of the study, but for no run.
fn lock(workdir: &Workdir) -> Result<Lock, StageError> {
    until_done(|| {
        Ok(match (workdir.lock_to_collect()?, workdir.active_run()) {
            (Some(lock), _) => Try::Done(lock),
            (None, Some(run)) if !run.collects => Try::Blocked(used_by_a_run(workdir.root(), run)),
            (None, Some(run)) => Try::Wait(format!("another 'rsom collect'{run}")),
            (None, None) => Try::Wait("jobs that run tasks of this study".to_owned()),
        })
    })
}
