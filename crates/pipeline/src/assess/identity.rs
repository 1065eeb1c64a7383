//! The identity of a task: tasks of the same identity have the same outputs.

use std::collections::BTreeMap;
use std::path::Path;

use rsom_stage::{Kind, fingerprint};
use serde_json::{Map, Value, json};

use crate::assess::document::Document;
use crate::check::tool::Tool;
use crate::plan::tasks::{Task, TaskOutput};
use crate::read::template::Template;

/// Everything that determines the outputs of a task. Excludes paths in the workdir, the number of threads and time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Identity {
    document: Document,
    hash: String,
}

impl Identity {
    /// The identity of a task. `inputs` holds the hashes of its input files by port, in order.
    pub fn of(task: &Task, inputs: &BTreeMap<String, Vec<String>>) -> Self {
        let outputs: Map<String, Value> = task
            .outputs
            .iter()
            .map(|output| (output.port.clone(), ending(output)))
            .collect();
        let document = Document::of(&json!({
            "tool": tool(task),
            "parameters": task.parameters,
            "inputs": inputs,
            "outputs": outputs,
        }));
        Self {
            hash: fingerprint::of_bytes(document.text().as_bytes()),
            document,
        }
    }

    /// The JSON to store in a record.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The sha256 of the identity, as 64 hexadecimal digits.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The main difference from the identity in an earlier record, in a few words.
    pub fn difference(&self, earlier: &Document) -> String {
        let (old, new) = (earlier.value(), self.document.value());
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
            "revision": tool.revision,
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

/// The ending of an output's name, which may determine the format; `/` of a folder.
fn ending(output: &TaskOutput) -> Value {
    if output.kind == Kind::Directory {
        return "/".into();
    }
    let ending = Path::new(&output.path).extension();
    ending.map_or(Value::Null, |e| e.to_string_lossy().into())
}

fn tool_difference(old: &Value, new: &Value) -> String {
    let name = |tool: &Value| match tool["version"].as_str() {
        Some(version) => format!("{} {version}", tool_name(tool)),
        None => tool_name(tool).to_owned(),
    };
    let (old_name, new_name) = (name(old), name(new));
    if old_name != new_name {
        return format!("program changed: {old_name} → {new_name}");
    }
    if old["revision"] != new["revision"] {
        let short = |tool: &Value| match tool["revision"].as_str() {
            Some(revision) => format!("{revision:.4}…"),
            None => "unknown".to_owned(),
        };
        let (stage, old, new) = (tool_name(new), short(old), short(new));
        return format!("{stage} changed: revision {old} → {new}");
    }
    if old["program"] != new["program"] {
        return format!("program changed: {new_name}");
    }
    "command changed".to_owned()
}

fn tool_name(tool: &Value) -> &str {
    let name = tool["stage"].as_str().or_else(|| tool["line"].as_str());
    name.unwrap_or("another program")
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

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use proptest::prelude::*;

    use super::*;
    use crate::check::tool::StageCommand;
    use rsom_stage::CommandSpec;

    type Inputs = BTreeMap<String, Vec<String>>;

    fn task(label: &str, folder: &str, parameters: &Map<String, Value>) -> Task {
        let tool = StageCommand {
            program: folder.into(),
            prefix: None,
            stage: "demo".into(),
            version: "1".into(),
            revision: Some("0123456789abcdef".into()),
            program_sha256: None,
            command: CommandSpec::default(),
            recipe: Map::new(),
            swapped: false,
        };
        Task {
            label: label.into(),
            step: label.into(),
            scan: Some(label.into()),
            factors: vec![(label.into(), Value::from(folder))],
            parameters: parameters.clone(),
            given: Vec::new(),
            inputs: Vec::new(),
            outputs: vec![TaskOutput {
                port: "output".into(),
                path: format!("{folder}/x.nii.gz"),
                kind: Kind::Volume,
            }],
            after: Vec::new(),
            tool: Rc::new(Tool::Stage(Box::new(tool))),
            words: Vec::new(),
            limits: crate::read::limits::Limits::default(),
        }
    }

    fn hash(parameters: &Map<String, Value>, inputs: &Inputs) -> String {
        Identity::of(&task("a", "b", parameters), inputs)
            .hash()
            .to_owned()
    }

    fn parameters() -> impl Strategy<Value = Map<String, Value>> {
        let value = prop_oneof![
            any::<i32>().prop_map(Value::from),
            any::<bool>().prop_map(Value::from),
            "[a-z ]{0,4}".prop_map(Value::from),
            proptest::collection::vec(any::<i8>(), 0..3).prop_map(Value::from),
        ];
        proptest::collection::btree_map("[a-c]{1,2}", value, 0..4)
            .prop_map(|map| map.into_iter().collect())
    }

    fn inputs() -> impl Strategy<Value = Inputs> {
        let hashes = proptest::collection::vec("[0-9a-f]{4}", 1..4);
        proptest::collection::btree_map("[a-c]", hashes, 0..3)
    }

    proptest! {
        #[test]
        fn names_and_places_do_not_matter(p in parameters(), i in inputs(), name in "[a-z]{1,5}") {
            let elsewhere = Identity::of(&task(&name, &name, &p), &i);
            prop_assert_eq!(elsewhere.hash(), &hash(&p, &i));
        }

        #[test]
        fn equal_hashes_mean_equal_parameters_and_inputs(
            p in parameters(), q in parameters(), i in inputs(), j in inputs()
        ) {
            prop_assert_eq!(hash(&p, &i) == hash(&q, &i), p == q);
            prop_assert_eq!(hash(&p, &i) == hash(&p, &j), i == j);
        }

        #[test]
        fn the_order_of_files_matters_and_the_order_of_names_does_not(
            p in parameters(), files in proptest::collection::btree_set("[0-9a-f]{4}", 2..5)
        ) {
            let files: Vec<String> = files.into_iter().collect();
            let turned: Vec<String> = files.iter().rev().cloned().collect();
            let of = |files: &[String]| hash(&p, &Inputs::from([("x".to_owned(), files.to_vec())]));
            prop_assert_ne!(of(&files), of(&turned));
            let backwards: Map<String, Value> = p.clone().into_iter().rev().collect();
            prop_assert_eq!(hash(&backwards, &Inputs::new()), hash(&p, &Inputs::new()));
        }

        #[test]
        fn a_record_gives_the_identity_back(p in parameters(), i in inputs()) {
            let identity = Identity::of(&task("a", "b", &p), &i);
            let written = serde_json::to_string(identity.document()).unwrap();
            let read: Document = serde_json::from_str(&written).unwrap();
            prop_assert_eq!(&read, identity.document());
            prop_assert_eq!(&Document::of(&read.value()), identity.document());
        }
    }

    #[test]
    fn another_revision_of_the_code_is_another_identity() {
        let none = Map::new();
        let now = Identity::of(&task("a", "b", &none), &Inputs::new());
        let mut document = now.document().value();
        document["tool"]["revision"] = "fedcba9876543210".into();
        let before = Document::of(&document);
        assert_ne!(before, *now.document());
        let text = now.difference(&before);
        assert_eq!(text, "demo changed: revision fedc… → 0123…");
        // Records of earlier versions have no revision.
        document["tool"]["revision"] = Value::Null;
        let text = now.difference(&Document::of(&document));
        assert_eq!(text, "demo changed: revision unknown → 0123…");
    }

    #[test]
    fn a_difference_names_what_changed() {
        let one = Map::from_iter([("s".to_owned(), Value::from(1))]);
        let two = Map::from_iter([
            ("s".to_owned(), Value::from(2)),
            ("t".to_owned(), Value::from("x")),
        ]);
        let of = |p: &Map<String, Value>, inputs| Identity::of(&task("a", "b", p), &inputs);
        let none = Inputs::new();
        let text = of(&two, none.clone()).difference(of(&one, none.clone()).document());
        assert_eq!(text, "parameters changed: s 1 → 2, t unset → \"x\"");
        let image = Inputs::from([("image".to_owned(), vec!["0".to_owned()])]);
        let text = of(&one, image).difference(of(&one, none).document());
        assert_eq!(text, "input changed: image");
    }
}
