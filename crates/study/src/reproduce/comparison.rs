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
        programs.extend(other_corrections(recorded, again));
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

/// Corrections by hand that only one of two runs has. Those of the recorded run were looked at before.
fn other_corrections(recorded: &RecordedRun, again: &RecordedRun) -> Vec<String> {
    let known: BTreeSet<(&str, &str)> = (recorded.corrections.iter())
        .map(|file| (file.task.as_str(), file.output.as_str()))
        .collect();
    let new = again
        .corrections
        .iter()
        .filter(|file| !known.contains(&(file.task.as_str(), file.output.as_str())));
    new.map(|file| {
        format!(
            "{}: '{}' of '{}' is corrected by hand now, and was not in the recorded run",
            file.path, file.output, file.task
        )
    })
    .collect()
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

/// What is to be said of the outputs of one port: a line for each kind of result but the best.
fn lines(outputs: &[&Output<'_>]) -> Vec<String> {
    let mut kinds: BTreeMap<u8, Vec<&Output<'_>>> = BTreeMap::new();
    for output in outputs {
        kinds.entry(output.result.rank()).or_default().push(output);
    }
    kinds.remove(&Compared::Agreement(Agreement::Bytes).rank());
    let line = |found: Vec<&Output<'_>>| {
        let (count, all) = (found.len(), outputs.len());
        let worst = found
            .into_iter()
            .max_by_key(|output| output.result.badness());
        worst.map(|worst| format!("{count} of {all} {}", worst.sentence()))
    };
    kinds.into_values().filter_map(line).collect()
}

impl Output<'_> {
    /// What is to be said of outputs of which this is the worst.
    fn sentence(&self) -> String {
        let task = &self.task.task;
        match &self.result {
            Compared::Agreement(Agreement::Bytes) => "are the same in every byte".to_owned(),
            Compared::Agreement(Agreement::Values) => {
                format!("have the same values in other bytes, such as '{task}'")
            }
            Compared::Agreement(Agreement::Digits(distance)) => {
                let agree = match distance.digits {
                    0 => "have other values".to_owned(),
                    1 => "agree to 1 digit".to_owned(),
                    digits => format!("agree to {digits} digits"),
                };
                let (different, of) = (distance.different, distance.of);
                format!("{agree}; most in '{task}', where {different} of {of} differ")
            }
            Compared::Agreement(Agreement::Different(why)) => {
                format!("differ, such as '{task}': {why}")
            }
            Compared::Lost => {
                format!(
                    "have other bytes, such as '{task}'; the recorded files are not there to compare values"
                )
            }
            Compared::NotMade => format!("were not made, such as '{task}'"),
        }
    }
}

impl Compared {
    /// Order of the lines.
    fn rank(&self) -> u8 {
        match self {
            Self::Agreement(Agreement::Bytes) => 0,
            Self::Agreement(Agreement::Values) => 1,
            Self::Agreement(Agreement::Digits(_)) => 2,
            Self::Agreement(Agreement::Different(_)) => 3,
            Self::Lost => 4,
            Self::NotMade => 5,
        }
    }

    /// Of results of one kind, how bad it is: fewer digits, then a larger share of values that differ.
    fn badness(&self) -> (u32, usize) {
        match self {
            Self::Agreement(Agreement::Digits(distance)) => (
                u32::MAX - distance.digits,
                distance.different * 1_000_000 / distance.of.max(1),
            ),
            _ => (0, 0),
        }
    }
}
