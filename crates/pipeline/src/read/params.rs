//! The params of a pipeline and their values from `--set`.

use std::collections::BTreeMap;

use rsom_stage::yaml;
use serde_json::Value;

use crate::problem::Problems;
use crate::read::model::Pipeline;
use crate::suggest;
use crate::value;

/// The params by name. Values from the command line (`set`: `NAME=VALUE`) override those of the file.
pub(crate) fn params(
    pipeline: &Pipeline,
    set: &[String],
    problems: &mut Problems,
) -> BTreeMap<String, Value> {
    let mut params: BTreeMap<String, Value> = (pipeline.params.iter())
        .map(|param| (param.name.clone(), param.value.clone()))
        .collect();
    let mut seen: Vec<&str> = Vec::new();
    for word in set {
        let Some((name, text)) = word.split_once('=') else {
            problems.add_usage(format_args!("--set {word}: write NAME=VALUE"));
            continue;
        };
        if seen.contains(&name) {
            problems.add_usage(format_args!("--set {word}: '{name}' is set twice"));
        }
        seen.push(name);
        let names: Vec<&str> = pipeline.params.iter().map(|p| p.name.as_str()).collect();
        if !names.contains(&name) {
            let hint = suggest::hint(name, names);
            problems.add_usage(format_args!(
                "--set {word}: the pipeline has no param '{name}'{hint}"
            ));
            continue;
        }
        let parsed = yaml::Document::parse(text).map_err(|e| e.message);
        match parsed.and_then(|document| value::from_yaml(&document.value)) {
            Ok(value) => {
                params.insert(name.to_owned(), value);
            }
            Err(message) => problems.add_usage(format_args!("--set {word}: {message}")),
        }
    }
    params
}
