//! `rsom job`: runs one task in the current folder, from a description that an engine wrote for it, as the tools of `rsom export cwl` do.
//!
//! The engine puts the inputs somewhere and takes the outputs from the folder. The record of the task is one of the outputs, so that a
//! later `rsom run` finds the task done.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rsom_stage::{ExitCode, StageError, atomic, yaml};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::assess::workdir::{FOLDER, Workdir};
use crate::plan::build::BuiltInStages;
use crate::plan::output_paths::sidecar;
use crate::plan::tasks::{Plan, Request};
use crate::read::template::escaped;
use crate::run::gather::gather;
use crate::run::job_files::RECORD;
use crate::run::session;
use crate::run::settings::Settings;
use crate::run::shell_line::quoted;
use crate::run::staged::{self, staged};
use crate::run::worker::check_revisions;

/// A task, without the places of its inputs.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Job {
    /// Name of the pipeline.
    pub pipeline: String,
    /// Program and command, or the words of a `run` line: the entry of the step.
    pub action: Action,
    /// Parameters that the pipeline sets.
    pub with: Map<String, Value>,
    /// The outputs by port.
    pub outputs: BTreeMap<String, JobOutput>,
    /// The name of each input port in the engine.
    pub inputs: BTreeMap<String, String>,
    /// The revision of each program, as `STAGE=REVISION`.
    pub expect: Vec<String>,
    /// How often the task is tried again, if it fails.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub retries: u32,
    /// Longest time of a try in minutes, if there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u64>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// What a job runs.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Action {
    /// The text of `uses:`.
    Uses(String),
    /// The text of `run:`.
    Run(String),
}

/// An output of a job.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct JobOutput {
    /// Path in the folder of the task.
    pub path: String,
    pub is_folder: bool,
    /// The name of the output in the engine.
    pub name: String,
}

/// The text of a stage's command for `uses:`.
pub(crate) fn uses(stage: &str, command: &str) -> Action {
    Action::Uses(format!("{} {command}", quoted(stage)))
}

/// Runs the task that a file describes, or gathers the outputs of all tasks in one folder.
///
/// # Errors
/// Exit code 1: another revision of a program. Exit code 2: the task cannot be planned. Exit code 3: the file is no description.
/// Exit code 4: the folder cannot be written.
pub(crate) fn job(
    file: &Path,
    settings: Settings,
    built_in: &BuiltInStages<'_>,
) -> Result<ExitCode, StageError> {
    let here = std::env::current_dir().map_err(|e| StageError::failure(atomic::plain(&e)))?;
    let bytes = std::fs::read(file).map_err(|e| StageError::input(file, atomic::plain(&e)))?;
    let no_job = |e: &dyn std::fmt::Display| {
        StageError::input(file, format_args!("it does not describe a job: {e}"))
    };
    let given: Value = serde_json::from_slice(&bytes).map_err(|e| no_job(&e))?;
    let text = given["job"].as_str().unwrap_or_default();
    if let Ok(paths) = serde_json::from_str(text) {
        return gather(&paths, &given, &here);
    }
    let job: Job = serde_json::from_str(text).map_err(|e| no_job(&e))?;
    let pipeline = job.pipeline(&given).map_err(|e| no_job(&e))?;
    let path = here.join(FOLDER).join("job.yaml");
    let text = yaml::to_string(&pipeline).map_err(StageError::failure)?;
    atomic::write_bytes(&path, text.as_bytes())?;
    let request = Request {
        pipeline: path,
        workdir: Some(here.clone()),
        ..Request::default()
    };
    let plan = Plan::of(&request, built_in).map_err(|problems| {
        let all: Vec<String> = problems.iter().map(ToString::to_string).collect();
        StageError::usage(all.join("; "))
    })?;
    check_revisions(&plan, &job.expect)?;
    match session::run(&plan, settings, None)? {
        ExitCode::Done => job.hand_over(&here),
        code => Ok(code),
    }
}

impl Job {
    /// The pipeline of this one task.
    fn pipeline(&self, given: &Value) -> Result<Value, String> {
        let mut inputs = Map::new();
        for (port, name) in &self.inputs {
            let paths = staged(&given[name])?;
            let paths: Vec<Value> = paths.iter().map(|file| text_of_path(&file.path)).collect();
            if !paths.is_empty() {
                inputs.insert(port.clone(), Value::Array(paths));
            }
        }
        let outputs = self.outputs.iter().map(|(port, output)| {
            let slash = if output.is_folder { "/" } else { "" };
            let path = format!("{}{slash}", escaped(&output.path));
            (port.clone(), Value::String(path))
        });
        let mut step = json!({ "in": inputs, "out": outputs.collect::<Map<_, _>>() });
        match &self.action {
            Action::Uses(text) => {
                step["uses"] = json!(text);
                step["with"] = plain(&Value::Object(self.with.clone()));
            }
            Action::Run(text) => step["run"] = json!(text),
        }
        if self.retries > 0 {
            step["limits"] = json!({ "retries": self.retries });
            if let Some(minutes) = self.minutes {
                step["limits"]["minutes"] = json!(minutes);
            }
        }
        Ok(json!({ "name": self.pipeline, "stages": { "task": step } }))
    }

    /// Writes the record of the task next to its outputs, and says where they are.
    fn hand_over(&self, here: &Path) -> Result<ExitCode, StageError> {
        let records = Workdir::new(here).records();
        let lines =
            std::fs::read(&records).map_err(|e| StageError::input(&records, atomic::plain(&e)))?;
        let last = lines
            .split(|byte| *byte == b'\n')
            .rfind(|line| !line.is_empty());
        let record = Path::new(FOLDER).join(RECORD);
        atomic::write_bytes(&here.join(&record), last.unwrap_or_default())?;
        let mut all = Map::new();
        all.insert("record".to_owned(), staged::file(&record, None));
        for output in self.outputs.values() {
            let path = Path::new(&output.path);
            let entry = match output.is_folder {
                true => staged::folder(path),
                false => {
                    let beside = sidecar(&output.path).map(PathBuf::from);
                    staged::file(path, beside.filter(|path| here.join(path).is_file()))
                }
            };
            all.insert(output.name.clone(), entry);
        }
        staged::write(here, &Value::Object(all))?;
        Ok(ExitCode::Done)
    }
}

/// A path as a pipeline names it.
fn text_of_path(path: &Path) -> Value {
    Value::String(escaped(&path.to_string_lossy()))
}

/// A value whose texts are no placeholders.
fn plain(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(escaped(text)),
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Object(entries) => {
            let entries = entries
                .iter()
                .map(|(key, value)| (key.clone(), plain(value)));
            Value::Object(entries.collect())
        }
        other => other.clone(),
    }
}
