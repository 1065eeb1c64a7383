//! `rsom explain`: why a task runs or not, everything that goes into it, and who needs it.

use std::collections::BTreeMap;

use rsom_stage::{ExitCode, StageError};
use serde_json::{Map, Value, json};

use crate::assess::assessor::{Assessor, instruction_mismatch};
use crate::assess::edited::edited_outputs_of;
use crate::assess::records::Record;
use crate::assess::survey::{Outlook, survey};
use crate::assess::unrecorded::Failure;
use crate::assess::workdir::Workdir;
use crate::check::tool::Tool;
use crate::inspect::find::find;
use crate::inspect::lines;
use crate::inspect::plan_lines;
use crate::plan::tasks::{InputFile, Plan, Task, TaskInput};
use crate::read::template::text_of;
use crate::run::command::bare_command;
use crate::run::duration::seconds;
use crate::run::shell_line::shell_line;

/// Examples for the help.
pub(crate) const EXAMPLES: &str = "\
Examples:
  rsom explain study.yaml train net=unet s=100 fold=0
  rsom explain study.yaml predict p1                words of its name are enough, if no other task has them
  rsom explain study.yaml masks/p1.nii.gz --json    the task that writes this output";

/// Number of files and tasks to list.
const LISTED: usize = 6;
/// Digits of a sha256 to show.
const DIGITS: usize = 12;
/// Width of the names at the left.
const NAMES: usize = 12;

/// Prints what is known of a task.
///
/// # Errors
/// Exit code 2: there is no such task. Exit code 3: an input cannot be read, or does not match the manifest.
pub(crate) fn print(plan: &Plan, words: &[String], as_json: bool) -> Result<ExitCode, StageError> {
    let number = find(plan, words)?;
    let mut assessor = Assessor::of(plan)?;
    let outlooks = survey(plan, &mut assessor)?;
    let task = &plan.tasks[number];
    let explained = Explained {
        plan,
        task,
        outlook: &outlooks[number],
        inputs: looked_at(plan, number, &outlooks, &mut assessor),
        edited: edited_outputs_of(task, &mut assessor),
        failure: outlooks[number].failure(&task.label, &mut assessor.unrecorded),
        record: recorded(&outlooks[number], task, &assessor),
        needed_by: (plan.tasks.iter())
            .filter(|other| other.after.contains(&number))
            .map(|other| other.label.as_str())
            .collect(),
    };
    match as_json {
        true => lines::print([format!("{:#}", explained.json()?)]),
        false => lines::print(explained.lines()?),
    }
}

/// The record of a task that is up to date, else the last one of its outputs.
fn recorded<'a>(outlook: &'a Outlook, task: &Task, assessor: &'a Assessor) -> Option<&'a Record> {
    let latest = |path: &str| assessor.records.latest(path);
    let earlier = || task.outputs.iter().find_map(|output| latest(&output.path));
    outlook.record().or_else(earlier)
}

/// An input file as it is now.
enum Seen {
    /// Its sha256.
    There(String),
    /// The task was made without it, because its own task failed.
    LeftOut,
    Missing,
}

/// What is at each input of a task, by port.
fn looked_at(
    plan: &Plan,
    number: usize,
    outlooks: &[Outlook],
    assessor: &mut Assessor,
) -> BTreeMap<String, Vec<Seen>> {
    let is_failed = |file: &InputFile| match file {
        InputFile::Output {
            task, leave_out, ..
        } => *leave_out && !outlooks[*task].is_up_to_date(),
        _ => false,
    };
    let root = assessor.workdir.root().to_path_buf();
    let is_known = matches!(outlooks[number], Outlook::Known(_));
    let mut inputs = BTreeMap::new();
    for input in &plan.tasks[number].inputs {
        let seen = input.files.iter().map(|file| {
            if is_known && is_failed(file) {
                return Seen::LeftOut;
            }
            let path = plan.path_of(file).map(|path| root.join(path));
            let sha256 = path.and_then(|path| assessor.hashes.of_path(&path).ok());
            sha256.map_or(Seen::Missing, Seen::There)
        });
        inputs.insert(input.port.clone(), seen.collect());
    }
    inputs
}

struct Explained<'a> {
    plan: &'a Plan,
    task: &'a Task,
    outlook: &'a Outlook,
    /// Its input files, by port.
    inputs: BTreeMap<String, Vec<Seen>>,
    /// How it failed.
    failure: Option<Failure>,
    /// Files of the user at its outputs.
    edited: Vec<String>,
    /// What is known of its last run.
    record: Option<&'a Record>,
    needed_by: Vec<&'a str>,
}

impl Explained<'_> {
    fn json(&self) -> Result<Value, StageError> {
        let (state, reason) = plan_lines::state(self.plan, self.outlook);
        let parameters: Map<String, Value> = (self.task.parameters.iter())
            .map(|(name, value)| {
                let source = self.source(name);
                (name.clone(), json!({ "value": value, "from": source }))
            })
            .collect();
        let inputs = self.task.inputs.iter().map(|input| {
            let files = input.files.iter().enumerate();
            let files = files.map(|(place, file)| {
                json!({
                    "path": self.path(file),
                    "sha256": match self.seen(input, place) {
                        Seen::There(sha256) => Some(sha256),
                        Seen::LeftOut | Seen::Missing => None,
                    },
                    "task": self.writer(file),
                })
            });
            (input.port.clone(), files.collect::<Value>())
        });
        let outputs = self.task.outputs.iter().map(|output| {
            let sha256 = self.record.and_then(|r| r.outputs.get(&output.path));
            let entry = json!({ "path": output.path, "sha256": sha256 });
            (output.port.clone(), entry)
        });
        let last_run = self.record.map(|record| {
            json!({
                "wall_time_s": record.wall_time_s,
                "peak_memory_mib": record.peak_memory_mib,
                "instruction_set": record.instruction_set,
                "warnings": record.warnings,
            })
        });
        Ok(json!({
            "task": self.task.label,
            "step": self.task.step,
            "scan": self.task.scan,
            "state": state,
            "reason": reason,
            "failure": self.failure.as_ref().map(|failure| &failure.fault),
            "edited": self.edited,
            "program": self.program(),
            "command": self.command()?,
            "parameters": parameters,
            "inputs": Value::Object(inputs.collect()),
            "outputs": Value::Object(outputs.collect()),
            "needs": self.needs(),
            "needed_by": self.needed_by,
            "identity": self.identity(),
            "last_run": last_run,
            "log": Workdir::log(&self.task.label),
        }))
    }

    fn lines(&self) -> Result<Vec<String>, StageError> {
        let mut lines = vec![self.task.label.clone(), named("state", &self.state())];
        if let Some(failure) = &self.failure {
            lines.push(named("failed", &failure.fault));
        }
        if !self.edited.is_empty() {
            let edited = self.edited.join(", ");
            lines.push(named("edited", &format!("{edited}: no run wrote this")));
        }
        lines.push(named("program", &self.program()));
        lines.push(named("command", &self.command()?));
        lines.extend(self.parameter_lines());
        lines.extend(self.input_lines());
        lines.extend(self.output_lines());
        lines.push(named("needs", &listed(&self.needs())));
        lines.push(named("needed by", &listed(&self.needed_by)));
        let identity = self.identity();
        let identity = identity.unwrap_or("not known before the tasks that it needs have run");
        lines.push(named("identity", identity));
        if let Some(record) = self.record {
            lines.push(named("last run", &last_run(record)));
            lines.extend(record.warnings.iter().map(|text| named("", text)));
        }
        let log = self.plan.workdir.join(Workdir::log(&self.task.label));
        lines.push(named("log", &log.display().to_string()));
        Ok(lines)
    }

    fn state(&self) -> String {
        let (state, reason) = plan_lines::state(self.plan, self.outlook);
        match (state, reason, self.outlook.record()) {
            (_, _, Some(record)) => match instruction_mismatch(self.task, record) {
                Some([made, now]) => {
                    format!("up to date, made with {made}; this machine has {now}")
                }
                None => "up to date".to_owned(),
            },
            ("wait", Some(before), _) => format!("waits for '{before}'"),
            (_, reason, _) => format!("runs: {}", reason.unwrap_or_default()),
        }
    }

    fn program(&self) -> String {
        match self.task.tool.as_ref() {
            Tool::Stage(tool) => {
                let revision = tool.revision.as_deref().or(tool.program_sha256.as_deref());
                let revision = revision.unwrap_or("unknown");
                format!(
                    "{} {} {}, revision {revision:.DIGITS$}",
                    tool.stage, tool.command.name, tool.version
                )
            }
            Tool::Line(line) => match &line.program_sha256 {
                Some(sha256) => format!("{}, sha256 {sha256:.DIGITS$}", line.program.display()),
                None => format!(
                    "{} on the PATH, whose version is not checked",
                    line.program.display()
                ),
            },
        }
    }

    fn command(&self) -> Result<String, StageError> {
        Ok(shell_line(&bare_command(self.plan, self.task, 1)?))
    }

    /// Where the value of a parameter comes from.
    fn source(&self, name: &str) -> &'static str {
        let is_in_recipe = match self.task.tool.as_ref() {
            Tool::Stage(tool) => tool.recipe.contains_key(name),
            Tool::Line(_) => false,
        };
        match () {
            () if self.task.given.iter().any(|given| given == name) => "pipeline",
            () if is_in_recipe => "recipe",
            () => "default",
        }
    }

    fn parameter_lines(&self) -> Vec<String> {
        let text = |value: &Value| text_of(value).unwrap_or_else(|| value.to_string());
        let parameters = &self.task.parameters;
        let width = parameters.keys().map(String::len).max().unwrap_or(0);
        let parameter = |(name, value): (&String, &Value)| {
            let source = self.source(name);
            format!("{name:width$}  {}  ({source})", text(value))
        };
        let lines: Vec<String> = parameters.iter().map(parameter).collect();
        block("parameters", &lines)
    }

    fn input_lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for input in &self.task.inputs {
            for (place, file) in input.files.iter().enumerate().take(LISTED) {
                let seen = match self.seen(input, place) {
                    Seen::There(sha256) => format!("{sha256:.DIGITS$}"),
                    Seen::LeftOut => "left out".to_owned(),
                    Seen::Missing => "not there yet".to_owned(),
                };
                let from = match file {
                    InputFile::Corrected { .. } => ", corrected by hand".to_owned(),
                    _ => self
                        .writer(file)
                        .map_or_else(String::new, |task| format!(", from {task}")),
                };
                let path = self.path(file).unwrap_or_default();
                lines.push(format!("{}  {path}  {seen}{from}", input.port));
            }
            if input.files.len() > LISTED {
                let more = input.files.len() - LISTED;
                lines.push(format!("{}  and {more} more", input.port));
            }
        }
        block("inputs", &lines)
    }

    fn output_lines(&self) -> Vec<String> {
        let lines = self.task.outputs.iter().map(|output| {
            let sha256 = self.record.and_then(|r| r.outputs.get(&output.path));
            let seen = sha256.map(|sha256| format!("{sha256:.DIGITS$}"));
            let seen = seen.unwrap_or_else(|| "not recorded".to_owned());
            format!("{}  {}  {seen}", output.port, output.path)
        });
        block("outputs", &lines.collect::<Vec<_>>())
    }

    fn needs(&self) -> Vec<&str> {
        let tasks = self.task.after.iter();
        tasks
            .map(|before| self.plan.tasks[*before].label.as_str())
            .collect()
    }

    fn identity(&self) -> Option<&str> {
        match self.outlook {
            Outlook::Known(assessment) => Some(assessment.identity.hash()),
            Outlook::After(_) => None,
        }
    }

    fn path(&self, file: &InputFile) -> Option<String> {
        let path = self.plan.path_of(file)?;
        Some(path.to_string_lossy().into_owned())
    }

    fn seen(&self, input: &TaskInput, place: usize) -> &Seen {
        let of_port = self.inputs.get(&input.port);
        of_port
            .and_then(|of_port| of_port.get(place))
            .unwrap_or(&Seen::Missing)
    }

    /// The task that writes a file.
    fn writer(&self, file: &InputFile) -> Option<&str> {
        match file {
            InputFile::Output { task, .. } | InputFile::Corrected { task, .. } => {
                Some(self.plan.tasks.get(*task)?.label.as_str())
            }
            InputFile::External { .. } => None,
        }
    }
}

fn last_run(record: &Record) -> String {
    let time = std::time::Duration::try_from_secs_f64(record.wall_time_s).unwrap_or_default();
    let mut parts = vec![seconds(time)];
    parts.extend(record.peak_memory_mib.map(|mib| format!("{mib:.0} MiB")));
    parts.extend(record.instruction_set.clone());
    if !record.warnings.is_empty() {
        parts.push(format!("warnings: {}", record.warnings.len()));
    }
    parts.join(", ")
}

fn named(name: &str, text: &str) -> String {
    format!("  {name:NAMES$}{text}")
}

/// Lines with their name before the first.
fn block(name: &str, lines: &[String]) -> Vec<String> {
    let names = std::iter::once(name).chain(std::iter::repeat(""));
    let named = lines
        .iter()
        .zip(names)
        .map(|(line, name)| named(name, line));
    named.collect()
}

/// The first labels, and how many there are.
fn listed(labels: &[&str]) -> String {
    let shown = labels
        .iter()
        .take(LISTED)
        .copied()
        .collect::<Vec<_>>()
        .join(", ");
    match labels.len() {
        0 => "no task".to_owned(),
        n if n > LISTED => format!("{shown} and {} more", n - LISTED),
        _ => shown,
    }
}
