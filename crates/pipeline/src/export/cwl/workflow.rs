//! The workflow: a step for each task, and the files that it starts from.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rsom_stage::{Kind, StageError, fingerprint, sidecar};
use serde_json::{Map, Value, json};

use crate::export::call::Call;
use crate::export::cwl::job;
use crate::export::cwl::step::{CwlStep, class, is_folder};
use crate::export::cwl::tool::GATHER;
use crate::export::names::names;
use crate::plan::tasks::{InputFile, Plan, Task};
use crate::run::gather::Gathering;

/// The workflow, and the files that it starts from.
///
/// # Errors
/// Exit code 2: a task cannot be described.
pub(crate) fn workflow(
    plan: &Plan,
    call: &Call,
    steps: &[CwlStep<'_>],
) -> Result<(Value, Map<String, Value>), StageError> {
    let tasks = || steps.iter().flat_map(|step| &step.tasks);
    let labels = std::iter::once(GATHER).chain(tasks().map(|(_, task)| task.label.as_str()));
    let ids = names(labels).into_iter().skip(1);
    let mut writer = Writer {
        plan,
        call,
        ids: tasks().map(|(number, _)| *number).zip(ids).collect(),
        start: Start::default(),
        entries: Map::new(),
        files: Vec::new(),
        records: Vec::new(),
        gathering: Gathering {
            folder: plan.name.clone(),
            paths: Vec::new(),
        },
    };
    for step in steps {
        for (number, task) in &step.tasks {
            writer.add(step, *number, task)?;
        }
    }
    writer.finish()
}

/// A workflow that is being written.
struct Writer<'a> {
    plan: &'a Plan,
    call: &'a Call,
    /// The id of each task, by its number.
    ids: BTreeMap<usize, String>,
    start: Start,
    entries: Map<String, Value>,
    /// All outputs and records of tasks, as sources.
    files: Vec<String>,
    records: Vec<String>,
    gathering: Gathering,
}

impl Writer<'_> {
    /// Adds the step of a task.
    fn add(&mut self, step: &CwlStep<'_>, number: usize, task: &Task) -> Result<(), StageError> {
        let job = job::of(task, self.call)?;
        let mut inputs = Map::new();
        inputs.insert("job".to_owned(), json!({ "default": job }));
        for input in &task.inputs {
            let files = input.files.iter();
            let sources: Vec<String> = files.map(|file| self.source(file)).collect();
            let entry = match sources.as_slice() {
                [source] if !step.takes_several(&input.port) => json!({ "source": source }),
                all => json!({ "source": all, "linkMerge": "merge_flattened" }),
            };
            inputs.insert(job::name(&input.port), entry);
        }
        let id = self.ids[&number].clone();
        let mut out = Vec::new();
        for output in &task.outputs {
            let port = job::name(&output.port);
            self.files.push(format!("{id}/{port}"));
            self.gathering.paths.push(output.path.clone());
            out.push(port);
        }
        self.records.push(format!("{id}/record"));
        out.push("record".to_owned());
        let run = format!("tools/{}.cwl", step.name);
        let entry = json!({ "run": run, "label": task.label, "in": inputs, "out": out });
        self.entries.insert(id, entry);
        Ok(())
    }

    /// Where a file comes from: an output of a step, or an input of the workflow.
    fn source(&mut self, file: &InputFile) -> String {
        if let InputFile::Output { task, output, .. } = file
            && let Some(id) = self.ids.get(task)
        {
            let port = &self.plan.tasks[*task].outputs[*output].port;
            return format!("{id}/{}", job::name(port));
        }
        self.start.input(self.plan, file)
    }

    fn finish(mut self) -> Result<(Value, Map<String, Value>), StageError> {
        let job = serde_json::to_string(&self.gathering).map_err(StageError::failure)?;
        let gather = json!({
            "run": format!("tools/{GATHER}.cwl"),
            "in": {
                "job": { "default": job },
                "files": { "source": self.files, "linkMerge": "merge_flattened" },
                "records": { "source": self.records, "linkMerge": "merge_flattened" },
            },
            "out": ["study"],
        });
        self.entries.insert(GATHER.to_owned(), gather);
        let workflow = json!({
            "cwlVersion": "v1.2",
            "class": "Workflow",
            "label": self.plan.name,
            "requirements": { "MultipleInputFeatureRequirement": {} },
            "inputs": self.start.types,
            "outputs": { "study": { "type": "Directory", "outputSource": format!("{GATHER}/study") } },
            "steps": self.entries,
        });
        Ok((workflow, self.start.values))
    }
}

/// The inputs of the workflow: files that no task makes.
#[derive(Default)]
struct Start {
    ids: BTreeMap<PathBuf, String>,
    types: Map<String, Value>,
    values: Map<String, Value>,
}

impl Start {
    /// The id of a file.
    fn input(&mut self, plan: &Plan, file: &InputFile) -> String {
        let path = plan.path_of(file).unwrap_or_default();
        let path = plan.workdir.join(path);
        if let Some(id) = self.ids.get(&path) {
            return id.clone();
        }
        let id = format!("file_{}", self.ids.len() + 1);
        let class = class(is_folder(plan, file));
        let entry = |path: &Path| json!({ "class": "File", "path": path.to_string_lossy() });
        let mut value = json!({ "class": class, "path": path.to_string_lossy() });
        let beside: Vec<Value> = beside(&path).iter().map(|path| entry(path)).collect();
        if !beside.is_empty() {
            value["secondaryFiles"] = Value::Array(beside);
        }
        self.types.insert(id.clone(), json!(class));
        self.values.insert(id.clone(), value);
        self.ids.insert(path, id.clone());
        id
    }
}

/// The files that belong to a file: a sidecar, and the other half of a pair of header and image.
fn beside(path: &Path) -> BTreeSet<PathBuf> {
    let mut beside: BTreeSet<PathBuf> = fingerprint::pair(path).into_iter().flatten().collect();
    if Kind::Volume.accepts_name(path) {
        beside.insert(sidecar::path_of(path));
    }
    beside.retain(|other| other != path && other.is_file());
    beside
}
