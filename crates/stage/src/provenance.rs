//! The provenance of an output: tool, command, parameters and hashes of inputs. Contains no time and no absolute path.

use std::path::Path;

use serde_json::{Map, Value, json};

use crate::{Invocation, StageError, fingerprint};

/// The provenance of all outputs of an invocation.
pub(crate) fn of_invocation(invocation: &Invocation) -> Result<Value, StageError> {
    let mut inputs = Map::new();
    for (name, paths) in invocation.all_inputs() {
        let files: Vec<Value> = paths.iter().map(|p| source(p)).collect::<Result<_, _>>()?;
        inputs.insert(name.to_owned(), Value::Array(files));
    }
    let mut provenance = json!({
        "tool": format!("rsom-{}", invocation.stage()),
        "version": invocation.version(),
        "command": invocation.command(),
        "parameters": invocation.resolved_parameters(),
        "inputs": inputs,
    });
    let build = [
        ("revision", invocation.revision()),
        ("instruction_set", invocation.instruction_set()),
    ];
    for (key, value) in build {
        if let Some(value) = value {
            provenance[key] = json!(value);
        }
    }
    Ok(provenance)
}

fn source(path: &Path) -> Result<Value, StageError> {
    let sha256 = fingerprint::of_path(path)
        .map_err(|e| StageError::input(path, crate::atomic::plain(&e)))?;
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned());
    Ok(json!({ "name": name, "sha256": sha256 }))
}
