//! `rsom diff`: what differs between two runs: parameters, inputs, versions and outputs of their tasks.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use rsom_stage::{ExitCode, StageError, log};
use serde_json::{Map, Value, json};

use crate::inspect::lines;
use crate::inspect::recorded::{RecordedRun, RecordedTask};
use crate::run::words::tasks;

/// Name of the command.
pub const NAME: &str = "diff";

const EXAMPLES: &str = "\
Examples:
  rsom diff runs/study runs/study-again        folders of two runs, or their run.json
  rsom diff before/run.json runs/study --json  each task, for other programs

Exit code 0: the same tasks with the same outputs. Exit code 1: they differ.";

/// The command line of `rsom diff`.
#[must_use]
pub fn command_line() -> Command {
    let run = |name: &'static str| {
        Arg::new(name)
            .value_name(name.to_uppercase())
            .required(true)
            .value_parser(value_parser!(PathBuf))
            .help("Output folder of a run, or its run.json")
    };
    Command::new(NAME)
        .about("Print what differs between two runs: parameters, inputs, versions, outputs")
        .arg_required_else_help(true)
        .arg(run("run_a"))
        .arg(run("run_b"))
        .arg(
            Arg::new("json")
                .long("json")
                .action(ArgAction::SetTrue)
                .help("Print each task that differs as JSON"),
        )
        .after_help(EXAMPLES)
}

/// Runs `rsom diff`. Prints errors on stderr.
#[must_use]
pub fn run(matches: &ArgMatches) -> ExitCode {
    let path = |name: &str| {
        matches
            .get_one::<PathBuf>(name)
            .cloned()
            .unwrap_or_default()
    };
    let result = difference(&path("run_a"), &path("run_b"), matches.get_flag("json"));
    result.unwrap_or_else(|error| {
        log::error(&error);
        error.exit_code()
    })
}

/// One thing that differs in a task: what it is, in A and in B.
#[derive(Debug, PartialEq)]
struct Difference {
    what: String,
    a: Value,
    b: Value,
}

fn difference(a: &Path, b: &Path, as_json: bool) -> Result<ExitCode, StageError> {
    let (a, b) = (RecordedRun::read(a)?, RecordedRun::read(b)?);
    let pairs = Pairs::of(&a, &b);
    match as_json {
        true => lines::print([format!("{:#}", pairs.json())])?,
        false => lines::print(pairs.lines(&a, &b))?,
    };
    Ok(match pairs.is_same() {
        true => ExitCode::Done,
        false => ExitCode::Failure,
    })
}

/// The tasks of two runs by label.
#[derive(Debug, Default)]
struct Pairs<'a> {
    only_a: Vec<&'a RecordedTask>,
    only_b: Vec<&'a RecordedTask>,
    /// Tasks of both, in the order of A.
    both: Vec<(&'a RecordedTask, Vec<Difference>)>,
}

impl<'a> Pairs<'a> {
    fn of(a: &'a RecordedRun, b: &'a RecordedRun) -> Self {
        let by_label: BTreeMap<&str, &RecordedTask> =
            b.tasks.iter().map(|t| (t.task.as_str(), t)).collect();
        let labels_a: BTreeSet<&str> = a.tasks.iter().map(|t| t.task.as_str()).collect();
        let mut pairs = Self::default();
        for task in &a.tasks {
            match by_label.get(task.task.as_str()) {
                Some(other) => pairs.both.push((task, differences(task, other))),
                None => pairs.only_a.push(task),
            }
        }
        let in_b = b.tasks.iter();
        pairs.only_b = in_b
            .filter(|t| !labels_a.contains(t.task.as_str()))
            .collect();
        pairs
    }

    fn is_same(&self) -> bool {
        let no_difference = self
            .both
            .iter()
            .all(|(_, differences)| differences.is_empty());
        self.only_a.is_empty() && self.only_b.is_empty() && no_difference
    }

    fn json(&self) -> Value {
        let labels = |tasks: &[&RecordedTask]| -> Vec<String> {
            tasks.iter().map(|t| t.task.clone()).collect()
        };
        let changed = self
            .both
            .iter()
            .filter(|(_, differences)| !differences.is_empty());
        let tasks = changed.map(|(task, differences)| {
            let list = differences.iter();
            let list = list.map(|d| json!({ "what": d.what, "a": d.a, "b": d.b }));
            json!({ "task": task.task, "differences": list.collect::<Value>() })
        });
        json!({
            "only_a": labels(&self.only_a),
            "only_b": labels(&self.only_b),
            "tasks": tasks.collect::<Value>(),
        })
    }

    fn lines(&self, a: &RecordedRun, b: &RecordedRun) -> Vec<String> {
        let mut lines = Vec::new();
        if a.pipeline != b.pipeline {
            lines.push(format!("pipeline: {} → {}", a.pipeline, b.pipeline));
        }
        lines.extend(
            changes("param ", &a.params, &b.params)
                .iter()
                .map(Difference::line),
        );
        for (which, only) in [("first", &self.only_a), ("second", &self.only_b)] {
            for (step, labels) in by_step(only) {
                lines.push(format!(
                    "{step}: {} only in the {which} run, such as '{}'",
                    tasks(labels.len()),
                    labels[0]
                ));
            }
        }
        // The same difference in many tasks of a step is one line.
        let mut counts: Vec<((&str, String), Vec<&str>)> = Vec::new();
        for (task, differences) in &self.both {
            for difference in differences {
                let key = (task.stage.as_str(), difference.in_words());
                match counts.iter_mut().find(|(known, _)| *known == key) {
                    Some((_, labels)) => labels.push(&task.task),
                    None => counts.push((key, vec![&task.task])),
                }
            }
        }
        for ((step, words), labels) in counts {
            let tasks = match labels.as_slice() {
                [label] => format!("'{label}'"),
                [label, ..] => format!("{} tasks, such as '{label}'", labels.len()),
                [] => continue,
            };
            lines.push(format!("{step}: {words} ({tasks})"));
        }
        let same = self.both.iter().filter(|(_, d)| d.is_empty()).count();
        lines.push(match self.is_same() {
            true => format!("the same: {} with the same outputs", tasks(same)),
            false => format!("{same} tasks are the same"),
        });
        lines
    }
}

impl Difference {
    fn line(&self) -> String {
        format!("{}: {} → {}", self.what, word(&self.a), word(&self.b))
    }

    /// Without hashes, which differ in each task.
    fn in_words(&self) -> String {
        match self.what.split(' ').next() {
            Some("input" | "output") => format!("{} differs", self.what),
            _ => self.line(),
        }
    }
}

fn word(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn by_step<'a>(tasks: &[&'a RecordedTask]) -> BTreeMap<&'a str, Vec<&'a str>> {
    let mut steps: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for task in tasks {
        steps.entry(&task.stage).or_default().push(&task.task);
    }
    steps
}

fn differences(a: &RecordedTask, b: &RecordedTask) -> Vec<Difference> {
    let texts = [
        ("state", Some(&a.state), Some(&b.state)),
        ("program", a.tool.as_ref(), b.tool.as_ref()),
        ("version", a.version.as_ref(), b.version.as_ref()),
        ("revision", a.revision.as_ref(), b.revision.as_ref()),
        ("command", a.command.as_ref(), b.command.as_ref()),
        (
            "program sha256",
            a.program_sha256.as_ref(),
            b.program_sha256.as_ref(),
        ),
        (
            "instruction set",
            a.instruction_set.as_ref(),
            b.instruction_set.as_ref(),
        ),
    ];
    let both_made = a.is_made() && b.is_made();
    let texts = texts
        .into_iter()
        .filter(|(what, a, b)| a != b && !(both_made && *what == "state"));
    let mut found: Vec<Difference> = texts
        .map(|(what, a, b)| Difference {
            what: what.to_owned(),
            a: json!(a),
            b: json!(b),
        })
        .collect();
    found.extend(changes("parameter ", &a.parameters, &b.parameters));
    let inputs = |task: &RecordedTask| -> Map<String, Value> {
        let ports = task.inputs.iter().map(|(port, files)| {
            let hashes: Vec<&Option<String>> = files.iter().map(|file| &file.sha256).collect();
            (port.clone(), json!(hashes))
        });
        ports.collect()
    };
    found.extend(changes("input ", &inputs(a), &inputs(b)));
    let outputs = |task: &RecordedTask| -> Map<String, Value> {
        let ports = task.outputs.iter();
        ports
            .map(|(port, file)| (port.clone(), json!(file.sha256)))
            .collect()
    };
    found.extend(changes("output ", &outputs(a), &outputs(b)));
    found
}

/// The keys whose values differ.
fn changes(what: &str, a: &Map<String, Value>, b: &Map<String, Value>) -> Vec<Difference> {
    let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    let value = |map: &Map<String, Value>, key: &str| map.get(key).cloned().unwrap_or_default();
    let changed = keys.into_iter().filter(|key| a.get(*key) != b.get(*key));
    changed
        .map(|key| Difference {
            what: format!("{what}{key}"),
            a: value(a, key),
            b: value(b, key),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(change: impl Fn(&mut Value)) -> RecordedRun {
        let task = |label: &str| {
            json!({
                "task": label, "stage": "train", "state": "done", "tool": "layerseg", "version": "1", "revision": "aa",
                "command": "train", "program_sha256": null, "instruction_set": "avx2", "parameters": { "s": 1, "epochs": 8 },
                "inputs": { "image": [{ "path": "a", "sha256": "1" }] },
                "outputs": { "weights": { "path": "w", "sha256": "2" } },
            })
        };
        let tasks = [task("train fold=0"), task("train fold=1")];
        let mut report = json!({ "pipeline": "study", "params": { "epochs": 8 }, "tasks": tasks });
        change(&mut report);
        serde_json::from_value(report).unwrap()
    }

    fn said(a: &RecordedRun, b: &RecordedRun) -> Vec<String> {
        Pairs::of(a, b).lines(a, b)
    }

    #[test]
    fn equal_runs_are_the_same_also_if_one_was_up_to_date() {
        let a = report(|_| {});
        let b = report(|r| r["tasks"][0]["state"] = "up_to_date".into());
        assert_eq!(said(&a, &b), ["the same: 2 tasks with the same outputs"]);
        assert!(Pairs::of(&a, &b).is_same());
    }

    #[test]
    fn the_same_change_of_many_tasks_is_one_line() {
        let a = report(|_| {});
        let b = report(|r| {
            r["params"]["epochs"] = 12.into();
            for number in 0..2 {
                r["tasks"][number]["parameters"]["epochs"] = 12.into();
                r["tasks"][number]["outputs"]["weights"]["sha256"] = number.to_string().into();
            }
            r["tasks"][1]["revision"] = "bb".into();
        });
        assert_eq!(
            said(&a, &b),
            [
                "param epochs: 8 → 12",
                "train: parameter epochs: 8 → 12 (2 tasks, such as 'train fold=0')",
                "train: output weights differs (2 tasks, such as 'train fold=0')",
                "train: revision: aa → bb ('train fold=1')",
                "0 tasks are the same",
            ]
        );
        let json = Pairs::of(&a, &b).json();
        assert_eq!(json["tasks"][1]["differences"][0]["what"], "revision");
    }

    #[test]
    fn tasks_of_one_run_and_failed_ones_are_named() {
        let a = report(|r| r["tasks"][0]["state"] = "failed".into());
        let b = report(|r| r["tasks"][1]["task"] = "train fold=2".into());
        assert_eq!(
            said(&a, &b),
            [
                "train: 1 task only in the first run, such as 'train fold=1'",
                "train: 1 task only in the second run, such as 'train fold=2'",
                "train: state: failed → done ('train fold=0')",
                "0 tasks are the same",
            ]
        );
    }
}
