//! The command line of a task.

use std::ffi::OsString;
use std::path::PathBuf;

use rsom_stage::{Parameter, StageError, Type};
use serde_json::Value;

use crate::check::tool::{StageCommand, Tool};
use crate::plan::tasks::{Plan, Task, TaskInput};
use crate::read::template::{Template, text_of};

/// The parameter of a command that replaces an existing output only if asked.
const FORCE: &str = "force";

/// The arguments of a task. For a stage: command, inputs, outputs, parameters, threads and output options. For a `run` line:
/// its words with the paths filled in.
///
/// # Errors
/// An inconsistent plan: a parameter without a value, or an unknown port.
pub(crate) fn arguments(
    plan: &Plan,
    task: &Task,
    threads: usize,
) -> Result<Vec<OsString>, StageError> {
    let fault = |fault| StageError::failure(format_args!("{}: {fault}", task.label));
    match task.tool.as_ref() {
        Tool::Stage(tool) => {
            let mut words = stage_words(plan, task, tool).map_err(fault)?;
            words.extend(
                ["--threads", &threads.to_string(), "--quiet", "--json"].map(OsString::from),
            );
            Ok(words)
        }
        Tool::Line(_) => line_words(plan, task).map_err(fault),
    }
}

/// The words of a parameter's value, one for each use of its flag.
///
/// # Errors
/// A value that the command line cannot represent, such as a list item with a comma.
pub(crate) fn words_of(parameter: &Parameter, value: &Value) -> Result<Vec<String>, String> {
    let unwritable = || {
        format!("{value} cannot be written on a command line (a comma in a list, or '=' in a name)")
    };
    if let (Type::Map, Some(entries)) = (&parameter.schema.kind, value.as_object()) {
        if entries
            .keys()
            .any(|key| key.is_empty() || key.contains('='))
        {
            return Err(unwritable());
        }
        let word = |(key, item): (&String, &Value)| Some(format!("{key}={}", text_of(item)?));
        return entries
            .iter()
            .map(word)
            .collect::<Option<_>>()
            .ok_or_else(unwritable);
    }
    let word = text_of(value).ok_or_else(unwritable)?;
    if parameter.schema.parse(&word).as_ref() != Ok(value) {
        return Err(unwritable());
    }
    Ok(vec![word])
}

fn stage_words(plan: &Plan, task: &Task, tool: &StageCommand) -> Result<Vec<OsString>, String> {
    let mut words: Vec<OsString> = tool.prefix.iter().map(OsString::from).collect();
    words.extend(tool.command.name.split(' ').map(OsString::from));
    // Positional paths come first: a flag with several paths would take them too.
    for input in task.inputs.iter().filter(|input| input.positional) {
        words.extend(paths(plan, input)?);
    }
    for input in task.inputs.iter().filter(|input| !input.positional) {
        words.push(flag(&input.port));
        words.extend(paths(plan, input)?);
    }
    for output in &task.outputs {
        words.push(flag(&output.port));
        words.push(OsString::from(&output.path));
    }
    for name in &task.given {
        let (Some(parameter), Some(value)) =
            (tool.command.parameter(name), task.parameters.get(name))
        else {
            return Err(format!("the parameter '{name}' is unknown or has no value"));
        };
        for word in words_of(parameter, value)? {
            words.push(flag(name));
            words.push(OsString::from(word));
        }
    }
    // The run has checked that no file at the path of an output belongs to the user.
    let is_built_in = tool.prefix.is_some();
    if is_built_in
        && tool.command.parameter(FORCE).is_some()
        && !task.given.iter().any(|n| n == FORCE)
    {
        words.push(flag(FORCE));
    }
    Ok(words)
}

fn flag(name: &str) -> OsString {
    OsString::from(format!("--{}", name.replace('_', "-")))
}

fn paths(plan: &Plan, input: &TaskInput) -> Result<Vec<OsString>, String> {
    let files = input.files.iter();
    let path = |file| plan.path_of(file).map(PathBuf::into_os_string);
    let paths: Option<Vec<OsString>> = files.map(path).collect();
    paths.ok_or_else(|| format!("a file of the input '{}' is not in the plan", input.port))
}

fn line_words(plan: &Plan, task: &Task) -> Result<Vec<OsString>, String> {
    let mut words = Vec::new();
    for word in &task.words {
        if let Some(port) = word.only_name().and_then(|name| name.strip_prefix("in.")) {
            // An input that is left out gives no word.
            if let Some(input) = input(task, port) {
                words.extend(paths(plan, input)?);
            }
            continue;
        }
        // The plan has checked that an input inside a longer word has one file.
        let text = word.text(&|name| path_text(plan, task, name).map(Value::from))?;
        words.push(OsString::from(text));
    }
    Ok(words)
}

fn path_text(plan: &Plan, task: &Task, name: &str) -> Result<String, String> {
    let unknown = || format!("'${{{name}}}' is not known");
    let (section, port) = name.split_once('.').ok_or_else(unknown)?;
    if section == "in" {
        let path = input(task, port)
            .and_then(|input| plan.path_of(input.files.first()?))
            .ok_or_else(unknown)?;
        return Ok(path.to_string_lossy().into_owned());
    }
    let port = crate::read::model::snake(port);
    let output = task
        .outputs
        .iter()
        .find(|o| o.port == port)
        .ok_or_else(unknown)?;
    Ok(output.path.clone())
}

fn input<'a>(task: &'a Task, port: &str) -> Option<&'a TaskInput> {
    let port = crate::read::model::snake(port);
    task.inputs.iter().find(|input| input.port == port)
}

/// Inputs inside a longer word of a `run` line, where only one path fits.
pub(crate) fn embedded_inputs(words: &[Template]) -> impl Iterator<Item = String> {
    words
        .iter()
        .filter(|word| word.only_name().is_none())
        .flat_map(Template::names)
        .filter_map(|name| name.strip_prefix("in."))
        .map(crate::read::model::snake)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_become_the_words_that_the_command_line_reads() {
        let shape = Parameter::integers("shape", "");
        assert_eq!(words_of(&shape, &json!([96, 16])).unwrap(), ["96,16"]);
        let names = Parameter::texts("names", "");
        assert_eq!(words_of(&names, &json!([])).unwrap(), [""]);
        assert!(words_of(&names, &json!(["a,b"])).is_err());
        let factor = Parameter::map("factor", "");
        assert_eq!(
            words_of(&factor, &json!({"net": "unet", "s": "0"})).unwrap(),
            ["net=unet", "s=0"]
        );
        assert!(words_of(&factor, &json!({"a=b": "1"})).is_err());
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_comes_back(items in proptest::collection::vec(".{0,6}", 0..4), number: f64) {
            let names = Parameter::texts("names", "");
            if let Ok(words) = words_of(&names, &json!(items)) {
                proptest::prop_assert_eq!(names.schema.parse(&words[0]).unwrap(), json!(items));
            }
            proptest::prop_assume!(number.is_finite());
            let threshold = Parameter::number("threshold", "");
            let words = words_of(&threshold, &json!(number)).unwrap();
            proptest::prop_assert_eq!(threshold.schema.parse(&words[0]).unwrap(), json!(number));
        }
    }
}
