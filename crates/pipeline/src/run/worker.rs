//! `rsom task`: runs some tasks of a study, on behalf of an engine that knows their order: Snakemake, Slurm. Several workers may run at
//! the same time; the next `rsom run` takes their records over.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Instant;

use rsom_stage::{ExitCode, StageError, atomic, log, text};
use rsom_store::Store;

use crate::assess::assessor::Assessor;
use crate::assess::edited::{edited_outputs, would_overwrite};
use crate::assess::survey::survey_part;
use crate::assess::unrecorded::Unrecorded;
use crate::assess::workdir::{Lock, Workdir};
use crate::plan::tasks::{Plan, Task};
use crate::run::claims::Claim;
use crate::run::events::Events;
use crate::run::execute::execute;
use crate::run::kept::settle;
use crate::run::needs::check_needs;
use crate::run::outcome::exit_code;
use crate::run::session::print_conclusion;
use crate::run::settings::Settings;
use crate::run::signals;
use crate::run::waiting::{Try, until_done, used_by_a_run};
use crate::run::words::tasks;

/// Digits of a revision that an export states.
const DIGITS: usize = 16;

/// Which tasks to run.
#[derive(Debug, Default)]
pub(crate) struct Assignment {
    /// Labels of tasks.
    pub labels: Vec<String>,
    /// The revision of each stage that the export was made with, as `STAGE=REVISION`.
    pub expected: Vec<String>,
}

impl Assignment {
    /// The labels in a file, one in each line; of `(number, count)` the part with this number, from 1, of as many parts of equal size.
    ///
    /// # Errors
    /// Exit code 3: the file cannot be read.
    pub fn labels_of(file: &Path, part: Option<(usize, usize)>) -> Result<Vec<String>, StageError> {
        let text = text::read(file).map_err(|fault| StageError::input(file, fault))?;
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        let labels: Vec<String> = lines.map(str::to_owned).collect();
        let (number, count) = part.unwrap_or((1, 1));
        let bound = |number: usize| labels.len() * number / count;
        Ok(labels[bound(number - 1)..bound(number)].to_vec())
    }
}

/// The revision of each program of a plan.
pub(crate) fn revisions(plan: &Plan) -> BTreeMap<String, String> {
    let tools = plan.tasks.iter().map(|task| task.tool.revision());
    let known = tools.filter_map(|(name, revision)| Some((name, revision?)));
    let short = known.map(|(name, revision)| (name, format!("{revision:.DIGITS$}")));
    short.collect()
}

/// Runs tasks of a plan, each after those that it needs. What other tasks make must be there, and up to date.
///
/// # Errors
/// Exit code 1: a run uses the workdir, or a program has another revision than the export. Exit code 2: a
/// task is not in the plan, or needs one that is not up to date. Exit code 3: an input does not match the manifest. Exit code 4: the
/// workdir cannot be written, or files of the user would be overwritten.
pub(crate) fn work(
    mut plan: Plan,
    assignment: &Assignment,
    (settings, store): (Settings, Option<Store>),
) -> Result<ExitCode, StageError> {
    signals::install();
    let started = Instant::now();
    check_revisions(&plan, &assignment.expected)?;
    if assignment.labels.is_empty() {
        log::info("nothing to do: this part of the list is empty");
        return Ok(ExitCode::Done);
    }
    select(&mut plan, &assignment.labels)?;
    let workdir = Workdir::new(&plan.workdir);
    let _lock = shared(&workdir)?;
    for folder in [workdir.reports(), workdir.inbox()] {
        std::fs::create_dir_all(&folder)
            .map_err(|e| StageError::output(&folder, atomic::plain(&e)))?;
    }
    let _claims = claim(&plan, &workdir)?;
    // After the claims: another worker may have ended the same task just now.
    let mut assessor = Assessor::of(&plan)?;
    assessor.records.for_worker();
    let _others = settle_killed(&plan, &workdir, &mut assessor)?;
    let selected: Vec<bool> = (0..plan.tasks.len()).map(|n| plan.is_selected(n)).collect();
    let wanted = plan.with_needs(selected);
    let outlooks = survey_part(&plan, &mut assessor, &wanted, &mut || {})?;
    check_needs(&plan, &mut assessor, &outlooks)?;
    let is_done = |(number, _): (usize, &Task)| outlooks[number].is_up_to_date();
    if plan.selected_tasks().all(is_done) {
        let count = plan.selected_tasks().count();
        log::info(format_args!("nothing to do: {} up to date", tasks(count)));
        return Ok(ExitCode::Done);
    }
    if !settings.replace {
        let edited = edited_outputs(&plan, &mut assessor, &outlooks);
        if !edited.is_empty() {
            return Err(would_overwrite(&plan, &edited));
        }
    }
    let events = Events::new(settings.json);
    let (outcomes, _) = execute(&plan, (settings, events, store), &mut assessor, outlooks)?;
    print_conclusion(&plan, &outcomes, started);
    let own = plan.selected_tasks().map(|(number, _)| &outcomes[number]);
    Ok(match exit_code(own.clone()) {
        // A task that had nothing to work on has no outputs either.
        ExitCode::Done if own.clone().any(|outcome| !outcome.state.is_good()) => ExitCode::Failure,
        code => code,
    })
}

/// The workdir, shared with other workers. Waits while `rsom collect`, of an earlier submission of the study, holds it.
fn shared(workdir: &Workdir) -> Result<Lock, StageError> {
    until_done(|| {
        Ok(match (workdir.share()?, workdir.active_run()) {
            (Some(lock), _) => Try::Done(lock),
            (None, Some(run)) if run.collects => Try::Wait(format!("'rsom collect'{run}")),
            (None, Some(run)) => Try::Blocked(used_by_a_run(workdir.root(), run)),
            (None, None) => Try::Blocked(used_by_a_run(workdir.root(), "")),
        })
    })
}

/// Claims the selected tasks. Waits for other workers that have one of them.
fn claim(plan: &Plan, workdir: &Workdir) -> Result<Vec<Claim>, StageError> {
    let notes = Unrecorded::new(&workdir.started(), &plan.name);
    let named = plan
        .selected_tasks()
        .map(|(_, task)| (notes.name_of(&task.label), &task.label));
    // In one order for all workers, so that no two of them wait for each other.
    let named: BTreeMap<String, &String> = named.collect();
    let claims = named.iter().map(|(name, label)| {
        until_done(|| {
            let claim = Claim::on(workdir, name)?;
            let other = || Try::Wait(format!("another job, which runs '{label}'"));
            Ok(claim.map_or_else(other, Try::Done))
        })
    });
    claims.collect()
}

/// Brings into order what killed runs left of the outputs of the selected tasks. Returns claims on the tasks of others among them.
fn settle_killed(
    plan: &Plan,
    workdir: &Workdir,
    assessor: &mut Assessor,
) -> Result<Vec<Claim>, StageError> {
    let selected = || plan.selected_tasks().map(|(_, task)| task);
    let own = selected().map(|task| assessor.unrecorded.name_of(&task.label));
    let own: BTreeSet<String> = own.collect();
    let outputs = selected().flat_map(|task| &task.outputs);
    let paths: Vec<&str> = outputs.map(|output| output.path.as_str()).collect();
    let mut claims = Vec::new();
    for killed in assessor.unrecorded.killed() {
        let is_own = own.contains(&killed.name);
        if !is_own && !paths.iter().any(|path| killed.before.touches(path)) {
            continue;
        }
        if !is_own {
            // Its run may still go on.
            let claim = Claim::on(workdir, &killed.name)?;
            claims.push(claim.ok_or_else(|| taken(&killed.label))?);
        }
        settle(assessor, &killed)?;
    }
    Ok(claims)
}

fn taken(label: &str) -> StageError {
    StageError::failure(format_args!("another worker runs '{label}' now"))
}

/// Selects tasks by label. The engine decides how many of them run at the same time, and gives them their threads.
fn select(plan: &mut Plan, labels: &[String]) -> Result<(), StageError> {
    let mut selected = vec![false; plan.tasks.len()];
    for number in numbers(plan, labels)? {
        selected[number] = true;
        let limits = &mut plan.tasks[number].limits;
        (limits.jobs, limits.threads) = (None, None);
    }
    plan.selected = Some(selected);
    Ok(())
}

/// The numbers of tasks.
fn numbers(plan: &Plan, labels: &[String]) -> Result<Vec<usize>, StageError> {
    let known: BTreeMap<&str, usize> = (plan.tasks.iter().enumerate())
        .map(|(number, task)| (task.label.as_str(), number))
        .collect();
    let number = |label: &String| {
        known.get(label.as_str()).copied().ok_or_else(|| {
            StageError::usage(format_args!(
                "there is no task '{label}'; if the pipeline was changed, export it again"
            ))
        })
    };
    labels.iter().map(number).collect()
}

/// Checks that this machine has the programs that the export was made with.
pub(crate) fn check_revisions(plan: &Plan, expected: &[String]) -> Result<(), StageError> {
    let own = revisions(plan);
    for text in expected {
        let (name, revision) = text.rsplit_once('=').ok_or_else(|| {
            StageError::usage(format_args!("--expect {text}: write STAGE=REVISION"))
        })?;
        if let Some(found) = own.get(name).filter(|found| *found != revision) {
            return Err(StageError::failure(format_args!(
                "{name} has revision {found} on this machine, but {revision} where the study was exported; install the same version, \
                 or export the study again"
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_list_are_the_whole_and_of_equal_size() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("list");
        let labels: Vec<String> = (0..10).map(|n| format!("task {n}")).collect();
        std::fs::write(&file, labels.join("\n") + "\n").unwrap();
        assert_eq!(Assignment::labels_of(&file, None).unwrap(), labels);
        for count in [1, 3, 10, 12] {
            let parts =
                (1..=count).map(|n| Assignment::labels_of(&file, Some((n, count))).unwrap());
            let parts: Vec<Vec<String>> = parts.collect();
            assert_eq!(parts.concat(), labels);
            let sizes = parts.iter().map(Vec::len);
            assert!(sizes.clone().max().unwrap() - sizes.min().unwrap() <= 1);
        }
    }
}
