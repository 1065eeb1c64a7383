//! A stage declared as data, each command with the function that runs it.

use crate::{CommandSpec, Invocation, Parameter, Port, Spec, StageError, Summary};

/// A stage: its name and its commands.
#[derive(Debug, Clone)]
pub struct Definition {
    /// Name without the prefix: `layerseg`.
    pub name: String,
    /// Version of the crate.
    pub version: String,
    /// Revision of the code, when a build script works one out.
    pub revision: Option<String>,
    /// One line for people.
    pub about: String,
    /// Its commands.
    pub commands: Vec<Command>,
}

/// A command: what it takes and gives, and the function that runs it.
#[derive(Debug, Clone)]
pub struct Command {
    /// Inputs, outputs, parameters.
    pub spec: CommandSpec,
    /// Runs it.
    pub run: fn(&Invocation) -> Result<Summary, StageError>,
}

impl Definition {
    /// A stage without commands.
    #[must_use]
    pub fn new(name: &str, version: &str, about: &str) -> Self {
        Self {
            name: name.to_owned(),
            version: version.to_owned(),
            revision: None,
            about: about.to_owned(),
            commands: Vec::new(),
        }
    }

    /// States the revision of the code that the stage is built from: `env!("RSOM_REVISION")`.
    #[must_use]
    pub fn revision(mut self, revision: &str) -> Self {
        self.revision = Some(revision.to_owned());
        self
    }

    /// Adds a command.
    #[must_use]
    pub fn command(mut self, command: Command) -> Self {
        self.commands.push(command);
        self
    }

    /// The specification that `spec` prints.
    #[must_use]
    pub fn spec(&self) -> Spec {
        Spec {
            stage: self.name.clone(),
            version: self.version.clone(),
            revision: self.revision.clone(),
            about: self.about.clone(),
            commands: self.commands.iter().map(|c| c.spec.clone()).collect(),
        }
    }
}

impl Command {
    /// A command without inputs, outputs and parameters.
    #[must_use]
    pub fn new(
        name: &str,
        about: &str,
        run: fn(&Invocation) -> Result<Summary, StageError>,
    ) -> Self {
        let spec = CommandSpec {
            name: name.to_owned(),
            about: about.to_owned(),
            ..CommandSpec::default()
        };
        Self { spec, run }
    }

    /// Adds an input.
    #[must_use]
    pub fn input(mut self, port: Port) -> Self {
        self.spec.inputs.push(port);
        self
    }

    /// Adds an output.
    #[must_use]
    pub fn output(mut self, port: Port) -> Self {
        self.spec.outputs.push(port);
        self
    }

    /// Adds a parameter.
    #[must_use]
    pub fn parameter(mut self, parameter: Parameter) -> Self {
        self.spec.parameters.push(parameter);
        self
    }

    /// Adds several inputs that commands share.
    #[must_use]
    pub fn inputs(mut self, ports: impl IntoIterator<Item = Port>) -> Self {
        self.spec.inputs.extend(ports);
        self
    }

    /// Adds several outputs that commands share.
    #[must_use]
    pub fn outputs(mut self, ports: impl IntoIterator<Item = Port>) -> Self {
        self.spec.outputs.extend(ports);
        self
    }

    /// Adds several parameters that commands share.
    #[must_use]
    pub fn parameters(mut self, parameters: impl IntoIterator<Item = Parameter>) -> Self {
        self.spec.parameters.extend(parameters);
        self
    }

    /// States the vector instructions that the command computes with on this machine. Its last digits depend on them, so
    /// provenance and records state them too.
    #[must_use]
    pub fn instruction_set(mut self, name: &str) -> Self {
        self.spec.instruction_set = Some(name.to_owned());
        self
    }

    /// Adds a command line to copy, shown in the help text.
    #[must_use]
    pub fn example(mut self, line: &str) -> Self {
        self.spec.examples.push(line.to_owned());
        self
    }
}
