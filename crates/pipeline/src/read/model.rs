//! The parts of a pipeline file, before anything is expanded.

use crate::read::limits::Limits;
use crate::read::place::Place;
use serde_json::Value;

use crate::read::template::Template;

/// A pipeline file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pipeline {
    pub name: String,
    /// Path of the manifest, relative to the pipeline file.
    pub manifest: Option<(Place, String)>,
    /// Name of the recipe that sets parameters of the steps.
    pub recipe: Option<(Place, String)>,
    pub params: Vec<NamedValue>,
    pub profiles: Vec<Profile>,
    pub defaults: Vec<Defaults>,
    pub steps: Vec<Step>,
    /// Paths of the files that it includes, as it names them.
    pub included: Vec<String>,
    /// The texts of all its files.
    pub text: String,
}

/// Values for some of the params, chosen by `--profile`.
#[derive(Debug, Clone)]
pub(crate) struct Profile {
    pub name: String,
    pub params: Vec<NamedValue>,
}

/// An entry of `defaults:`: what all steps of a command share.
#[derive(Debug, Clone)]
pub(crate) struct Defaults {
    /// The command as in `uses:`, with single spaces: `layerseg train`.
    pub command: String,
    pub place: Place,
    pub inputs: Vec<Input>,
    pub parameters: Vec<NamedValue>,
    pub limits: Limits,
}

/// A named value: a param, a factor of the matrix or a parameter under `with:`.
#[derive(Debug, Clone)]
pub(crate) struct NamedValue {
    pub name: String,
    pub place: Place,
    pub value: Value,
}

/// A step of the pipeline: an entry of `stages:`.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub name: String,
    pub place: Place,
    pub action: Action,
    /// Place of `uses:` or `run:`.
    pub action_place: Place,
    /// Whether the step has one task for each scan (`foreach: scan`).
    pub foreach_scan: bool,
    pub conditions: Vec<Condition>,
    /// Factors. The first one varies slowest.
    pub matrix: Vec<NamedValue>,
    pub inputs: Vec<Input>,
    pub parameters: Vec<NamedValue>,
    pub outputs: Vec<Output>,
    pub limits: Limits,
}

/// The program that a step starts.
#[derive(Debug, Clone)]
pub(crate) enum Action {
    /// A command of a stage: `layerseg train`, or `./program predict` for a foreign stage.
    Uses { stage: String, command: String },
    /// Any command line, split into words.
    Run { words: Vec<Template> },
}

/// An entry of `in:`.
#[derive(Debug, Clone)]
pub(crate) struct Input {
    pub port: String,
    pub place: Place,
    pub sources: Vec<Source>,
}

/// One origin of the files of an input.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub place: Place,
    /// The place of the text that names its origin: that of `from`, else the same.
    pub named_at: Place,
    pub origin: Origin,
    pub conditions: Vec<Condition>,
    /// Conditions on the task that takes the files. If one does not hold, the task takes no files from this source.
    pub when: Vec<Condition>,
    /// Whether to skip files that a scan does not have and outputs of failed tasks (`missing: leave_out`).
    pub leave_out: bool,
}

/// The files that a source refers to.
#[derive(Debug, Clone)]
pub(crate) enum Origin {
    /// A file or folder, relative to the pipeline file.
    Path(Template),
    /// Files of the scans in the manifest that have this role.
    ScanFiles { role: String },
    /// An output of another step.
    Output { step: String, output: String },
}

/// An entry of `where:` or `when:`. All entries must hold.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    pub place: Place,
    /// `scan.<attribute>`, or a name: of a factor if the step has this factor, else of an attribute.
    pub key: String,
    /// Whether the condition holds if none of the values matches, instead of one of them.
    pub not: bool,
    /// A value or a list of values. May contain placeholders.
    pub value: Value,
}

/// An entry of `out:`.
#[derive(Debug, Clone)]
pub(crate) struct Output {
    pub port: String,
    pub place: Place,
    /// Path relative to the workdir.
    pub path: Template,
}

impl Step {
    /// Index of the factor with this name.
    pub fn factor(&self, name: &str) -> Option<usize> {
        self.matrix.iter().position(|factor| factor.name == name)
    }

    /// Index of the declared output with this name, in `snake_case` or `kebab-case`.
    pub fn output(&self, name: &str) -> Option<usize> {
        let name = snake(name);
        self.outputs.iter().position(|output| output.port == name)
    }
}

/// A name of a port or parameter in `snake_case`. Files may also use `kebab-case`.
pub(crate) fn snake(name: &str) -> String {
    name.replace('-', "_")
}
