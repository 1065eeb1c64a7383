//! Resolves the command line and the configuration file into checked paths and parameters.

use std::path::{Path, PathBuf};

use clap::ArgMatches;
use serde_json::{Map, Value};

use crate::{
    CommandSpec, Invocation, Kind, Parameter, Port, StageError, Type, atomic, glob, recipe, text,
    yaml,
};

/// Adds paths and parameters to an invocation. Flags override the configuration file, which overrides the recipe, which
/// overrides the defaults.
pub(crate) fn resolve(
    mut invocation: Invocation,
    spec: &CommandSpec,
    matches: &ArgMatches,
) -> Result<Invocation, StageError> {
    for port in &spec.inputs {
        let mut paths = paths(matches, "in:", port);
        if port.many {
            paths = paths.iter().flat_map(|path| glob::expand(path)).collect();
        }
        for path in &paths {
            check_input(port, path)?;
        }
        if !paths.is_empty() {
            invocation = invocation.with_input(&port.name, paths);
        }
    }
    for port in &spec.outputs {
        if let Some(path) = paths(matches, "out:", port).pop() {
            check_output(&invocation, port, &path)?;
            invocation = invocation.with_output(&port.name, path);
        }
    }
    let configuration = match matches.get_one::<PathBuf>("config") {
        Some(path) => {
            if invocation
                .all_outputs()
                .any(|(_, output)| is_same_file(path, output))
            {
                let path = path.display();
                return Err(StageError::usage(format_args!(
                    "{path} is both --config and an output"
                )));
            }
            read_configuration(path)?
        }
        None => Map::new(),
    };
    let parameters = parameters(spec, matches, &configuration)?;
    Ok(invocation.with_parameters(parameters))
}

fn paths(matches: &ArgMatches, prefix: &str, port: &Port) -> Vec<PathBuf> {
    matches
        .get_many::<PathBuf>(&format!("{prefix}{}", port.name))
        .map(|paths| paths.cloned().collect())
        .unwrap_or_default()
}

/// Checks that an input is there and can be read more than once: the way of every input into a stage.
fn check_input(port: &Port, path: &Path) -> Result<(), StageError> {
    let kind = match std::fs::metadata(path) {
        Ok(metadata) => metadata.file_type(),
        Err(_) if path.as_os_str() == "-" => {
            let flag = port.name.replace('_', "-");
            return Err(StageError::usage(format_args!(
                "--{flag} -: standard input cannot be read, because inputs are read more than once; give the name of a file"
            )));
        }
        Err(error) => {
            return Err(match std::fs::read_link(path) {
                Ok(target) => StageError::input(
                    path,
                    format_args!("it is a link without its file, {}", target.display()),
                ),
                Err(_) => StageError::input(path, atomic::plain(&error)),
            });
        }
    };
    if kind.is_file() || kind.is_dir() {
        return Ok(());
    }
    Err(StageError::input(
        path,
        "it is no regular file (a pipe or a device); inputs are read more than once, so write it to a file first",
    ))
}

fn check_output(invocation: &Invocation, port: &Port, path: &Path) -> Result<(), StageError> {
    let flag = port.name.replace('_', "-");
    if !port.kind.accepts_name(path) {
        return Err(StageError::usage(format_args!(
            "--{flag} {}: the name of a {} must end in {}",
            path.display(),
            port.kind.as_str(),
            port.kind.endings().join(" or ")
        )));
    }
    if port.kind == Kind::Directory {
        return Ok(());
    }
    let shown = path.display();
    let others = invocation.all_inputs();
    let others = others.filter(|(name, _)| port.may_replace.as_deref() != Some(*name));
    let mut inputs = others.flat_map(|(_, paths)| paths);
    if inputs.any(|input| is_same_file(input, path)) {
        return Err(StageError::usage(format_args!(
            "--{flag} {shown} would overwrite an input"
        )));
    }
    let clashes = |other: &Path| without_ending(other) == without_ending(path);
    if invocation.all_outputs().any(|(_, other)| clashes(other)) {
        return Err(StageError::usage(format_args!(
            "--{flag} {shown}: another output has the same name, or a name that differs only in its ending"
        )));
    }
    Ok(())
}

fn is_same_file(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

/// The absolute path without `.` parts and without the ending of a volume: volumes that differ only in it share a sidecar.
fn without_ending(path: &Path) -> PathBuf {
    let path: PathBuf = std::path::absolute(path)
        .unwrap_or(path.to_path_buf())
        .components()
        .collect();
    let text = path.to_string_lossy();
    let stem = text.strip_suffix(".gz").unwrap_or(&text);
    PathBuf::from(stem.strip_suffix(".nii").unwrap_or(stem))
}

fn read_configuration(path: &Path) -> Result<Map<String, Value>, StageError> {
    let bad = |fault: String| StageError::usage(format_args!("{}: {fault}", path.display()));
    let text = text::read(path).map_err(bad)?;
    // YAML is a superset of JSON, so one reader serves both.
    let document = yaml::Document::parse(&text).map_err(|e| bad(e.to_string()))?;
    if let Some(key) = non_finite_key(&document.value) {
        return Err(bad(format!("'{key}' is not a finite number")));
    }
    let value: Value = yaml::from_str(&text).map_err(|e| bad(e.to_string()))?;
    match value {
        Value::Object(map) => Ok(map
            .into_iter()
            .map(|(key, value)| (key.replace('-', "_"), value))
            .collect()),
        Value::Null => Ok(Map::new()),
        _ => Err(bad(
            "a configuration must be a map from parameter names to values".into(),
        )),
    }
}

/// The first key whose value is or contains `.nan` or `.inf`: JSON would turn it into null.
fn non_finite_key(value: &serde_yaml::Value) -> Option<String> {
    let is_bad = |value: &serde_yaml::Value| value.as_f64().is_some_and(|n| !n.is_finite());
    let holds_bad = |value: &serde_yaml::Value| {
        is_bad(value)
            || value
                .as_sequence()
                .is_some_and(|items| items.iter().any(is_bad))
    };
    let mut entries = value.as_mapping()?.iter();
    let (key, _) = entries.find(|(_, value)| holds_bad(value))?;
    key.as_str().map(str::to_owned)
}

fn parameters(
    spec: &CommandSpec,
    matches: &ArgMatches,
    configuration: &Map<String, Value>,
) -> Result<Map<String, Value>, StageError> {
    let recipe = chosen_recipe(spec, matches, configuration)?;
    let is_recipe = |key: &&String| key.as_str() == recipe::KEY && !spec.recipes.is_empty();
    if let Some(unknown) = configuration
        .keys()
        .find(|key| spec.parameter(key).is_none() && !is_recipe(key))
    {
        let known: Vec<&str> = spec.parameters.iter().map(|p| p.name.as_str()).collect();
        return Err(StageError::usage(format_args!(
            "unknown parameter '{unknown}' in the configuration; the parameters of {} are {}",
            spec.name,
            known.join(", ")
        )));
    }
    let mut resolved = Map::new();
    for parameter in &spec.parameters {
        // A null omits a parameter.
        let configured = configuration.get(&parameter.name).filter(|v| !v.is_null());
        let configured = configured.or_else(|| recipe?.get(&parameter.name));
        let value = value(parameter, matches, configured)?;
        resolved.insert(parameter.name.clone(), value);
    }
    Ok(resolved)
}

/// The values of the recipe that a flag or the configuration chooses.
fn chosen_recipe<'s>(
    spec: &'s CommandSpec,
    matches: &ArgMatches,
    configuration: &Map<String, Value>,
) -> Result<Option<&'s Map<String, Value>>, StageError> {
    if spec.recipes.is_empty() || spec.parameter(recipe::KEY).is_some() {
        return Ok(None);
    }
    let given = matches.get_one::<String>(recipe::KEY).map(String::as_str);
    let configured = match configuration.get(recipe::KEY) {
        None | Some(Value::Null) => None,
        Some(name) => Some(name.as_str().ok_or_else(|| {
            let key = recipe::KEY;
            StageError::usage(format_args!("'{key}' in the configuration must be a name"))
        })?),
    };
    let Some(name) = given.or(configured) else {
        return Ok(None);
    };
    let known: Vec<&str> = spec.recipes.iter().map(|r| r.name.as_str()).collect();
    let unknown = || {
        StageError::usage(format_args!(
            "'{name}' is no recipe of {}; its recipes are {}",
            spec.name,
            known.join(", ")
        ))
    };
    spec.recipe(name).map(Some).ok_or_else(unknown)
}

fn value(
    parameter: &Parameter,
    matches: &ArgMatches,
    configured: Option<&Value>,
) -> Result<Value, StageError> {
    let bad =
        |e: String| StageError::usage(format_args!("--{}: {e}", parameter.name.replace('_', "-")));
    let words: Vec<&String> = matches
        .get_many::<String>(&format!("param:{}", parameter.name))
        .map(Iterator::collect)
        .unwrap_or_default();
    if parameter.schema.kind == Type::Map && !words.is_empty() {
        let mut map = Map::new();
        for word in words {
            let entry = parameter.schema.parse(word).map_err(bad)?;
            let Value::Object(entries) = entry else {
                return Err(bad(format!("'{word}' is not KEY=VALUE")));
            };
            for (key, value) in entries {
                if map.insert(key.clone(), value).is_some() {
                    return Err(bad(format!("'{key}' is given twice")));
                }
            }
        }
        return Ok(Value::Object(map));
    }
    if let Some(word) = words.last() {
        return parameter.schema.parse(word).map_err(bad);
    }
    match configured.or(parameter.default.as_ref()) {
        None if parameter.required => Err(bad("must be given".into())),
        None => Ok(Value::Null),
        Some(value) => parameter.schema.check(value.clone()).map_err(bad),
    }
}
