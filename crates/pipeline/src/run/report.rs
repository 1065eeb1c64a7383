//! `run.json`: all tasks of the last run with their inputs and outputs.

use std::collections::BTreeMap;

use rsom_stage::{StageError, atomic};
use serde_json::{Map, Value, json};

use crate::assess::workdir::Workdir;
use crate::check::tool::Tool;
use crate::plan::tasks::{Plan, Task};
use crate::run::corrections;
use crate::run::left_out;
use crate::run::outcome::{Outcome, State};

/// Writes `run.json`. `wall_time_s` is the run time in s.
///
/// # Errors
/// Exit code 4 if the file cannot be written.
pub(crate) fn write(
    workdir: &Workdir,
    plan: &Plan,
    outcomes: &[Outcome],
    wall_time_s: f64,
) -> Result<(), StageError> {
    let state = outcomes
        .iter()
        .map(|outcome| outcome.state)
        .find(|state| matches!(state, State::Interrupted))
        .or_else(|| outcomes.iter().map(|o| o.state).find(|s| !s.is_good()));
    let tasks: Vec<Value> = plan
        .tasks
        .iter()
        .zip(outcomes)
        .map(|(t, o)| {
            let is_good = |task: usize| outcomes.get(task).is_some_and(|o| o.state.is_good());
            task(plan, &left_out::without_left_out(t, &is_good), o)
        })
        .collect();
    let report = json!({
        "pipeline": plan.name,
        "version": env!("CARGO_PKG_VERSION"),
        "params": plan.params,
        "state": state.map_or("done", |s| if s == State::Interrupted { s.name() } else { "failed" }),
        "wall_time_s": wall_time_s,
        "corrections": corrections::report(workdir, plan, outcomes),
        "tasks": tasks,
    });
    let text = format!("{report:#}\n");
    atomic::write_bytes(&workdir.report(), text.as_bytes())
}

/// A task in the report of the last run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReportedTask {
    /// Hash of its identity. `None` if the task was not assessed.
    pub identity: Option<String>,
    /// Name of its state.
    pub state: String,
}

/// The tasks of the last run by label. Empty if there is no report or it is broken.
pub(crate) fn read(workdir: &Workdir) -> BTreeMap<String, ReportedTask> {
    let bytes = std::fs::read(workdir.report()).unwrap_or_default();
    let report: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let tasks = report["tasks"].as_array().map_or(&[][..], Vec::as_slice);
    let task = |task: &Value| {
        let reported = ReportedTask {
            identity: text(&task["identity"]),
            state: text(&task["state"])?,
        };
        Some((text(&task["task"])?, reported))
    };
    tasks.iter().filter_map(task).collect()
}

fn task(plan: &Plan, task: &Task, outcome: &Outcome) -> Value {
    let factors: Map<String, Value> = task.factors.iter().cloned().collect();
    let mut entry = json!({
        "task": task.label,
        "stage": task.step,
        "scan": task.scan,
        "factors": factors,
        "parameters": task.parameters,
        "inputs": inputs(plan, task, outcome),
        "outputs": outputs(task, outcome),
        "state": outcome.state.name(),
        "instruction_set": outcome.record.as_ref().and_then(|r| r.instruction_set.as_ref()),
        "identity": outcome.assessment.as_ref().map(|a| a.identity.hash()),
        "wall_time_s": outcome.record.as_ref().map(|r| r.wall_time_s),
        "peak_memory_mib": outcome.record.as_ref().and_then(|r| r.peak_memory_mib),
        "warnings": outcome.record.as_ref().map_or(&outcome.warnings, |r| &r.warnings),
        "log": Workdir::log(&task.label),
    });
    if let (Some(entry), Value::Object(tool)) = (entry.as_object_mut(), tool(task)) {
        entry.extend(tool);
        if let Some(fault) = &outcome.fault {
            entry.insert("exit_code".into(), json!(outcome.exit_code));
            entry.insert("fault".into(), json!(fault));
        }
    }
    entry
}

fn tool(task: &Task) -> Value {
    match task.tool.as_ref() {
        Tool::Stage(tool) => json!({
            "tool": tool.stage,
            "version": tool.version,
            "revision": tool.revision,
            "command": tool.command.name,
            "program_sha256": tool.program_sha256,
        }),
        Tool::Line(line) => json!({
            "tool": line.program.file_name().map(|name| name.to_string_lossy()),
            "version": null,
            "revision": null,
            "command": null,
            "program_sha256": line.program_sha256,
        }),
    }
}

fn inputs(plan: &Plan, task: &Task, outcome: &Outcome) -> Value {
    let hashes = outcome.assessment.as_ref().map(|a| &a.inputs);
    let ports = task.inputs.iter().map(|input| {
        let hashes = hashes
            .and_then(|h| h.get(&input.port))
            .map_or(&[][..], Vec::as_slice);
        let files = input.files.iter().enumerate().map(|(i, file)| {
            let path = plan.path_of(file);
            let path = path.map(|path| path.to_string_lossy().into_owned());
            json!({ "path": path, "sha256": hashes.get(i) })
        });
        (input.port.clone(), files.collect())
    });
    Value::Object(ports.collect())
}

fn outputs(task: &Task, outcome: &Outcome) -> Value {
    let ports = task.outputs.iter().map(|output| {
        let sha256 = outcome
            .record
            .as_ref()
            .and_then(|r| r.outputs.get(&output.path));
        (
            output.port.clone(),
            json!({ "path": output.path, "sha256": sha256 }),
        )
    });
    Value::Object(ports.collect())
}
