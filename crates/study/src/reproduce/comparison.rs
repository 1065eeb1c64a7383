//! The outputs of a run and of its repetition.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use rsom_pipeline::{RecordedRun, RecordedTask};
use rsom_stage::{Progress, StageError, fingerprint};
use serde_json::{Map, Value, json};

use crate::agreement::{self, Agreement};

/// An output of the recorded run.
struct Output<'a> {
    task: &'a RecordedTask,
    port: &'a str,
    path: &'a str,
    result: Compared,
}

/// What a comparison found.
enum Compared {
    /// How far the outputs agree.
    Agreement(Agreement),
    /// The bytes differ, and the recorded file is not there any more, or has changed.
    Lost,
    /// The repetition did not make it.
    NotMade,
}

/// All outputs of a run, compared with those of its repetition.
pub(super) struct Comparison<'a> {
    outputs: Vec<Output<'a>>,
    /// Programs that were of another revision, version or instruction set.
    programs: BTreeSet<String>,
}

impl<'a> Comparison<'a> {
    /// Compares the outputs that a run made, each report with its folder.
    ///
    /// # Errors
    /// Exit code 3: an output cannot be read.
    pub fn of(
        (recorded, folder): (&'a RecordedRun, &Path),
        (again, new_folder): (&RecordedRun, &Path),
    ) -> Result<Self, StageError> {
        let by_label: BTreeMap<&str, &RecordedTask> =
            again.tasks.iter().map(|t| (t.task.as_str(), t)).collect();
        let made = || recorded.tasks.iter().filter(|task| task.is_made());
        let count = made().map(|task| task.outputs.len() as u64).sum();
        let mut progress = Progress::start("comparing outputs", count);
        let mut outputs = Vec::new();
        let mut programs = BTreeSet::new();
        for task in made() {
            let other = by_label.get(task.task.as_str()).copied();
            if let Some(other) = other.filter(|other| other.is_made()) {
                programs.extend(changes(task, other));
            }
            for (port, file) in &task.outputs {
                progress.advance(1);
                let (Some(path), Some(sha256)) = (&file.path, &file.sha256) else {
                    continue;
                };
                let new = other.filter(|other| other.is_made());
                let new = new.and_then(|other| other.outputs.get(port)?.path.as_deref());
                let result = match new {
                    None => Compared::NotMade,
                    Some(new) => compare((&folder.join(path), sha256), &new_folder.join(new))?,
                };
                outputs.push(Output {
                    task,
                    port,
                    path,
                    result,
                });
            }
        }
        progress.finish();
        Ok(Self { outputs, programs })
    }

    /// Whether all outputs are the same in every byte, or agree to so many digits.
    pub fn is_good(&self, digits: Option<u32>) -> bool {
        self.outputs.iter().all(|output| match &output.result {
            Compared::Agreement(Agreement::Bytes) => true,
            Compared::Agreement(Agreement::Values) => digits.is_some(),
            Compared::Agreement(Agreement::Digits(distance)) => {
                digits.is_some_and(|digits| distance.digits >= digits)
            }
            _ => false,
        })
    }

    /// A summary, and a line for each output of a step that is not the same in every byte.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for change in &self.programs {
            let _ = writeln!(text, "{change}");
        }
        let mut by_port: Vec<((&str, &str), Vec<&Output<'_>>)> = Vec::new();
        for output in &self.outputs {
            let key = (output.task.stage.as_str(), output.port);
            match by_port.iter_mut().find(|(known, _)| *known == key) {
                Some((_, outputs)) => outputs.push(output),
                None => by_port.push((key, vec![output])),
            }
        }
        for ((step, port), outputs) in &by_port {
            for line in lines(outputs) {
                let _ = writeln!(text, "{step}.{port}: {line}");
            }
        }
        let same =
            |output: &&Output<'_>| matches!(output.result, Compared::Agreement(Agreement::Bytes));
        let (same, all) = (self.outputs.iter().filter(same).count(), self.outputs.len());
        let _ = match same == all {
            true => writeln!(text, "all {all} outputs are the same in every byte"),
            false => writeln!(text, "{same} of {all} outputs are the same in every byte"),
        };
        text
    }

    /// Each output, for other programs.
    pub fn json(&self) -> Map<String, Value> {
        let entry = |output: &Output<'_>| {
            let mut entry = json!({
                "task": output.task.task,
                "output": output.port,
                "path": output.path,
                "result": output.result.name(),
            });
            match &output.result {
                Compared::Agreement(Agreement::Digits(distance)) => {
                    entry["digits"] = json!(distance.digits);
                    entry["values_that_differ"] = json!(distance.different);
                    entry["values"] = json!(distance.of);
                }
                Compared::Agreement(Agreement::Different(why)) => entry["why"] = json!(why),
                _ => {}
            }
            entry
        };
        let outputs: Vec<Value> = self.outputs.iter().map(entry).collect();
        let entries = [
            ("programs", json!(self.programs)),
            ("outputs", Value::Array(outputs)),
        ];
        entries
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }
}

impl Compared {
    fn name(&self) -> &'static str {
        match self {
            Self::Agreement(Agreement::Bytes) => "same_bytes",
            Self::Agreement(Agreement::Values) => "same_values",
            Self::Agreement(Agreement::Digits(_)) => "same_digits",
            Self::Agreement(Agreement::Different(_)) => "different",
            Self::Lost => "other_bytes",
            Self::NotMade => "not_made",
        }
    }
}

/// Compares a recorded output with a new one.
fn compare((old, sha256): (&Path, &String), new: &Path) -> Result<Compared, StageError> {
    let hash = |path: &Path| fingerprint::of_path(path).ok();
    match hash(new) {
        None => return Ok(Compared::NotMade),
        Some(found) if found == *sha256 => return Ok(Compared::Agreement(Agreement::Bytes)),
        Some(_) => {}
    }
    match hash(old) {
        Some(found) if found == *sha256 => agreement::of_paths(old, new).map(Compared::Agreement),
        _ => Ok(Compared::Lost),
    }
}

/// How the program of a task differs from that of its repetition.
fn changes(a: &RecordedTask, b: &RecordedTask) -> Vec<String> {
    let name = a.tool.as_deref().unwrap_or(&a.stage);
    let pairs = [
        ("version", &a.version, &b.version),
        ("revision", &a.revision, &b.revision),
        ("program sha256", &a.program_sha256, &b.program_sha256),
        ("instruction set", &a.instruction_set, &b.instruction_set),
    ];
    let word = |value: &Option<String>| {
        value
            .as_ref()
            .map_or("none".to_owned(), |text| format!("{text:.16}"))
    };
    let changed = pairs.into_iter().filter(|(_, a, b)| a != b);
    changed
        .map(|(what, a, b)| format!("{name}: {what} {} → {}", word(a), word(b)))
        .collect()
}

/// What is to be said of the outputs of one port.
fn lines(outputs: &[&Output<'_>]) -> Vec<String> {
    let all = outputs.len();
    let mut lines = Vec::new();
    let of = |is: &dyn Fn(&Compared) -> bool| -> Vec<&Output<'_>> {
        let chosen = outputs.iter().filter(|output| is(&output.result));
        chosen.copied().collect()
    };
    let mut say = |found: &[&Output<'_>], what: &str, example: &dyn Fn(&Output<'_>) -> String| {
        if let Some(first) = found.first() {
            let count = found.len();
            let example = example(first);
            lines.push(format!("{count} of {all} {what}{example}"));
        }
    };
    let named = |output: &Output<'_>| format!(", such as '{}'", output.task.task);
    say(
        &of(&|c| matches!(c, Compared::Agreement(Agreement::Values))),
        "have the same values in other bytes",
        &named,
    );
    let digits = |output: &Output<'_>| match &output.result {
        Compared::Agreement(Agreement::Digits(distance)) => Some(*distance),
        _ => None,
    };
    let mut near = of(&|c| matches!(c, Compared::Agreement(Agreement::Digits(_))));
    near.sort_by_key(|output| digits(output).map(|distance| distance.digits));
    say(&near, "agree to some digits", &|worst| {
        digits(worst).map_or_else(String::new, |distance| {
            format!(
                ": all to {} or more; least '{}', where {} of {} values differ",
                distance.digits, worst.task.task, distance.different, distance.of
            )
        })
    });
    say(
        &of(&|c| matches!(c, Compared::Agreement(Agreement::Different(_)))),
        "differ",
        &|first| match &first.result {
            Compared::Agreement(Agreement::Different(why)) => {
                format!("{}: {why}", named(first))
            }
            _ => String::new(),
        },
    );
    say(
        &of(&|c| matches!(c, Compared::Lost)),
        "have other bytes; the recorded files are not there to compare values",
        &named,
    );
    say(
        &of(&|c| matches!(c, Compared::NotMade)),
        "were not made",
        &named,
    );
    lines
}
