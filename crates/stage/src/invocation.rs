//! One run of a command: resolved paths and parameters.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use rsom_parameters::Parameters;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::{StageError, provenance};

/// One run of a command, after the command line and the configuration file are resolved and checked.
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
    /// An invocation of a command, to be filled with [`with_input`](Self::with_input) and its sisters.
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

    /// Sets the revision of the stage's code and the vector instructions that it computes with.
    #[must_use]
    pub fn with_build(mut self, revision: Option<String>, instruction_set: Option<String>) -> Self {
        self.revision = revision;
        self.instruction_set = instruction_set;
        self
    }

    /// Sets the paths of an input.
    #[must_use]
    pub fn with_input(mut self, name: &str, paths: Vec<PathBuf>) -> Self {
        self.inputs.insert(name.to_owned(), paths);
        self
    }

    /// Sets the path of an output.
    #[must_use]
    pub fn with_output(mut self, name: &str, path: PathBuf) -> Self {
        self.outputs.insert(name.to_owned(), path);
        self
    }

    /// Sets all parameters.
    #[must_use]
    pub fn with_parameters(mut self, parameters: Map<String, Value>) -> Self {
        self.parameters = parameters;
        self
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

    /// Revision of the stage's code, if it states one.
    #[must_use]
    pub fn revision(&self) -> Option<&str> {
        self.revision.as_deref()
    }

    /// The vector instructions that the command computes with, if its last digits depend on them.
    #[must_use]
    pub fn instruction_set(&self) -> Option<&str> {
        self.instruction_set.as_deref()
    }

    /// Name of the command.
    #[must_use]
    pub fn command(&self) -> &str {
        &self.command
    }

    /// The number of threads of the process's one pool.
    #[must_use]
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// The path of a single input.
    ///
    /// # Errors
    /// Exit code 2 when it was not given.
    pub fn input(&self, name: &str) -> Result<&Path, StageError> {
        self.optional_input(name).ok_or_else(|| {
            StageError::usage(format_args!("--{} is missing", name.replace('_', "-")))
        })
    }

    /// The path of an input that may be left out.
    #[must_use]
    pub fn optional_input(&self, name: &str) -> Option<&Path> {
        self.inputs
            .get(name)
            .and_then(|paths| paths.first())
            .map(PathBuf::as_path)
    }

    /// The paths of an input that takes several, in the order given; empty when it was left out.
    #[must_use]
    pub fn inputs(&self, name: &str) -> &[PathBuf] {
        self.inputs.get(name).map_or(&[], Vec::as_slice)
    }

    /// The path of an output.
    ///
    /// # Errors
    /// Exit code 2 when it was not given.
    pub fn output(&self, name: &str) -> Result<&Path, StageError> {
        self.optional_output(name).ok_or_else(|| {
            StageError::usage(format_args!("--{} is missing", name.replace('_', "-")))
        })
    }

    /// The path of an output that may be left out.
    #[must_use]
    pub fn optional_output(&self, name: &str) -> Option<&Path> {
        self.outputs.get(name).map(PathBuf::as_path)
    }

    /// The resolved parameters as the struct that declares them.
    ///
    /// # Errors
    /// Exit code 2 for a value that does not fit its field, or breaks a rule.
    pub fn settings<T: Parameters>(&self) -> Result<T, StageError> {
        T::from_map(&self.parameters).map_err(|fault| StageError::settings(&fault))
    }

    /// The resolved parameters as a struct with one field each; a parameter that is unset and has no default is null.
    ///
    /// # Errors
    /// Exit code 2 when a value does not fit the field.
    pub fn parameters<T: DeserializeOwned>(&self) -> Result<T, StageError> {
        serde_json::from_value(Value::Object(self.parameters.clone()))
            .map_err(|e| StageError::usage(format_args!("parameters: {e}")))
    }

    /// The resolved parameters as they stand in the provenance.
    #[must_use]
    pub fn resolved_parameters(&self) -> &Map<String, Value> {
        &self.parameters
    }

    /// Provenance to write next to or into every output: tool, version, revision, command, parameters, and the name and
    /// sha256 of every input; vector instructions where the last digits depend on them. Hashes the inputs once.
    ///
    /// # Errors
    /// Exit code 3 when an input cannot be read.
    pub fn provenance(&self) -> Result<&Value, StageError> {
        if let Some(value) = self.provenance.get() {
            return Ok(value);
        }
        let value = provenance::of_invocation(self)?;
        Ok(self.provenance.get_or_init(|| value))
    }

    /// Every input with its paths, sorted by name.
    pub fn all_inputs(&self) -> impl Iterator<Item = (&str, &[PathBuf])> {
        self.inputs
            .iter()
            .map(|(name, paths)| (name.as_str(), paths.as_slice()))
    }

    /// Every output with its path, sorted by name.
    pub fn all_outputs(&self) -> impl Iterator<Item = (&str, &Path)> {
        self.outputs
            .iter()
            .map(|(name, path)| (name.as_str(), path.as_path()))
    }
}
