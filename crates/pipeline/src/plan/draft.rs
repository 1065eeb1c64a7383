//! The data from which the tasks of a step are built.

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

use rsom_stage::Port;
use serde_json::Value;

use crate::check::link::ResolvedStep;
use crate::check::tool::Tool;
use crate::plan::expand::Instance;
use crate::plan::scans::Scans;
use crate::plan::scope::Scope;
use crate::plan::tasks::Task;

/// The data that all tasks of a step share.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    pub resolved: &'a ResolvedStep,
    pub tool: &'a Rc<Tool>,
    /// All steps of the pipeline.
    pub all: &'a [ResolvedStep],
    pub params: &'a BTreeMap<String, Value>,
    pub scans: &'a Scans,
    /// Folder of the pipeline file.
    pub folder: &'a Path,
}

/// The steps that are already expanded, and their tasks.
#[derive(Debug)]
pub(crate) struct PlannedSteps<'a> {
    /// By name of the step: the instance of each task, and the index of the first task.
    pub steps: &'a BTreeMap<String, (Vec<Instance>, usize)>,
    pub tasks: &'a [Task],
}

/// A task without its inputs and outputs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Draft<'a> {
    pub label: &'a str,
    pub instance: &'a Instance,
    pub scope: Scope<'a>,
}

impl Context<'_> {
    /// The port of an input. `None` for a `run` line, which declares no ports.
    pub fn port(&self, name: &str) -> Option<&Port> {
        match self.tool.as_ref() {
            Tool::Stage(tool) => tool.command.input(name),
            Tool::Line(_) => None,
        }
    }
}
