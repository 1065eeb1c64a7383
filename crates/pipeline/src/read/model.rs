//! A pipeline as it is written: the parts of the file, nothing expanded yet.

use rsom_stage::yaml::Place;
use serde_json::Value;

use crate::read::template::Template;

/// A pipeline file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pipeline {
    pub name: String,
    /// Path of the manifest, relative to the pipeline file.
    pub manifest: Option<(Place, String)>,
    pub params: Vec<Named>,
    pub stages: Vec<Stage>,
}

/// A named value: a param, a factor of the matrix, a parameter under `with:`.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    pub name: String,
    pub place: Place,
    pub value: Value,
}

/// A stage of the pipeline.
#[derive(Debug, Clone)]
pub(crate) struct Stage {
    pub name: String,
    pub place: Place,
    pub action: Action,
    /// Where `uses:` or `run:` stands.
    pub action_place: Place,
    /// Whether it runs once for each scan.
    pub foreach_scan: bool,
    pub conditions: Vec<Condition>,
    /// Factors; the first one varies slowest.
    pub matrix: Vec<Named>,
    pub inputs: Vec<Input>,
    pub parameters: Vec<Named>,
    pub outputs: Vec<Output>,
}

/// What a stage starts.
#[derive(Debug, Clone)]
pub(crate) enum Action {
    /// A command of a stage that meets the stage contract: `layerseg train`, `./program predict`.
    Uses { tool: String, command: String },
    /// Any command line, word by word.
    Run { words: Vec<Template> },
}

/// An entry of `in:`.
#[derive(Debug, Clone)]
pub(crate) struct Input {
    pub port: String,
    pub place: Place,
    pub sources: Vec<Source>,
}

/// Where the files of an input come from.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub place: Place,
    pub origin: Origin,
    pub conditions: Vec<Condition>,
    /// Conditions on the task that takes the files; where one does not hold, it takes none from here.
    pub when: Vec<Condition>,
    /// Whether files that scans do not have, and outputs of tasks that failed, are left out.
    pub leave_out: bool,
}

/// What a source names.
#[derive(Debug, Clone)]
pub(crate) enum Origin {
    /// A file or folder, relative to the pipeline file.
    Path(Template),
    /// Files of the manifest's scans, by role.
    ScanFiles { role: String },
    /// An output of another stage.
    Output { stage: String, output: String },
}

/// An entry of `where:`; all of them must hold.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    pub place: Place,
    /// `scan.<attribute>` or a bare name: a factor if the stage has it, else an attribute.
    pub key: String,
    /// Whether none of the values may hold, instead of one of them.
    pub not: bool,
    /// A value or a list of values, with placeholders.
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

impl Stage {
    /// The factor of that name.
    pub fn factor(&self, name: &str) -> Option<usize> {
        self.matrix.iter().position(|factor| factor.name == name)
    }

    /// The declared output of that name, in `snake_case` or `kebab-case`.
    pub fn output(&self, name: &str) -> Option<usize> {
        let name = snake(name);
        self.outputs.iter().position(|output| output.port == name)
    }
}

/// Names of ports and parameters are `snake_case`; `kebab-case` is accepted.
pub(crate) fn snake(name: &str) -> String {
    name.replace('-', "_")
}
