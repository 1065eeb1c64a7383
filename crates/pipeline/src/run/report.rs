//! `run.json`: all tasks of the last run with their inputs and outputs.

use std::collections::BTreeMap;
use std::io::Write;

use rsom_stage::{CommandSpec, Kind, Port, StageError, atomic};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value, json};

use crate::assess::assessor::Assessment;
use crate::assess::records::Record;
use crate::assess::workdir::Workdir;
use crate::check::tool::Tool;
use crate::plan::tasks::{Plan, Task, TaskOutput};
use crate::run::corrections;
use crate::run::left_out;
use crate::run::outcome::{Outcome, State};
use crate::run::relative::relative;
use crate::run::source::Source;

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
    let report = Report {
        corrections: corrections::report(workdir, plan, outcomes),
        params: &plan.params,
        pipeline: &plan.name,
        state: state_of(plan, outcomes),
        study: Source::of(plan),
        tasks: Tasks { plan, outcomes },
        version: env!("CARGO_PKG_VERSION"),
        wall_time_s,
    };
    let path = workdir.report();
    atomic::write(&path, |temporary| {
        let failed = |e: std::io::Error| StageError::output(&path, atomic::plain(&e));
        let file = std::fs::File::create(temporary).map_err(failed)?;
        let mut file = std::io::BufWriter::new(file);
        serde_json::to_writer_pretty(&mut file, &report).map_err(|e| failed(e.into()))?;
        file.write_all(b"\n")
            .and_then(|()| file.flush())
            .map_err(failed)
    })
}

/// The state of a run: `done` if all outputs exist, `partial` if only those exist that the command line asked for.
fn state_of(plan: &Plan, outcomes: &[Outcome]) -> &'static str {
    let any = |state: State| outcomes.iter().any(|outcome| outcome.state == state);
    let is_good = |number: usize| outcomes[number].state.is_good();
    match () {
        () if any(State::Interrupted) => State::Interrupted.name(),
        () if (0..outcomes.len()).all(is_good) => "done",
        () if plan.selected_tasks().all(|(number, _)| is_good(number)) => "partial",
        () => "failed",
    }
}

/// The report, with names in the order of the alphabet.
#[derive(Serialize)]
struct Report<'a> {
    corrections: Vec<Value>,
    params: &'a BTreeMap<String, Value>,
    pipeline: &'a str,
    state: &'a str,
    study: Source,
    tasks: Tasks<'a>,
    version: &'a str,
    wall_time_s: f64,
}

/// The tasks of a report. Each is made when it is written: of a large study, the whole would not fit into memory.
struct Tasks<'a> {
    plan: &'a Plan,
    outcomes: &'a [Outcome],
}

impl Serialize for Tasks<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (plan, outcomes) = (self.plan, self.outcomes);
        let is_good = |task: usize| outcomes.get(task).is_some_and(|o| o.state.is_good());
        serializer.collect_seq(
            (plan.tasks.iter().zip(outcomes))
                .map(|(t, o)| task(plan, &left_out::without_left_out(t, &is_good), o)),
        )
    }
}

/// A file in a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReportedFile {
    /// Relative to the workdir. `None` if the plan has no such file.
    path: Option<String>,
    /// `None` if it is not known.
    sha256: Option<String>,
    /// What the file is, as the command declares it. `None` for a command line, which declares nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kind: Option<Kind>,
}

fn task(plan: &Plan, task: &Task, outcome: &Outcome) -> Value {
    let factors: Map<String, Value> = task.factors.iter().cloned().collect();
    let mut entry = json!({
        "task": task.label,
        "stage": task.step,
        "scan": task.scan,
        "factors": factors,
        "parameters": task.parameters,
        "inputs": inputs(plan, task, outcome.assessment.as_ref()),
        "outputs": outputs(task, outcome.record.as_deref()),
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

/// The inputs of a task by port, as far as their hashes are known.
pub(crate) fn inputs(
    plan: &Plan,
    task: &Task,
    assessment: Option<&Assessment>,
) -> BTreeMap<String, Vec<ReportedFile>> {
    let ports = task.inputs.iter().map(|input| {
        let kind = kind(task, |command| &command.inputs, &input.port);
        let hashes = assessment.and_then(|a| a.inputs.get(&input.port));
        let hashes = hashes.map_or(&[][..], Vec::as_slice);
        let file = |(number, file)| {
            let path = plan.path_of(file);
            ReportedFile {
                path: path.map(|path| relative(&plan.workdir, &plan.workdir.join(path))),
                sha256: hashes.get(number).cloned(),
                kind,
            }
        };
        let files = input.files.iter().enumerate().map(file);
        (input.port.clone(), files.collect())
    });
    ports.collect()
}

/// The outputs of a task by port, as far as they are recorded.
pub(crate) fn outputs(task: &Task, record: Option<&Record>) -> BTreeMap<String, ReportedFile> {
    let file = |output: &TaskOutput| ReportedFile {
        path: Some(output.path.clone()),
        sha256: record.and_then(|record| record.outputs.get(&output.path).cloned()),
        kind: kind(task, |command| &command.outputs, &output.port),
    };
    let outputs = task.outputs.iter();
    outputs
        .map(|output| (output.port.clone(), file(output)))
        .collect()
}

/// The kind of a port of the command that a task runs.
fn kind(task: &Task, ports: impl Fn(&CommandSpec) -> &[Port], name: &str) -> Option<Kind> {
    let Tool::Stage(tool) = task.tool.as_ref() else {
        return None;
    };
    let mut ports = ports(&tool.command).iter();
    ports.find(|port| port.name == name).map(|port| port.kind)
}
