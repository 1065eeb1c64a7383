//! What a task is: the same identity promises the same outputs.

use std::collections::BTreeMap;
use std::path::Path;

use rsom_stage::fingerprint;
use serde_json::{Map, Value, json};

use crate::plan::Task;
use crate::template::Template;
use crate::tool::Tool;
use crate::value::canonical;

/// Everything that the outputs of a task depend on; no path of the workdir, no number of threads, no time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Identity {
    document: Value,
}

impl Identity {
    /// Of a task whose inputs have the given contents, by port, in order.
    pub fn of(task: &Task, inputs: &BTreeMap<String, Vec<String>>) -> Self {
        let outputs: Map<String, Value> = task
            .outputs
            .iter()
            .map(|output| (output.port.clone(), ending(&output.path)))
            .collect();
        Self {
            document: json!({
                "tool": tool(task),
                "parameters": task.parameters,
                "inputs": inputs,
                "outputs": outputs,
            }),
        }
    }

    /// As it was written down in a record.
    pub fn from_document(document: Value) -> Self {
        Self { document }
    }

    /// To be written down in a record.
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// 64 hexadecimal digits.
    pub fn hash(&self) -> String {
        fingerprint::of_bytes(canonical(&self.document).as_bytes())
    }

    /// Why outputs made under another identity are not those of this one, in a few words.
    pub fn difference(&self, other: &Self) -> String {
        let (old, new) = (&other.document, &self.document);
        if old["tool"] != new["tool"] {
            return tool_difference(&old["tool"], &new["tool"]);
        }
        if old["parameters"] != new["parameters"] {
            let changes = differences(&old["parameters"], &new["parameters"]);
            return format!("parameters changed: {}", changes.join(", "));
        }
        if old["inputs"] != new["inputs"] {
            let ports = changed_keys(&old["inputs"], &new["inputs"]);
            return format!("input changed: {}", ports.join(", "));
        }
        "outputs changed".to_owned()
    }
}

fn tool(task: &Task) -> Value {
    match task.tool.as_ref() {
        Tool::Stage(tool) => json!({
            "stage": tool.stage,
            "version": tool.version,
            "command": tool.command.name,
            "program": tool.program_sha256,
        }),
        Tool::Line(line) => json!({
            "line": line.program.file_name().map(|name| name.to_string_lossy()),
            "words": task.words.iter().map(Template::to_json).collect::<Vec<_>>(),
            "program": line.program_sha256,
        }),
    }
}

/// The format of a document may follow the end of its name.
fn ending(path: &str) -> Value {
    let ending = Path::new(path).extension();
    ending.map_or(Value::Null, |e| e.to_string_lossy().into())
}

fn tool_difference(old: &Value, new: &Value) -> String {
    let name = |tool: &Value| match (tool["stage"].as_str(), tool["version"].as_str()) {
        (Some(stage), Some(version)) => format!("{stage} {version}"),
        _ => tool["line"]
            .as_str()
            .unwrap_or("another program")
            .to_owned(),
    };
    let (old_name, new_name) = (name(old), name(new));
    if old_name != new_name {
        return format!("program changed: {old_name} → {new_name}");
    }
    if old["program"] != new["program"] {
        return format!("program changed: {new_name}");
    }
    "command changed".to_owned()
}

fn changed_keys(old: &Value, new: &Value) -> Vec<String> {
    let keys = |value: &Value| -> Vec<String> {
        let keys = value.as_object().map(|map| map.keys().cloned().collect());
        keys.unwrap_or_default()
    };
    let mut all = keys(old);
    all.extend(keys(new));
    all.sort();
    all.dedup();
    all.retain(|key| old.get(key) != new.get(key));
    all
}

fn differences(old: &Value, new: &Value) -> Vec<String> {
    let word = |value: Option<&Value>| value.map_or_else(|| "unset".to_owned(), Value::to_string);
    changed_keys(old, new)
        .iter()
        .map(|key| format!("{key} {} → {}", word(old.get(key)), word(new.get(key))))
        .collect()
}
