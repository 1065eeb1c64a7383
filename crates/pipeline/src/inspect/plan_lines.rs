//! `rsom plan`: the tasks of a plan, and which of them would run and why.

use rsom_stage::{ExitCode, StageError, log};
use serde_json::{Map, Value, json};

use crate::assess::assessor::{Assessor, Verdict, instruction_mismatch};
use crate::assess::edited::{edited_outputs, would_overwrite};
use crate::assess::leftovers::Leftovers;
use crate::assess::survey::{Outlook, survey, warn_of_other_instructions};
use crate::inspect::lines;
use crate::plan::tasks::{Plan, Task};
use crate::run::command::bare_command;
use crate::run::shell_line::shell_line;
use crate::run::words::tasks;

/// Prints the selected tasks.
///
/// # Errors
/// Exit code 3: an input or the records cannot be read, or an input does not match the manifest.
pub(crate) fn print(plan: &Plan, as_json: bool) -> Result<ExitCode, StageError> {
    let mut assessor = Assessor::of(plan)?;
    let outlooks = survey(plan, &mut assessor)?;
    warn_of_other_instructions(plan, &outlooks);
    let edited = edited_outputs(plan, &mut assessor, &outlooks);
    if !edited.is_empty() {
        log::warn(would_overwrite(plan, &edited));
    }
    if let Some(warning) = Leftovers::of(plan, &mut assessor).warning() {
        log::warn(warning);
    }
    if as_json {
        return print_json(plan, &outlooks);
    }
    let selected = plan.selected_tasks();
    let up_to_date = selected
        .clone()
        .filter(|(n, _)| outlooks[*n].is_up_to_date())
        .count();
    let total = selected.clone().count();
    let first = format!(
        "{}: {}, {up_to_date} up to date, {} to run or to check{}",
        plan.name,
        tasks(total),
        total - up_to_date,
        plan.not_selected()
    );
    let tasks = selected.map(|(number, task)| line(plan, task, &outlooks[number]));
    let corrections = plan.correction_lines();
    lines::print(std::iter::once(first).chain(corrections).chain(tasks))
}

fn line(plan: &Plan, task: &Task, outlook: &Outlook) -> String {
    let label = &task.label;
    match outlook {
        Outlook::Known(assessment) => match &assessment.verdict {
            Verdict::UpToDate(record) => match instruction_mismatch(task, record) {
                Some([made, _]) => format!("  up to date  {label}  (made with {made})"),
                None => format!("  up to date  {label}"),
            },
            Verdict::Run(reason) => format!("  run         {label}  ({reason})"),
        },
        Outlook::After(before) => {
            format!("  wait        {label}  (for {})", plan.tasks[*before].label)
        }
    }
}

/// The state of a task in words for programs, and the reason: why it runs, or for which task it waits.
pub(crate) fn state(plan: &Plan, outlook: &Outlook) -> (&'static str, Option<String>) {
    match outlook {
        Outlook::Known(assessment) => match &assessment.verdict {
            Verdict::UpToDate(_) => ("up_to_date", None),
            Verdict::Run(reason) => ("run", Some(reason.clone())),
        },
        Outlook::After(before) => ("wait", Some(plan.tasks[*before].label.clone())),
    }
}

/// Prints one object: its tasks are in a line of their own each, so that a plan of any size can be written as it is made.
fn print_json(plan: &Plan, outlooks: &[Outlook]) -> Result<ExitCode, StageError> {
    let head = json!({ "pipeline": plan.name, "workdir": plan.workdir, "params": plan.params });
    let head = head.to_string();
    let first = format!("{},\"tasks\":[", head.strip_suffix('}').unwrap_or(&head));
    let last = plan.selected_tasks().count().saturating_sub(1);
    let mut tasks = Vec::new();
    for (place, (number, task)) in plan.selected_tasks().enumerate() {
        let comma = if place < last { "," } else { "" };
        tasks.push(format!("{}{comma}", entry(plan, task, &outlooks[number])?));
    }
    lines::print(std::iter::once(first).chain(tasks).chain(["]}".to_owned()]))
}

fn entry(plan: &Plan, task: &Task, outlook: &Outlook) -> Result<Value, StageError> {
    let (state, reason) = state(plan, outlook);
    let factors: Map<String, Value> = task.factors.iter().cloned().collect();
    let inputs = task.inputs.iter().map(|input| {
        let paths = input.files.iter().filter_map(|file| plan.path_of(file));
        let paths = paths.map(|path| Value::from(path.to_string_lossy()));
        (input.port.clone(), paths.collect())
    });
    let needs: Vec<&str> = (task.after.iter())
        .map(|before| plan.tasks[*before].label.as_str())
        .collect();
    Ok(json!({
        "task": task.label,
        "step": task.step,
        "scan": task.scan,
        "factors": factors,
        "state": state,
        "reason": reason,
        "parameters": task.parameters,
        "inputs": Value::Object(inputs.collect()),
        "outputs": task.ports(),
        "needs": needs,
        "command": shell_line(&bare_command(plan, task, 1)?),
    }))
}
