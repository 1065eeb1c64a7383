//! A study as a workflow in the Common Workflow Language (v1.2): a tool for each step, and a workflow with a step for each task.
//!
//! A job gets its inputs and gives its outputs as files, and needs no folder in common with others. The last step gathers everything in
//! one folder, which `rsom run` takes for its output folder.

mod job;
mod step;
mod tool;
mod workflow;

use std::collections::BTreeSet;
use std::path::Path;

use rsom_stage::{StageError, atomic, yaml};
use serde_json::Value;

use crate::assess::records::Records;
use crate::check::tool::Tool;
use crate::export::call::Call;
use crate::export::cwl::step::steps;
use crate::export::cwl::tool::{GATHER, gather_tool};
use crate::export::cwl::workflow::workflow;
use crate::plan::tasks::Plan;

/// The file that a workflow runner starts with.
pub(crate) const WORKFLOW: &str = "workflow.cwl";
const INPUTS: &str = "inputs.json";

/// Writes the workflow of a study into a folder.
///
/// # Errors
/// Exit code 2: a task cannot be described. Exit code 4: a file cannot be written.
pub(crate) fn write(
    plan: &Plan,
    call: &Call,
    records: &Records,
    folder: &Path,
) -> Result<(), StageError> {
    let steps = steps(plan);
    for step in &steps {
        let name = format!("tools/{}.cwl", step.name);
        put(folder, &name, &step.document(call, records))?;
    }
    put(folder, &format!("tools/{GATHER}.cwl"), &gather_tool(call))?;
    let (workflow, inputs) = workflow(plan, call, &steps)?;
    put(folder, WORKFLOW, &workflow)?;
    let inputs = format!("{:#}\n", Value::Object(inputs));
    atomic::write_bytes(&folder.join(INPUTS), inputs.as_bytes())
}

fn put(folder: &Path, name: &str, document: &Value) -> Result<(), StageError> {
    let text = yaml::to_string(document).map_err(StageError::failure)?;
    let text = format!(
        "#!/usr/bin/env cwl-runner\n# Made by 'rsom export cwl'. After a change of the pipeline, export again.\n{text}"
    );
    atomic::write_bytes(&folder.join(name), text.as_bytes())
}

/// A name in the paths of the outputs that cwltool refuses unless it is asked to accept all.
pub(crate) fn unusual_name(plan: &Plan) -> Option<&str> {
    let is_usual = |name: &str| {
        name.chars()
            .all(|c| c.is_alphanumeric() || "_.+,-:@]^".contains(c))
    };
    let outputs = plan.selected_tasks().flat_map(|(_, task)| &task.outputs);
    let mut names = outputs.flat_map(|output| output.path.split('/'));
    names.find(|name| !is_usual(name))
}

/// Programs that a workflow cannot carry: those that are not built in.
pub(crate) fn foreign_programs(plan: &Plan) -> BTreeSet<String> {
    let tools = plan.selected_tasks().map(|(_, task)| task.tool.as_ref());
    let programs = tools.filter_map(|tool| match tool {
        Tool::Stage(tool) if tool.prefix.is_none() => Some(&tool.program),
        Tool::Line(line) => Some(&line.program),
        Tool::Stage(_) => None,
    });
    programs
        .map(|program| program.display().to_string())
        .collect()
}
