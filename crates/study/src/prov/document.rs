//! The provenance of a run as PROV-JSON (W3C member submission of 24 April 2013).

use std::collections::{BTreeMap, BTreeSet};

use rsom_pipeline::{RecordedFile, RecordedRun, RecordedTask};
use serde_json::{Map, Value, json};

/// Namespaces by prefix.
pub(super) const PREFIXES: [(&str, &str); 3] = [
    ("sha256", "urn:hash:sha256:"),
    ("rsom", concat!(env!("CARGO_PKG_REPOSITORY"), "#")),
    ("task", "urn:rsom:task:"),
];

/// The attributes of a thing, by name.
pub(super) type Attributes = BTreeMap<&'static str, String>;

/// Files, tasks, programs, and how they hang together. Names are qualified: `sha256:…`, `task:…`, `rsom:…`.
#[derive(Debug, Default)]
pub(super) struct Provenance {
    pub entities: BTreeMap<String, Attributes>,
    pub activities: BTreeMap<String, Attributes>,
    pub agents: BTreeMap<String, Attributes>,
    /// Task, file, port.
    pub used: BTreeSet<[String; 3]>,
    /// File, task, port.
    pub generated: BTreeSet<[String; 3]>,
    /// Task, program.
    pub associated: BTreeSet<[String; 2]>,
}

impl Provenance {
    /// The provenance of the tasks that a run made.
    pub fn of(run: &RecordedRun) -> Self {
        let mut all = Self::default();
        for task in run.tasks.iter().filter(|task| task.is_made()) {
            all.add(task);
        }
        all
    }

    fn add(&mut self, task: &RecordedTask) {
        let id = task.identity.as_deref().unwrap_or(&task.task);
        let activity = format!("task:{}", name(id));
        let command = [task.tool.as_deref(), task.command.as_deref()];
        let command: Vec<&str> = command.into_iter().flatten().collect();
        let mut attributes = Attributes::from([
            ("prov:label", task.task.clone()),
            ("rsom:step", task.stage.clone()),
            ("rsom:command", command.join(" ")),
            ("rsom:parameters", json!(task.parameters).to_string()),
        ]);
        if let Some(set) = &task.instruction_set {
            attributes.insert("rsom:instructionSet", set.clone());
        }
        self.activities.insert(activity.clone(), attributes);
        if let Some((agent, about)) = program(task) {
            self.agents.insert(agent.clone(), about);
            self.associated.insert([activity.clone(), agent]);
        }
        for (port, files) in &task.inputs {
            for file in files {
                if let Some(entity) = self.file(file) {
                    self.used.insert([activity.clone(), entity, port.clone()]);
                }
            }
        }
        for (port, file) in &task.outputs {
            if let Some(entity) = self.file(file) {
                self.generated
                    .insert([entity, activity.clone(), port.clone()]);
            }
        }
    }

    /// The name of a file. One content is one entity, also if it lies in several places: the first is kept.
    fn file(&mut self, file: &RecordedFile) -> Option<String> {
        let id = format!("sha256:{}", file.sha256.as_deref()?);
        let path = file.path.clone().unwrap_or_default();
        self.entities
            .entry(id.clone())
            .or_insert_with(|| Attributes::from([("prov:label", path)]));
        Some(id)
    }

    /// The document.
    pub fn json(&self) -> Value {
        let things = |things: &BTreeMap<String, Attributes>| -> Value {
            things
                .iter()
                .map(|(id, about)| (id.clone(), json!(about)))
                .collect::<Map<_, _>>()
                .into()
        };
        let mut agents = things(&self.agents);
        for agent in agents.as_object_mut().into_iter().flat_map(Map::values_mut) {
            agent["prov:type"] =
                json!({ "$": "prov:SoftwareAgent", "type": "prov:QUALIFIED_NAME" });
        }
        let prefixes: Map<String, Value> = PREFIXES
            .iter()
            .map(|(prefix, namespace)| ((*prefix).to_owned(), json!(namespace)))
            .collect();
        json!({
            "prefix": prefixes,
            "entity": things(&self.entities),
            "activity": things(&self.activities),
            "agent": agents,
            "used": relations("u", self.used.iter().map(|[task, file, port]| {
                json!({ "prov:activity": task, "prov:entity": file, "prov:role": port })
            })),
            "wasGeneratedBy": relations("g", self.generated.iter().map(|[file, task, port]| {
                json!({ "prov:entity": file, "prov:activity": task, "prov:role": port })
            })),
            "wasAssociatedWith": relations("a", self.associated.iter().map(|[task, agent]| {
                json!({ "prov:activity": task, "prov:agent": agent })
            })),
        })
    }
}

/// Relations under names of their own.
fn relations(letter: &str, all: impl Iterator<Item = Value>) -> Value {
    let named = all.enumerate();
    let named: Map<String, Value> = named
        .map(|(number, relation)| (format!("_:{letter}{}", number + 1), relation))
        .collect();
    named.into()
}

/// The program of a task: its name, and what is known of it.
fn program(task: &RecordedTask) -> Option<(String, Attributes)> {
    let tool = task.tool.as_deref()?;
    let known = [
        ("rsom:version", &task.version),
        ("rsom:revision", &task.revision),
        ("rsom:sha256", &task.program_sha256),
    ];
    let known = known
        .into_iter()
        .filter_map(|(key, value)| Some((key, value.clone()?)));
    let mut about: Attributes = known.collect();
    about.insert("prov:label", tool.to_owned());
    let which = task.revision.as_ref().or(task.program_sha256.as_ref());
    let which = which.map_or_else(String::new, |text| format!("-{text:.16}"));
    Some((format!("rsom:{}{which}", name(tool)), about))
}

/// A text as the local part of a qualified name: other characters than letters, digits, `-` and `_` are percent-encoded.
fn name(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    let byte = |byte: u8| match plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}
