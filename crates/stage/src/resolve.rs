//! From words on the command line and keys of a configuration file to checked parameters.

use std::path::{Path, PathBuf};

use clap::ArgMatches;
use serde_json::{Map, Value};

use crate::{CommandSpec, Invocation, Parameter, Port, StageError, Type, glob, yaml};

/// Fills an invocation from parsed arguments: paths, then parameters (defaults, configuration file, flags).
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
            if !path.exists() {
                return Err(StageError::input(path, "no such file or folder"));
            }
        }
        if !paths.is_empty() {
            invocation = invocation.with_input(&port.name, paths);
        }
    }
    for port in &spec.outputs {
        if let Some(path) = paths(matches, "out:", port).pop() {
            refuse_bad_output(&invocation, port, &path)?;
            invocation = invocation.with_output(&port.name, path);
        }
    }
    let configuration = match matches.get_one::<PathBuf>("config") {
        Some(path) => read_configuration(path)?,
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

fn refuse_bad_output(invocation: &Invocation, port: &Port, path: &Path) -> Result<(), StageError> {
    let flag = port.name.replace('_', "-");
    if !port.kind.accepts_name(path) {
        return Err(StageError::usage(format_args!(
            "--{flag} {}: the name of a {} ends in {}",
            path.display(),
            serde_json::to_string(&port.kind)
                .unwrap_or_default()
                .trim_matches('"'),
            port.kind.extension()
        )));
    }
    let same = |other: &Path| match (path.canonicalize(), other.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    };
    let is_file = port.kind != crate::Kind::Directory;
    if is_file
        && invocation
            .all_inputs()
            .any(|(_, inputs)| inputs.iter().any(|p| same(p)))
    {
        let path = path.display();
        return Err(StageError::usage(format_args!(
            "--{flag} {path} would overwrite an input"
        )));
    }
    if is_file && invocation.all_outputs().any(|(_, other)| other == path) {
        let path = path.display();
        return Err(StageError::usage(format_args!(
            "two outputs are named {path}"
        )));
    }
    Ok(())
}

fn read_configuration(path: &Path) -> Result<Map<String, Value>, StageError> {
    let bad = |fault: String| StageError::usage(format_args!("{}: {fault}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|e| bad(crate::atomic::plain(&e)))?;
    // YAML is a superset of JSON: one reader, one kind of message with line and column.
    let value: Value = yaml::from_str(&text).map_err(|e| bad(e.to_string()))?;
    match value {
        Value::Object(map) => Ok(map
            .into_iter()
            .map(|(key, value)| (key.replace('-', "_"), value))
            .collect()),
        Value::Null => Ok(Map::new()),
        _ => Err(bad(
            "a configuration is a map of parameter names to values".into()
        )),
    }
}

fn parameters(
    spec: &CommandSpec,
    matches: &ArgMatches,
    configuration: &Map<String, Value>,
) -> Result<Map<String, Value>, StageError> {
    if let Some(unknown) = configuration
        .keys()
        .find(|key| spec.parameter(key).is_none())
    {
        let known: Vec<&str> = spec.parameters.iter().map(|p| p.name.as_str()).collect();
        return Err(StageError::usage(format_args!(
            "unknown parameter '{unknown}' in the configuration; {} knows {}",
            spec.name,
            known.join(", ")
        )));
    }
    let mut resolved = Map::new();
    for parameter in &spec.parameters {
        let value = value(parameter, matches, configuration.get(&parameter.name))?;
        resolved.insert(parameter.name.clone(), value);
    }
    Ok(resolved)
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
            for (key, value) in entry.as_object().cloned().unwrap_or_default() {
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
        Some(Value::Null) | None if parameter.required => Err(bad("must be given".into())),
        Some(Value::Null) | None => Ok(Value::Null),
        Some(value) => parameter.schema.check(value.clone()).map_err(bad),
    }
}
