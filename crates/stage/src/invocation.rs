//! One call of a command: its resolved paths and parameters.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use rsom_parameters::Parameters;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::{StageError, provenance};

/// One call of a command, with resolved and checked paths and parameters.
#[derive(Debug, Clone, Default)]
pub struct Invocation {
    stage: String,
    version: String,
    revision: Option<String>,
    instruction_set: Option<String>,
    command: String,
    inputs: BTreeMap<String, Vec<PathBuf>>,
    outputs: BTreeMap<String, PathBuf>,
    parameters: Map<String, Value>,
    threads: usize,
    provenance: OnceLock<Value>,
}

impl Invocation {
    /// An invocation without inputs, outputs and parameters, for one thread. The `with_…` methods add them.
    #[must_use]
    pub fn new(stage: &str, version: &str, command: &str) -> Self {
        Self {
            stage: stage.to_owned(),
            version: version.to_owned(),
            command: command.to_owned(),
            threads: 1,
            ..Self::default()
        }
    }

    /// Sets the revision of the stage's code and the vector instructions that the command uses.
    #[must_use]
    pub fn with_build(mut self, revision: Option<String>, instruction_set: Option<String>) -> Self {
        self.revision = revision;
        self.instruction_set = instruction_set;
        self.changed()
    }

    /// The same invocation without its inputs, for commands whose provenance names the files that they select.
    #[must_use]
    pub fn without_inputs(mut self) -> Self {
        self.inputs.clear();
        self.changed()
    }

    /// Forgets a provenance that was worked out before a change.
    fn changed(mut self) -> Self {
        self.provenance = OnceLock::new();
        self
    }

    /// Sets the paths of an input.
    #[must_use]
    pub fn with_input(mut self, name: &str, paths: Vec<PathBuf>) -> Self {
        self.inputs.insert(name.to_owned(), paths);
        self.changed()
    }

    /// Sets the path of an output.
    #[must_use]
    pub fn with_output(mut self, name: &str, path: PathBuf) -> Self {
        self.outputs.insert(name.to_owned(), path);
        self
    }

    /// Sets all parameters, replacing earlier ones.
    #[must_use]
    pub fn with_parameters(mut self, parameters: Map<String, Value>) -> Self {
        self.parameters = parameters;
        self.changed()
    }

    /// Sets the number of threads.
    #[must_use]
    pub fn with_threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// Name of the stage.
    #[must_use]
    pub fn stage(&self) -> &str {
        &self.stage
    }

    /// Version of the stage.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Revision of the stage's code, if known.
    #[must_use]
    pub fn revision(&self) -> Option<&str> {
        self.revision.as_deref()
    }

    /// The vector instructions that the command uses, if they affect the last digits of results.
    #[must_use]
    pub fn instruction_set(&self) -> Option<&str> {
        self.instruction_set.as_deref()
    }

    /// Name of the command.
    #[must_use]
    pub fn command(&self) -> &str {
        &self.command
    }

    /// The number of threads to use.
    #[must_use]
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// The path of a required input.
    ///
    /// # Errors
    /// Exit code 2 if it is not given.
    pub fn input(&self, name: &str) -> Result<&Path, StageError> {
        self.optional_input(name).ok_or_else(|| {
            StageError::usage(format_args!("--{} is missing", name.replace('_', "-")))
        })
    }

    /// The path of an optional input.
    #[must_use]
    pub fn optional_input(&self, name: &str) -> Option<&Path> {
        self.inputs
            .get(name)
            .and_then(|paths| paths.first())
            .map(PathBuf::as_path)
    }

    /// All paths of an input, in the order given. Empty if the input is not given.
    #[must_use]
    pub fn inputs(&self, name: &str) -> &[PathBuf] {
        self.inputs.get(name).map_or(&[], Vec::as_slice)
    }

    /// The path of a required output.
    ///
    /// # Errors
    /// Exit code 2 if it is not given.
    pub fn output(&self, name: &str) -> Result<&Path, StageError> {
        self.optional_output(name).ok_or_else(|| {
            StageError::usage(format_args!("--{} is missing", name.replace('_', "-")))
        })
    }

    /// The path of an optional output.
    #[must_use]
    pub fn optional_output(&self, name: &str) -> Option<&Path> {
        self.outputs.get(name).map(PathBuf::as_path)
    }

    /// The resolved parameters as the struct that declares them.
    ///
    /// # Errors
    /// Exit code 2 for a value that does not fit its field or violates a rule of the struct.
    pub fn settings<T: Parameters>(&self) -> Result<T, StageError> {
        T::from_map(&self.parameters).map_err(|fault| StageError::settings(&fault))
    }

    /// The resolved parameters as a struct with one field for each. A parameter without value and default is null.
    ///
    /// # Errors
    /// Exit code 2 for a value that does not fit its field.
    pub fn parameters<T: DeserializeOwned>(&self) -> Result<T, StageError> {
        serde_json::from_value(Value::Object(self.parameters.clone()))
            .map_err(|e| StageError::usage(format_args!("parameters: {e}")))
    }

    /// The resolved parameters by name.
    #[must_use]
    pub fn resolved_parameters(&self) -> &Map<String, Value> {
        &self.parameters
    }

    /// The provenance for every output: tool, version, revision, command, parameters, name and sha256 of every input, and the
    /// vector instructions if they affect the last digits. The first call hashes the inputs.
    ///
    /// # Errors
    /// Exit code 3 if an input cannot be read.
    pub fn provenance(&self) -> Result<&Value, StageError> {
        if let Some(value) = self.provenance.get() {
            return Ok(value);
        }
        let value = provenance::of_invocation(self)?;
        Ok(self.provenance.get_or_init(|| value))
    }

    /// All inputs with their paths, sorted by name.
    pub fn all_inputs(&self) -> impl Iterator<Item = (&str, &[PathBuf])> {
        self.inputs
            .iter()
            .map(|(name, paths)| (name.as_str(), paths.as_slice()))
    }

    /// All outputs with their paths, sorted by name.
    pub fn all_outputs(&self) -> impl Iterator<Item = (&str, &Path)> {
        self.outputs
            .iter()
            .map(|(name, path)| (name.as_str(), path.as_path()))
    }
}
