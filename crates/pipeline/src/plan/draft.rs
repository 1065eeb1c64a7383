//! What a task is made from.

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

use rsom_stage::Port;
use serde_json::Value;

use crate::check::link::Staged;
use crate::check::tool::Tool;
use crate::plan::expand::Instance;
use crate::plan::scans::Scans;
use crate::plan::scope::Scope;
use crate::plan::tasks::Task;

/// What the tasks of a stage are made from.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    pub staged: &'a Staged,
    pub tool: &'a Rc<Tool>,
    /// All stages of the pipeline.
    pub all: &'a [Staged],
    pub params: &'a BTreeMap<String, Value>,
    pub scans: &'a Scans,
    /// Folder of the pipeline file.
    pub folder: &'a Path,
}

/// The tasks of other stages that have been made so far.
#[derive(Debug)]
pub(crate) struct Made<'a> {
    /// By stage: what each task stands for, and the number of the first one.
    pub stages: &'a BTreeMap<String, (Vec<Instance>, usize)>,
    pub tasks: &'a [Task],
}

/// A task in the making.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Draft<'a> {
    pub label: &'a str,
    pub instance: &'a Instance,
    pub scope: Scope<'a>,
}

impl Context<'_> {
    /// The port of an input, when the tool declares its ports.
    pub fn port(&self, name: &str) -> Option<&Port> {
        match self.tool.as_ref() {
            Tool::Stage(tool) => tool.command.input(name),
            Tool::Line(_) => None,
        }
    }
}
