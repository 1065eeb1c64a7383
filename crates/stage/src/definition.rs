//! The declaration of a stage: its commands as data, each with the function that runs it.

use crate::recipe::Recipe;
use crate::{
    CommandSpec, Invocation, Named, Parameter, Port, Spec, StageError, Summary, TableNames,
};

/// A stage: its name and its commands.
#[derive(Debug, Clone)]
pub struct Definition {
    /// Name without the prefix `rsom-`: `layerseg`.
    pub name: String,
    /// Version of the stage: the version of its crate.
    pub version: String,
    /// Revision of the code, from the build script. `None` if there is no build script.
    pub revision: Option<String>,
    /// Purpose of the stage in one line, for the help text.
    pub about: String,
    /// Commands of the stage.
    pub commands: Vec<Command>,
}

/// A command: its specification and the function that runs it.
#[derive(Debug, Clone)]
pub struct Command {
    /// Name, inputs, outputs and parameters.
    pub spec: CommandSpec,
    /// Runs the command with resolved paths and parameters.
    pub run: fn(&Invocation) -> Result<Summary, StageError>,
    /// Why the command cannot run on this machine.
    pub fault: Option<String>,
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

    /// Sets the revision of the code: `env!("RSOM_REVISION")`.
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

    /// The specification, as the command `spec` prints it.
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
        Self {
            spec,
            run,
            fault: None,
        }
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

    /// Adds several inputs.
    #[must_use]
    pub fn inputs(mut self, ports: impl IntoIterator<Item = Port>) -> Self {
        self.spec.inputs.extend(ports);
        self
    }

    /// Adds several outputs.
    #[must_use]
    pub fn outputs(mut self, ports: impl IntoIterator<Item = Port>) -> Self {
        self.spec.outputs.extend(ports);
        self
    }

    /// Adds several parameters.
    #[must_use]
    pub fn parameters(mut self, parameters: impl IntoIterator<Item = Parameter>) -> Self {
        self.spec.parameters.extend(parameters);
        self
    }

    /// States that the words of parameters name metrics or columns of the tables of an input. A pipeline checks them before
    /// anything runs.
    #[must_use]
    pub fn names_in_tables(mut self, input: &str, names: Named, parameters: &[&str]) -> Self {
        let declared = parameters.iter().map(|parameter| TableNames {
            parameter: (*parameter).to_owned(),
            names,
            input: input.to_owned(),
            derived: Vec::new(),
            of: None,
            needs_default: false,
        });
        self.spec.table_names.extend(declared);
        self
    }

    /// States that a parameter names a value of the column that the parameter `of` names, in the tables of an input.
    #[must_use]
    pub fn level_in_tables(mut self, input: &str, parameter: &str, of: &str) -> Self {
        self.spec.table_names.push(TableNames {
            parameter: parameter.to_owned(),
            names: Named::Level,
            input: input.to_owned(),
            derived: Vec::new(),
            of: Some(of.to_owned()),
            needs_default: false,
        });
        self
    }

    /// States that the command also needs the metrics and columns that the defaults of the parameters name.
    #[must_use]
    pub fn needs_default_names(mut self) -> Self {
        for declared in &mut self.spec.table_names {
            declared.needs_default = true;
        }
        self
    }

    /// States a name that the command derives: no table needs to contain it.
    #[must_use]
    pub fn derives(mut self, name: &str) -> Self {
        for declared in &mut self.spec.table_names {
            declared.derived.push(name.to_owned());
        }
        self
    }

    /// Adds a recipe: words for parameters that are declared before, as on the command line.
    #[must_use]
    pub fn recipe<const COUNT: usize>(mut self, name: &str, words: [(&str, &str); COUNT]) -> Self {
        let value = |(parameter, word): (&str, &str)| {
            let parsed = self.spec.parameter(parameter).map(|p| p.schema.parse(word));
            // A word that does not fit stays as it is: the checks of values report it.
            let value = parsed.and_then(Result::ok);
            (parameter.to_owned(), value.unwrap_or_else(|| word.into()))
        };
        let parameters = words.into_iter().map(value).collect();
        self.spec.recipes.push(Recipe {
            name: name.to_owned(),
            parameters,
        });
        self
    }

    /// Sets the vector instructions that the command uses on this machine. They affect the last digits of results, so
    /// provenance and records contain them too. With a fault, the command does not run.
    #[must_use]
    pub fn instruction_set<E: std::fmt::Display>(mut self, name: Result<&str, E>) -> Self {
        match name {
            Ok(name) => self.spec.instruction_set = Some(name.to_owned()),
            Err(fault) => self.fault = Some(fault.to_string()),
        }
        self
    }

    /// Adds an example command line to the help text.
    #[must_use]
    pub fn example(mut self, line: &str) -> Self {
        self.spec.examples.push(line.to_owned());
        self
    }
}
