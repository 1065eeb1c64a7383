//! A tool for each step: what it takes and gives.

use std::collections::BTreeMap;

use rsom_stage::Kind;
use serde_json::{Map, Value, json};

use crate::assess::records::Records;
use crate::export::call::Call;
use crate::export::cwl::job;
use crate::export::cwl::tool::{GATHER, tool};
use crate::export::estimate::Estimate;
use crate::export::names::names;
use crate::plan::tasks::{InputFile, Plan, Task};
use crate::run::retries::Retries;

/// A step of the pipeline.
pub(crate) struct CwlStep<'a> {
    /// Name of its tool.
    pub name: String,
    pub tasks: Vec<(usize, &'a Task)>,
    /// What each input port takes.
    inputs: BTreeMap<&'a str, Takes>,
}

/// What an input port takes, in all tasks of a step.
#[derive(Debug, Clone, Copy, Default)]
struct Takes {
    folder: bool,
    several: bool,
    /// The number of tasks with this input.
    tasks: usize,
}

/// The steps of the selected tasks, in the order of the plan.
pub(crate) fn steps(plan: &Plan) -> Vec<CwlStep<'_>> {
    let mut steps: Vec<(&str, Vec<(usize, &Task)>)> = Vec::new();
    for (number, task) in plan.selected_tasks() {
        match steps.last_mut() {
            Some((step, tasks)) if *step == task.step => tasks.push((number, task)),
            _ => steps.push((&task.step, vec![(number, task)])),
        }
    }
    // The tool that gathers has a name of its own.
    let names = names(std::iter::once(GATHER).chain(steps.iter().map(|(step, _)| *step)));
    let tasks = steps.into_iter().map(|(_, tasks)| tasks);
    let step = |(tasks, name)| CwlStep {
        name,
        tasks,
        inputs: BTreeMap::new(),
    };
    let mut steps: Vec<CwlStep<'_>> = tasks.zip(names.into_iter().skip(1)).map(step).collect();
    for step in &mut steps {
        for (_, task) in &step.tasks {
            for input in &task.inputs {
                let takes = step.inputs.entry(&input.port).or_default();
                takes.tasks += 1;
                takes.several |= input.files.len() != 1;
                let mut files = input.files.iter();
                takes.folder |= files.any(|file| is_folder(plan, file));
            }
        }
    }
    steps
}

/// Whether an input is a folder.
pub(crate) fn is_folder(plan: &Plan, file: &InputFile) -> bool {
    match file {
        InputFile::Output { task, output, .. } => {
            plan.tasks[*task].outputs[*output].kind == Kind::Directory
        }
        InputFile::External { path, .. } | InputFile::Corrected { path, .. } => path.is_dir(),
    }
}

impl CwlStep<'_> {
    /// Whether a port takes several files in some task.
    pub fn takes_several(&self, port: &str) -> bool {
        self.inputs.get(port).is_some_and(|takes| takes.several)
    }

    /// The tool of the step.
    pub fn document(&self, call: &Call, records: &Records) -> Value {
        let mut inputs = Map::new();
        inputs.insert("job".to_owned(), json!("string"));
        for (port, takes) in &self.inputs {
            let class = class(takes.folder);
            let array = if takes.several { "[]" } else { "" };
            let optional = if takes.tasks < self.tasks.len() {
                "?"
            } else {
                ""
            };
            inputs.insert(job::name(port), json!(format!("{class}{array}{optional}")));
        }
        let mut outputs = Map::new();
        outputs.insert("record".to_owned(), json!("File"));
        let ports = self.tasks.iter().flat_map(|(_, task)| &task.outputs);
        for output in ports {
            let class = class(output.kind == Kind::Directory);
            outputs.insert(job::name(&output.port), json!(class));
        }
        let about = self.tasks.first().map(|(_, task)| task.tool.command_name());
        let estimate = Estimate::of(self.tasks.iter().map(|(_, task)| *task), records);
        let mut tool = tool(call, &about.unwrap_or_default(), (inputs, outputs));
        tool["requirements"]["ResourceRequirement"] = json!({
            "coresMin": estimate.limits.threads.unwrap_or(1),
            "ramMin": estimate.asked_mib(),
        });
        if let Some(minutes) = estimate.limits.minutes {
            // 'rsom job' limits each try itself.
            let retries = estimate.limits.retries;
            let tries = minutes * 60 * (u64::from(retries) + 1);
            let seconds = tries + Retries::pauses(retries).as_secs();
            tool["requirements"]["ToolTimeLimit"] = json!({ "timelimit": seconds });
        }
        tool
    }
}

/// The name of a file or folder in CWL.
pub(crate) fn class(folder: bool) -> &'static str {
    match folder {
        true => "Directory",
        false => "File",
    }
}
