//! `rsom run`: executes a plan and reports the result.

use std::time::Instant;

use rsom_stage::{ExitCode, StageError, atomic, log};
use rsom_store::Store;

use crate::assess::assessor::Assessor;
use crate::assess::edited::{edited_outputs, would_overwrite};
use crate::assess::leftovers::Leftovers;
use crate::assess::survey::{Outlook, survey, warn_of_other_instructions};
use crate::assess::workdir::Workdir;
use crate::plan::tasks::Plan;
use crate::run::corrections;
use crate::run::duration::seconds;
use crate::run::events::Events;
use crate::run::execute::execute;
use crate::run::kept::settle_killed;
use crate::run::logs;
use crate::run::needs::check_needs;
use crate::run::orphans;
use crate::run::outcome::{Outcome, State, exit_code};
use crate::run::report;
use crate::run::reported;
use crate::run::reports;
use crate::run::settings::Settings;
use crate::run::signals;
use crate::run::warnings::Warnings;
use crate::run::words::tasks;

/// Number of failed tasks and of warnings to list at the end of a run.
const LISTED: usize = 20;

/// Runs the tasks that are not up to date, and returns the exit code of the run.
///
/// # Errors
/// Exit code 1: another run uses the workdir. Exit code 3: an input does not match the manifest. Exit code 4: the workdir
/// cannot be written, or files of the user would be overwritten.
pub(crate) fn run(
    plan: &Plan,
    settings: Settings,
    store: Option<Store>,
) -> Result<ExitCode, StageError> {
    signals::install();
    check_prune(plan, settings)?;
    let events = Events::new(settings.json);
    let started = Instant::now();
    let workdir = Workdir::new(&plan.workdir);
    let _lock = workdir.lock()?;
    let (mut assessor, outlooks) = looked_at(plan, &workdir)?;
    warn_of_other_instructions(plan, &outlooks);
    check_needs(plan, &mut assessor, &outlooks)?;
    let selected = plan.selected_tasks();
    let up_to_date = selected
        .clone()
        .filter(|(n, _)| outlooks[*n].is_up_to_date())
        .count();
    let total = selected.count();
    events.run(plan, total, up_to_date);
    if up_to_date == total
        && (plan.is_partial() || reported::is_still_right(&workdir, plan, &outlooks))
    {
        return nothing_to_do(plan, (settings, events), &mut assessor, total);
    }
    if up_to_date < total {
        let open = total - up_to_date;
        log::info(format_args!(
            "{}: {}, {up_to_date} up to date, {open} to run or to check{}",
            plan.name,
            tasks(total),
            plan.not_selected()
        ));
        corrections::say(plan);
    }
    if !settings.replace {
        let edited = edited_outputs(plan, &mut assessor, &outlooks);
        if !edited.is_empty() {
            assessor.hashes.save(true)?;
            return Err(would_overwrite(plan, &edited));
        }
    }
    let (outcomes, warnings) = execute(plan, (settings, events, store), &mut assessor, outlooks)?;
    let all_good = plan
        .selected_tasks()
        .all(|(n, _)| outcomes[n].state.is_good());
    let tidied = match all_good {
        true => tidy_up(plan, settings, &mut assessor),
        false => Ok(()),
    };
    assessor.hashes.save(true)?;
    report::write(&workdir, plan, &outcomes, started.elapsed().as_secs_f64())?;
    if up_to_date == total {
        say_nothing_to_do(plan, total);
    } else {
        print_warnings(&warnings);
        print_conclusion(plan, &outcomes, started);
    }
    tidied?;
    let code = exit_code(plan.selected_tasks().map(|(number, _)| &outcomes[number]));
    let count = |state| outcomes.iter().filter(|o| o.state == state).count();
    events.run_end(count, code);
    Ok(code)
}

/// Files that are no part of a selection may be part of the study.
fn check_prune(plan: &Plan, settings: Settings) -> Result<(), StageError> {
    match settings.prune && plan.is_partial() {
        true => Err(StageError::usage(
            "--prune goes with a whole run; leave out the selection of tasks",
        )),
        false => Ok(()),
    }
}

/// Ends a run whose tasks are all up to date, and whose report is right.
fn nothing_to_do(
    plan: &Plan,
    (settings, events): (Settings, Events),
    assessor: &mut Assessor,
    total: usize,
) -> Result<ExitCode, StageError> {
    say_nothing_to_do(plan, total);
    tidy_up(plan, settings, assessor)?;
    assessor.hashes.save(true)?;
    let count = |state| if state == State::UpToDate { total } else { 0 };
    events.run_end(count, ExitCode::Done);
    Ok(ExitCode::Done)
}

fn say_nothing_to_do(plan: &Plan, total: usize) {
    let others = plan.not_selected();
    log::info(format_args!(
        "nothing to do: {} up to date{others}",
        tasks(total)
    ));
}

/// Brings a workdir into order after a run that was killed, and looks at what stands in it.
pub(crate) fn looked_at(
    plan: &Plan,
    workdir: &Workdir,
) -> Result<(Assessor, Vec<Outlook>), StageError> {
    orphans::stop_all(&workdir.running());
    let reports = workdir.reports();
    reports::make_folder(&reports).map_err(|e| StageError::output(&reports, atomic::plain(&e)))?;
    let mut assessor = Assessor::of(plan)?;
    assessor.records.take_over()?;
    assessor.records.compact()?;
    settle_killed(&mut assessor)?;
    let _ = std::fs::remove_dir_all(workdir.all_taken());
    match survey(plan, &mut assessor) {
        Ok(outlooks) => Ok((assessor, outlooks)),
        Err(error) => {
            // So that the next run need not compute the hashes again.
            assessor.hashes.save(true)?;
            Err(error)
        }
    }
}

/// Removes or names files of earlier runs that the plan no longer has.
fn tidy_up(plan: &Plan, settings: Settings, assessor: &mut Assessor) -> Result<(), StageError> {
    let left = Leftovers::of(plan, assessor);
    let Some(warning) = left.warning() else {
        return Ok(());
    };
    if !settings.prune {
        log::warn(warning);
        return Ok(());
    }
    left.remove(assessor)?;
    let removed = left.unedited.len();
    let kept = match left.edited.len() {
        0 => String::new(),
        kept => format!("; {kept} were edited and stay"),
    };
    log::info(format_args!(
        "removed {removed} files of earlier runs{kept}"
    ));
    Ok(())
}

/// Lists the warnings of the tasks that ran, each text once.
fn print_warnings(warnings: &Warnings) {
    let lines = warnings.lines();
    for line in lines.iter().take(LISTED) {
        log::warn(line);
    }
    if lines.len() > LISTED {
        let more = lines.len() - LISTED;
        log::warn(format_args!(
            "and {more} more; see 'warnings' of each task in run.json"
        ));
    }
}

pub(crate) fn print_conclusion(plan: &Plan, outcomes: &[Outcome], started: Instant) {
    let selected = plan.selected_tasks().map(|(number, _)| &outcomes[number]);
    let count = |state| selected.clone().filter(|o| o.state == state).count();
    let (done, up_to_date) = (count(State::Done), count(State::UpToDate));
    let taken = count(State::Taken);
    let from_store = match taken {
        0 => String::new(),
        _ => format!("{taken} from the store, "),
    };
    let time = seconds(started.elapsed());
    let folder = plan.workdir.display();
    let open = selected.clone().count() - done - taken - up_to_date;
    if open == 0 {
        log::info(format_args!(
            "done in {time}: {} run, {from_store}{up_to_date} up to date; {folder}",
            tasks(done)
        ));
        return;
    }
    let failed = count(State::Failed);
    log::info(format_args!(
        "stopped after {time}: {} run, {from_store}{up_to_date} up to date, {failed} failed, {} not finished; {folder}",
        tasks(done),
        open - failed
    ));
    let tasks = plan.tasks.iter().zip(outcomes);
    let with_fault =
        tasks.filter_map(|(task, outcome)| Some((task, outcome, outcome.fault.as_ref()?)));
    for (task, outcome, fault) in with_fault.take(LISTED) {
        let log = plan.workdir.join(Workdir::log(&task.label));
        let said = outcome
            .assessment
            .as_ref()
            .and_then(|_| logs::last_line(&log));
        let said = said.map_or_else(String::new, |said| format!(": {said}"));
        log::error(format_args!("{}: {fault}{said}", task.label));
    }
    if failed > LISTED {
        log::error(format_args!("and {} more; see run.json", failed - LISTED));
    }
}
