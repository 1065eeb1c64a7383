//! Converts the parameters of a run to the settings of a scene.

use rsom_parameters::{Choice, Parameter, Parameters, Type};
use rsom_stage::{Invocation, StageError};
use serde_json::{Map, Value};

use super::files;
use crate::{Config, DermisTrees, Physics};

/// A factor on a setting, for a group.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Effect {
    /// Name of the setting.
    pub setting: String,
    /// The factor.
    pub factor: f64,
}

/// Rendering of the scene.
#[derive(Parameters)]
struct Scene {
    /// Rendering: 'simple' uses fixed shares of melanin and vessels; 'physical' adds light with shadows, frequency
    /// bands by vessel diameter, hair, focus and reflections.
    #[parameter(default = Rendering::Simple)]
    rendering: Rendering,
    #[parameter(flatten)]
    config: Config,
    #[parameter(flatten)]
    trees: DermisTrees,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
enum Rendering {
    Simple,
    Physical,
}

/// The parameters of a scene. Those of the physical rule are unset by default.
pub(super) fn parameters() -> Vec<Parameter> {
    let mut all = Scene::declare();
    all.extend(Physics::declare().into_iter().map(unset));
    all
}

/// Makes a parameter of the physical rule unset by default, and states its value there in the help.
fn unset(mut parameter: Parameter) -> Parameter {
    let default = parameter.default.take();
    if let Some(number) = default.as_ref().and_then(Value::as_f64) {
        let about = &parameter.about;
        parameter.about = format!("{about} (unset: {number} by the physical rule)");
    }
    parameter
}

/// The scene with the given parameters and effects.
///
/// # Errors
/// Exit code 2: settings of the physical rule with the simple rule; invalid settings.
pub(super) fn scene(invocation: &Invocation, effects: &[Effect]) -> Result<Config, StageError> {
    let mut settings = invocation.resolved_parameters().clone();
    let given: Scene = read(&settings)?;
    for Parameter { name, default, .. } in Physics::declare() {
        let is_given = settings.get(&name).is_some_and(|value| !value.is_null());
        match given.rendering {
            Rendering::Simple if is_given => {
                let flag = name.replace('_', "-");
                return Err(StageError::usage(format_args!(
                    "--{flag} needs the physical rule; add --rendering physical"
                )));
            }
            Rendering::Physical if !is_given => {
                settings.insert(name, Value::from(default));
            }
            _ => {}
        }
    }
    for effect in effects {
        if given.trees.tree_terminals_per_mm2 == 0.0 && effect.setting.starts_with("tree_") {
            return Err(StageError::usage(format_args!(
                "effects: '{}' needs trees; add --tree-terminals-per-mm2",
                effect.setting
            )));
        }
        apply(effect, &mut settings)?;
    }
    let Scene {
        rendering,
        mut config,
        trees,
    } = read(&settings)?;
    if rendering == Rendering::Physical {
        config.physics = Some(read(&settings)?);
    }
    config.trees = Some(trees).filter(|trees| trees.tree_terminals_per_mm2 > 0.0);
    config.check().map_err(files::fault)?;
    Ok(config)
}

fn apply(effect: &Effect, settings: &mut Map<String, Value>) -> Result<(), StageError> {
    let name = effect.setting.as_str();
    let value = settings.get(name).and_then(Value::as_f64);
    match value.filter(|_| is_number(name)) {
        Some(value) => {
            settings.insert(name.into(), Value::from(value * effect.factor));
            Ok(())
        }
        None => Err(StageError::usage(format_args!(
            "effects: '{name}' is not a numeric setting of this scene"
        ))),
    }
}

/// Whether a setting is a single number, which a factor can scale.
fn is_number(name: &str) -> bool {
    let mut all = parameters().into_iter();
    all.any(|parameter| parameter.name == name && parameter.schema.kind == Type::Number)
}

fn read<T: Parameters>(settings: &Map<String, Value>) -> Result<T, StageError> {
    T::from_map(settings).map_err(|fault| StageError::settings(&fault))
}
