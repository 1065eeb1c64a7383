//! From the parameters of a run to the settings of a scene.

use rsom_stage::{Invocation, StageError};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{files, parameters};
use crate::Config;

/// A factor on a setting.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Effect {
    /// Name of the setting.
    pub setting: String,
    /// The factor.
    pub factor: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Rendering {
    Simple,
    Physical,
}

#[derive(Deserialize)]
struct Choices {
    rendering: Rendering,
    tree_terminals_per_mm2: f64,
}

/// The scene that the parameters describe, with the effects on it.
///
/// # Errors
/// Exit code 2: settings of the physical rule beside the simple one; settings that describe no scene.
pub(super) fn scene(invocation: &Invocation, effects: &[Effect]) -> Result<Config, StageError> {
    let mut settings = invocation.resolved_parameters().clone();
    let choices: Choices = read(&settings)?;
    for (name, default) in parameters::physics() {
        let given = settings.get(name).is_some_and(|value| !value.is_null());
        match choices.rendering {
            Rendering::Simple if given => {
                let flag = name.replace('_', "-");
                return Err(StageError::usage(format_args!(
                    "--{flag} belongs to the physical rule; add --rendering physical"
                )));
            }
            Rendering::Physical if !given => {
                settings.insert(name.into(), Value::from(default));
            }
            _ => {}
        }
    }
    for effect in effects {
        if choices.tree_terminals_per_mm2 == 0.0 && effect.setting.starts_with("tree_") {
            return Err(StageError::usage(format_args!(
                "effects: '{}' needs trees; add --tree-terminals-per-mm2",
                effect.setting
            )));
        }
        apply(effect, &mut settings)?;
    }
    let choices: Choices = read(&settings)?;
    let mut config: Config = read(&settings)?;
    if choices.rendering == Rendering::Physical {
        config.physics = Some(read(&settings)?);
    }
    if choices.tree_terminals_per_mm2 > 0.0 {
        config.trees = Some(read(&settings)?);
    }
    config.check().map_err(files::fault)?;
    Ok(config)
}

fn apply(effect: &Effect, settings: &mut Map<String, Value>) -> Result<(), StageError> {
    let name = effect.setting.as_str();
    let value = settings.get(name).and_then(Value::as_f64);
    match value.filter(|_| parameters::is_number(name)) {
        Some(value) => {
            settings.insert(name.into(), Value::from(value * effect.factor));
            Ok(())
        }
        None => Err(StageError::usage(format_args!(
            "effects: '{name}' is no setting of this scene that a factor can change"
        ))),
    }
}

fn read<T: DeserializeOwned>(settings: &Map<String, Value>) -> Result<T, StageError> {
    T::deserialize(Value::Object(settings.clone())).map_err(StageError::usage)
}
