//! A pipeline, checked and expanded to tasks: everything that is known before anything runs.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;

use rsom_stage::Kind;
use serde_json::{Map, Value};

use crate::check::tool::Tool;
use crate::problem::Problem;

/// What to plan: a pipeline file and what the command line says about it.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The pipeline file.
    pub pipeline: PathBuf,
    /// Another manifest than the pipeline names.
    pub manifest: Option<PathBuf>,
    /// Folder of the manifest's files.
    pub data: Option<PathBuf>,
    /// Folder of the outputs; `runs/<name>` when absent.
    pub workdir: Option<PathBuf>,
    /// `KEY=VALUE`, values as YAML.
    pub set: Vec<String>,
    /// `STAGE=PROGRAM`.
    pub swap: Vec<String>,
    /// Whether outputs that were made with other vector instructions are made again.
    pub strict: bool,
}

/// A pipeline, checked and expanded to tasks.
#[derive(Debug)]
pub struct Plan {
    /// Name of the pipeline.
    pub name: String,
    /// Absolute path of the folder of the outputs.
    pub workdir: PathBuf,
    /// Absolute path of the folder of the data, when it was given; else every manifest's files lie beside it.
    pub data: Option<PathBuf>,
    /// Whether outputs that were made with other vector instructions are made again.
    pub strict: bool,
    /// Params with their values in this run.
    pub params: BTreeMap<String, Value>,
    /// Tasks, each after those that it takes from.
    pub tasks: Vec<Task>,
    /// What is odd but no error.
    pub warnings: Vec<Problem>,
}

/// One process to run: a stage for one scan and one value of each factor.
#[derive(Debug, Clone)]
pub struct Task {
    /// Stage, scan and factors in one line: `train net=unet s=100 fold=0`.
    pub label: String,
    /// Name of the stage in the pipeline.
    pub stage: String,
    /// Id of the scan.
    pub scan: Option<String>,
    /// Factors and their values, in the order of the matrix.
    pub factors: Vec<(String, Value)>,
    /// All parameters of the command, defaults filled in, without those that are null.
    pub parameters: Map<String, Value>,
    /// Names of the parameters that the pipeline gives, in its order.
    pub given: Vec<String>,
    /// Inputs by port, in the pipeline's order.
    pub inputs: Vec<TaskInput>,
    /// Outputs by port, in the pipeline's order.
    pub outputs: Vec<TaskOutput>,
    /// Tasks that must be done before, sorted.
    pub after: Vec<usize>,
    /// What is started.
    pub(crate) tool: Rc<Tool>,
    /// For a `run` line: its words, with only the paths of inputs and outputs left open.
    pub(crate) words: Vec<crate::read::template::Template>,
}

/// The files of an input.
#[derive(Debug, Clone)]
pub struct TaskInput {
    /// Name of the port.
    pub port: String,
    /// Files, in order.
    pub files: Vec<InputFile>,
    /// Whether the port is given without a flag.
    pub positional: bool,
}

/// A file that goes into a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InputFile {
    /// A file that was there before.
    External {
        /// Absolute path.
        path: PathBuf,
        /// What its content must be, for a file of the manifest.
        sha256: Option<String>,
    },
    /// An output of another task.
    Made {
        /// Index of the task.
        task: usize,
        /// Index of its output.
        output: usize,
        /// Whether it is left out when that task fails.
        leave_out: bool,
    },
}

/// A file or folder that a task writes.
#[derive(Debug, Clone)]
pub struct TaskOutput {
    /// Name of the port.
    pub port: String,
    /// Path relative to the workdir, with `/`.
    pub path: String,
    /// What it is.
    pub kind: Kind,
}

impl Plan {
    /// The path of an input as the task's process gets it: relative to the workdir for outputs of other tasks.
    #[must_use]
    pub fn path_of(&self, file: &InputFile) -> PathBuf {
        match file {
            InputFile::External { path, .. } => path.clone(),
            InputFile::Made { task, output, .. } => {
                let output = self.tasks.get(*task).and_then(|t| t.outputs.get(*output));
                output.map_or_else(PathBuf::new, |o| PathBuf::from(&o.path))
            }
        }
    }
}
