//! The specification of a stage, as `EXE spec` prints it.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::recipe::Recipe;
use crate::{Parameter, Port, Schema, TableNames};

/// Version of the stage contract that this crate implements.
pub const CONTRACT_VERSION: u64 = 1;

/// The specification of a stage.
#[derive(Debug, Clone, PartialEq)]
pub struct Spec {
    /// Name of the stage.
    pub stage: String,
    /// Version of the stage. Part of the identity of its tasks.
    pub version: String,
    /// Revision of the code of the stage. Part of the identity of its tasks. Built-in stages always have one.
    pub revision: Option<String>,
    /// Purpose of the stage in one line, for the help text.
    pub about: String,
    /// Commands of the stage.
    pub commands: Vec<CommandSpec>,
}

/// The specification of a command.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CommandSpec {
    /// Name: one word, or two as in `import bscans`.
    pub name: String,
    /// Purpose of the command in one line, for the help text.
    pub about: String,
    /// Example command lines for the help text.
    pub examples: Vec<String>,
    /// The vector instructions that the command uses on this machine, if they affect the last digits of results.
    pub instruction_set: Option<String>,
    /// Inputs, in the order of the help text.
    pub inputs: Vec<Port>,
    /// Outputs, in the order of the help text.
    pub outputs: Vec<Port>,
    /// Parameters, in the order of the help text.
    pub parameters: Vec<Parameter>,
    /// Parameters whose words name metrics or columns of input tables.
    pub table_names: Vec<TableNames>,
    /// Named sets of parameter values.
    pub recipes: Vec<Recipe>,
}

impl Spec {
    /// The JSON that `EXE spec` prints. The parameters are a JSON Schema object.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "contract": CONTRACT_VERSION,
            "stage": self.stage,
            "version": self.version,
            "revision": self.revision,
            "about": self.about,
            "commands": self.commands.iter().map(CommandSpec::to_json).collect::<Vec<_>>(),
        })
    }

    /// Reads the specification of a built-in or foreign stage.
    ///
    /// # Errors
    /// A missing part, a part of the wrong type, or another contract version.
    pub fn from_json(json: &Value) -> Result<Self, String> {
        let contract = json["contract"].as_u64().ok_or("'contract' is missing")?;
        if contract != CONTRACT_VERSION {
            return Err(format!(
                "contract version {contract} is not supported; the supported version is {CONTRACT_VERSION}"
            ));
        }
        let commands = json["commands"].as_array().ok_or("'commands' is missing")?;
        Ok(Self {
            stage: text(json, "stage")?,
            version: text(json, "version")?,
            revision: json["revision"].as_str().map(str::to_owned),
            about: json["about"].as_str().unwrap_or_default().to_owned(),
            commands: commands
                .iter()
                .map(CommandSpec::from_json)
                .collect::<Result<_, _>>()?,
        })
    }

    /// The command with this name.
    #[must_use]
    pub fn command(&self, name: &str) -> Option<&CommandSpec> {
        self.commands.iter().find(|c| c.name == name)
    }
}

impl CommandSpec {
    /// The JSON of the command.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut properties = Map::new();
        for parameter in &self.parameters {
            properties.insert(parameter.name.clone(), parameter_to_json(parameter));
        }
        let required: Vec<&str> = self
            .parameters
            .iter()
            .filter(|p| p.required)
            .map(|p| p.name.as_str())
            .collect();
        let mut json = json!({
            "name": self.name,
            "about": self.about,
            "examples": self.examples,
            "instruction_set": self.instruction_set,
            "inputs": self.inputs,
            "outputs": self.outputs,
            "parameters": {
                "type": "object",
                "additionalProperties": false,
                "properties": properties,
                "required": required,
            },
        });
        if !self.table_names.is_empty() {
            json["table_names"] = json!(self.table_names);
        }
        if !self.recipes.is_empty() {
            json["recipes"] = json!(self.recipes);
        }
        json
    }

    /// Reads a command from JSON.
    ///
    /// # Errors
    /// A missing part, or a part of the wrong type.
    pub fn from_json(json: &Value) -> Result<Self, String> {
        let name = text(json, "name")?;
        let schema = &json["parameters"];
        let required: Vec<&str> = schema["required"]
            .as_array()
            .map(|list| list.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        let parameters = match schema["properties"].as_object() {
            None => Vec::new(),
            Some(properties) => properties
                .iter()
                .map(|(key, value)| {
                    parameter_from_json(key, value, required.contains(&key.as_str()))
                        .map_err(|e| format!("parameter '{key}' of command '{name}': {e}"))
                })
                .collect::<Result<_, _>>()?,
        };
        Ok(Self {
            table_names: list(json, "table_names", &name)?,
            recipes: list(json, "recipes", &name)?,
            inputs: list(json, "inputs", &name)?,
            outputs: list(json, "outputs", &name)?,
            name,
            about: json["about"].as_str().unwrap_or_default().to_owned(),
            examples: Vec::new(),
            instruction_set: json["instruction_set"].as_str().map(str::to_owned),
            parameters,
        })
    }

    /// The parameter with this name, in `snake_case` or `kebab-case`.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&Parameter> {
        let name = name.replace('-', "_");
        self.parameters.iter().find(|p| p.name == name)
    }

    /// The values of a recipe; `None` if the command does not belong to it.
    #[must_use]
    pub fn recipe(&self, name: &str) -> Option<&Map<String, Value>> {
        let recipe = self.recipes.iter().find(|recipe| recipe.name == name)?;
        Some(&recipe.parameters)
    }

    /// The input with this name, in `snake_case` or `kebab-case`.
    #[must_use]
    pub fn input(&self, name: &str) -> Option<&Port> {
        let name = name.replace('-', "_");
        self.inputs.iter().find(|p| p.name == name)
    }

    /// The output with this name, in `snake_case` or `kebab-case`.
    #[must_use]
    pub fn output(&self, name: &str) -> Option<&Port> {
        let name = name.replace('-', "_");
        self.outputs.iter().find(|p| p.name == name)
    }
}

/// The list under an optional key of a command.
fn list<T: DeserializeOwned>(json: &Value, key: &str, command: &str) -> Result<Vec<T>, String> {
    match json.get(key) {
        None => Ok(Vec::new()),
        Some(list) => serde_json::from_value(list.clone())
            .map_err(|e| format!("'{key}' of command '{command}': {e}")),
    }
}

fn parameter_to_json(parameter: &Parameter) -> Value {
    let mut json = parameter.schema.to_json();
    json["description"] = json!(parameter.about);
    if let Some(default) = &parameter.default {
        json["default"] = default.clone();
    }
    if parameter.advanced {
        json["x-advanced"] = json!(true);
    }
    if let Some(unit) = &parameter.unit {
        json["x-unit"] = json!(unit);
    }
    json
}

fn parameter_from_json(name: &str, json: &Value, required: bool) -> Result<Parameter, String> {
    Ok(Parameter {
        name: name.replace('-', "_"),
        schema: Schema::from_json(json)?,
        default: json.get("default").filter(|d| !d.is_null()).cloned(),
        required,
        unit: json["x-unit"].as_str().map(str::to_owned),
        advanced: json["x-advanced"] == json!(true),
        about: json["description"].as_str().unwrap_or_default().to_owned(),
    })
}

fn text(json: &Value, key: &str) -> Result<String, String> {
    json[key]
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| format!("'{key}' is missing or not a text"))
}
