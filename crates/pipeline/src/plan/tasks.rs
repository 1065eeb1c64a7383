//! The plan: a checked pipeline, expanded into tasks.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rsom_stage::Kind;
use serde_json::{Map, Value};

use crate::check::tool::Tool;
use crate::plan::correction::Correction;
use crate::plan::selection::Selection;
use crate::problem::Problem;
use crate::read::limits::Limits;

/// Checks that a file is an output of its kind, on the grid of an input if one is given. The engine itself reads no file
/// formats. An error is one line.
pub type CheckOutput = fn(&Path, Kind, Option<&Path>) -> Result<(), String>;

/// A pipeline file and the options of the command line.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The pipeline file.
    pub pipeline: PathBuf,
    /// Manifest to use instead of the one that the pipeline names.
    pub manifest: Option<PathBuf>,
    /// Folder of the data. If absent, the files are next to the manifest.
    pub data: Option<PathBuf>,
    /// Folder of the outputs. Default: `runs/<name>`, with a profile `runs/<name>-<profile>`.
    pub workdir: Option<PathBuf>,
    /// Name of the profile that sets params.
    pub profile: Option<String>,
    /// New values of params, each as `NAME=VALUE` with a YAML value.
    pub set: Vec<String>,
    /// Programs that replace stages, each as `STAGE=PROGRAM`. `STAGE` names a stage or a step.
    pub swap: Vec<String>,
    /// Whether to run tasks again whose outputs were computed with other vector instructions.
    pub strict: bool,
    /// Files in the place of outputs, each as `STEP:NAME=FILE`.
    pub correct: Vec<String>,
    /// The tasks to look at or to run.
    pub selection: Selection,
}

/// A file that a pipeline includes.
#[derive(Debug, Clone)]
pub(crate) struct Included {
    /// Absolute path.
    pub path: PathBuf,
    /// sha256 of its content.
    pub sha256: Option<String>,
}

/// A checked pipeline, expanded into tasks.
#[derive(Debug)]
pub struct Plan {
    /// Name of the pipeline.
    pub name: String,
    /// Absolute path of the output folder.
    pub workdir: PathBuf,
    /// What the plan was asked for.
    pub(crate) request: Request,
    /// The pipeline file.
    pub pipeline: PathBuf,
    /// sha256 of the pipeline file as it was read.
    pub(crate) pipeline_sha256: Option<String>,
    /// The manifest, if there is one.
    pub manifest: Option<PathBuf>,
    /// sha256 of the manifest.
    pub(crate) manifest_sha256: Option<String>,
    /// Files that the pipeline includes.
    pub(crate) included: Vec<Included>,
    /// The folder of the files of the manifest, if it is known.
    pub data_root: Option<PathBuf>,
    /// Absolute path of the data folder. If absent, the files are next to the manifest.
    pub data: Option<PathBuf>,
    /// Whether to run tasks again whose outputs were computed with other vector instructions.
    pub strict: bool,
    /// Checks the outputs of foreign programs when their task ends.
    pub(crate) check_output: CheckOutput,
    /// Params with their values in this run.
    pub params: BTreeMap<String, Value>,
    /// All tasks. Each follows the tasks it depends on.
    pub tasks: Vec<Task>,
    /// For each task, whether it is selected. `None` if all are.
    pub(crate) selected: Option<Vec<bool>>,
    /// Files of the user in the place of outputs, in the order of the tasks.
    pub corrections: Vec<Correction>,
    /// Warnings: unusual, but not an error.
    pub warnings: Vec<Problem>,
}

/// One process to run: a step, for one scan and one combination of factors.
#[derive(Debug, Clone)]
pub struct Task {
    /// Unique name in the plan, from step, scan and factors: `train net=unet s=100 fold=0`.
    pub label: String,
    /// Name of the step.
    pub step: String,
    /// Id of the scan. `None` for a step without `foreach: scan`.
    pub scan: Option<String>,
    /// Factors and their values, in the order of the matrix.
    pub factors: Vec<(String, Value)>,
    /// All parameters of the command that are not null, including defaults. Empty for a `run` line.
    pub parameters: Map<String, Value>,
    /// Names of the parameters set by the pipeline, in the order of the file.
    pub given: Vec<String>,
    /// Inputs, in the order of the file.
    pub inputs: Vec<TaskInput>,
    /// Outputs, in the order of the file.
    pub outputs: Vec<TaskOutput>,
    /// Indices of the tasks that this one depends on, sorted.
    pub after: Vec<usize>,
    /// The program to start.
    pub(crate) tool: Rc<Tool>,
    /// Words of a `run` line. Only placeholders for paths of inputs and outputs remain.
    pub(crate) words: Vec<crate::read::template::Template>,
    /// How many tasks of its step run at the same time, and with what.
    pub limits: Limits,
}

/// The files of an input.
#[derive(Debug, Clone)]
pub struct TaskInput {
    /// Name of the port.
    pub port: String,
    /// Files, in order.
    pub files: Vec<InputFile>,
    /// Whether the paths are given without a flag.
    pub positional: bool,
}

/// An input file or folder of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InputFile {
    /// An existing file that no task writes.
    External {
        /// Absolute path.
        path: PathBuf,
        /// Expected sha256 of the content, for a file of the manifest.
        sha256: Option<String>,
    },
    /// An output of another task.
    Output {
        /// Index of the task.
        task: usize,
        /// Index of the output within that task.
        output: usize,
        /// Whether to skip the file if that task fails (`missing: leave_out`).
        leave_out: bool,
    },
    /// A file of the user in the place of an output of another task.
    Corrected {
        /// Absolute path.
        path: PathBuf,
        /// Index of the task.
        task: usize,
        /// Index of the output within that task.
        output: usize,
    },
}

/// A file or folder that a task writes.
#[derive(Debug, Clone)]
pub struct TaskOutput {
    /// Name of the port.
    pub port: String,
    /// Path relative to the workdir, with `/` between its parts.
    pub path: String,
    /// Kind of the file.
    pub kind: Kind,
}

impl Task {
    /// The path of each output by port, relative to the workdir.
    pub(crate) fn ports(&self) -> BTreeMap<String, String> {
        let outputs = self.outputs.iter();
        outputs
            .map(|output| (output.port.clone(), output.path.clone()))
            .collect()
    }
}

impl Plan {
    /// The path of an input: absolute for an existing file, relative to the workdir for an output of another task.
    ///
    /// `None` if the plan has no such task or output.
    #[must_use]
    pub fn path_of(&self, file: &InputFile) -> Option<PathBuf> {
        match file {
            InputFile::External { path, .. } | InputFile::Corrected { path, .. } => {
                Some(path.clone())
            }
            InputFile::Output { task, output, .. } => {
                let output = self.tasks.get(*task)?.outputs.get(*output)?;
                Some(PathBuf::from(&output.path))
            }
        }
    }
}
