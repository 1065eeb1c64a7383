//! Fills and checks the parameters of a task, and adds the values of the recipe and the defaults of its stage.

use serde_json::{Map, Value};

use crate::check::tool::{StageCommand, Tool};
use crate::plan::scope::Scope;
use crate::problem::Problems;
use crate::read::model::{NamedValue, Step};
use crate::read::template;
use crate::run::arguments::words_of;

/// All parameters of a task with their values, and the names of those set by the pipeline or its recipe.
///
/// Null omits a parameter. `None` if there is a problem, which is reported.
pub(crate) fn parameters(
    step: &Step,
    tool: &Tool,
    scope: &Scope<'_>,
    problems: &mut Problems,
) -> Option<(Map<String, Value>, Vec<String>)> {
    let Tool::Stage(tool) = tool else {
        return Some((Map::new(), Vec::new()));
    };
    let mut resolved = Map::new();
    let mut good = true;
    for named in &step.parameters {
        match of_step(named, tool, scope) {
            Ok(Some(value)) => {
                resolved.insert(named.name.clone(), value);
            }
            Ok(None) => {}
            Err(message) => {
                good = false;
                problems.add(named.place, message);
            }
        }
    }
    for (name, value) in &tool.recipe {
        match of_recipe(name, value, tool) {
            Ok(value) => {
                resolved.entry(name.clone()).or_insert(value);
            }
            Err(message) => {
                good = false;
                problems.add(step.place, message);
            }
        }
    }
    let given = resolved.keys().cloned().collect();
    for parameter in &tool.command.parameters {
        if let Some(default) = parameter.default.as_ref().filter(|d| !d.is_null())
            && !resolved.contains_key(&parameter.name)
        {
            let value = parameter.schema.check(default.clone());
            resolved.insert(
                parameter.name.clone(),
                value.unwrap_or_else(|_| default.clone()),
            );
        }
    }
    good.then_some((resolved, given))
}

/// The value under `with:`; `None` if it is null, or if the command has no such parameter: the check of the step has
/// reported it, or left it out with a warning.
fn of_step(
    named: &NamedValue,
    tool: &StageCommand,
    scope: &Scope<'_>,
) -> Result<Option<Value>, String> {
    let Some(parameter) = tool.command.parameter(&named.name) else {
        return Ok(None);
    };
    let bad = |message: String| format!("'{}': {message}", named.name);
    let value = template::fill(&named.value, &|name| scope.lookup(name)).map_err(bad)?;
    if value.is_null() {
        return match parameter.required && parameter.default.is_none() {
            true => Err(format!("'{}' must have a value", named.name)),
            false => Ok(None),
        };
    }
    let value = parameter.schema.check(value).map_err(bad)?;
    words_of(parameter, &value).map_err(bad)?;
    Ok(Some(value))
}

/// The value that the recipe gives to a parameter.
fn of_recipe(name: &str, value: &Value, tool: &StageCommand) -> Result<Value, String> {
    let Some(parameter) = tool.command.parameter(name) else {
        let command = &tool.command.name;
        return Err(format!("recipe: '{command}' has no parameter '{name}'"));
    };
    let value = parameter.schema.check(value.clone());
    value.map_err(|message| format!("recipe: '{name}': {message}"))
}
