//! Fills and checks the parameters of a task, and adds the defaults of its stage.

use serde_json::{Map, Value};

use crate::check::tool::Tool;
use crate::plan::scope::Scope;
use crate::problem::Problems;
use crate::read::model::Step;
use crate::read::template;
use crate::run::arguments::words_of;

/// All parameters of a task with their values, and the names of those set by the pipeline.
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
    let mut given = Vec::new();
    let mut good = true;
    for named in &step.parameters {
        let Some(parameter) = tool.command.parameter(&named.name) else {
            // The check of the step has reported it, or left it out with a warning.
            continue;
        };
        let filled = template::fill(&named.value, &|name| scope.lookup(name));
        let checked = filled.and_then(|value| {
            if value.is_null() {
                return Ok(None);
            }
            let value = parameter.schema.check(value)?;
            words_of(parameter, &value)?;
            Ok(Some(value))
        });
        match checked {
            Ok(Some(value)) => {
                resolved.insert(parameter.name.clone(), value);
                given.push(parameter.name.clone());
            }
            Ok(None) if parameter.required && parameter.default.is_none() => {
                good = false;
                problems.add(named.place, format!("'{}' must have a value", named.name));
            }
            Ok(None) => {}
            Err(message) => {
                good = false;
                problems.add(named.place, format!("'{}': {message}", named.name));
            }
        }
    }
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
