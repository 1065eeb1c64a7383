//! The params of a pipeline and their values from `--profile` and `--set`.

use std::collections::BTreeMap;

use rsom_stage::yaml;
use serde_json::Value;

use crate::problem::{FixAt, Problems};
use crate::read::model::{NamedValue, Pipeline};
use crate::suggest;
use crate::value;

/// The params by name. Values from the command line (`set`: `NAME=VALUE`) override those of the chosen profile, which override
/// those of the file.
pub(crate) fn params(
    pipeline: &Pipeline,
    profile: Option<&str>,
    set: &[String],
    problems: &mut Problems,
) -> BTreeMap<String, Value> {
    check_profiles(pipeline, problems);
    let mut params: BTreeMap<String, Value> = (pipeline.params.iter())
        .chain(of_profile(pipeline, profile, problems))
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

/// Reports values of profiles for params that the pipeline does not have.
fn check_profiles(pipeline: &Pipeline, problems: &mut Problems) {
    let names: Vec<&str> = pipeline.params.iter().map(|p| p.name.as_str()).collect();
    let values = pipeline.profiles.iter().flat_map(|p| &p.params);
    for value in values.filter(|value| !names.contains(&value.name.as_str())) {
        let hint = suggest::hint(&value.name, names.iter().copied());
        let message = format!("the pipeline has no param '{}'{hint}", value.name);
        let fix = FixAt::Key.only(&value.name, names.iter().copied());
        problems.add_with(value.place, message, fix);
    }
}

/// The values of the chosen profile.
fn of_profile<'p>(
    pipeline: &'p Pipeline,
    chosen: Option<&str>,
    problems: &mut Problems,
) -> &'p [NamedValue] {
    let Some(chosen) = chosen else { return &[] };
    if let Some(profile) = pipeline.profiles.iter().find(|p| p.name == chosen) {
        return &profile.params;
    }
    let names: Vec<&str> = pipeline.profiles.iter().map(|p| p.name.as_str()).collect();
    let known = match names.is_empty() {
        true => "it has none".to_owned(),
        false => format!("its profiles are {}", names.join(", ")),
    };
    problems.add_usage(format_args!(
        "--profile {chosen}: the pipeline has no such profile; {known}"
    ));
    &[]
}
