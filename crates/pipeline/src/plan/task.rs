//! The tasks of one stage: parameters checked, inputs gathered, paths of outputs filled in.

use std::collections::BTreeSet;
use std::path::Path;
use std::rc::Rc;

use serde_json::Value;

use crate::check::link::kind_of_output;
use crate::check::tool::Tool;
use crate::plan::draft::{Context, Draft, Made};
use crate::plan::expand::Instance;
use crate::plan::gather::scan_of;
use crate::plan::inputs::Sources;
use crate::plan::output_paths;
use crate::plan::parameters::parameters;
use crate::plan::scope::Scope;
use crate::plan::tasks::{InputFile, Task, TaskInput, TaskOutput};
use crate::problem::Problems;
use crate::read::template::{Template, text_of};
use crate::run::arguments::embedded_inputs;

impl Context<'_> {
    /// A task for each instance; fewer when something is wrong, which is then reported, or when a stage that this one
    /// takes from has not been made.
    pub fn tasks(
        &self,
        instances: &[Instance],
        made: &Made<'_>,
        problems: &mut Problems,
    ) -> Vec<Task> {
        let scans = Sources::scans(self.scans);
        let sources = Sources::new(self, made, &scans);
        instances
            .iter()
            .filter_map(|instance| self.task(instance, &sources, problems))
            .collect()
    }

    fn task(
        &self,
        instance: &Instance,
        sources: &Sources<'_>,
        problems: &mut Problems,
    ) -> Option<Task> {
        let stage = &self.staged.stage;
        let scan = scan_of(instance, self.scans);
        let scope = Scope {
            params: self.params,
            factors: &instance.factors,
            scan,
        };
        let label = label(&stage.name, scan.map(|s| s.id.as_str()), &instance.factors);
        let draft = Draft {
            label: &label,
            instance,
            scope,
        };
        let parameters = parameters(stage, self.tool, &scope, problems);
        let outputs = self.outputs(&draft, problems);
        let inputs = sources.inputs(&draft, problems);
        let words = self.words(&scope, problems);
        let (parameters, given) = parameters?;
        let inputs = inputs?;
        self.check_embedded(&inputs, problems);
        Some(Task {
            stage: stage.name.clone(),
            scan: scan.map(|s| s.id.clone()),
            factors: instance.factors.clone(),
            parameters,
            given,
            after: after(&inputs),
            inputs,
            outputs: outputs?,
            tool: Rc::clone(self.tool),
            words: words?,
            label,
        })
    }

    fn outputs(&self, draft: &Draft<'_>, problems: &mut Problems) -> Option<Vec<TaskOutput>> {
        let mut outputs = Vec::new();
        for (number, output) in self.staged.stage.outputs.iter().enumerate() {
            let text = output.path.text(&|name| draft.scope.lookup(name));
            let path = text.and_then(|text| output_paths::normalize(&text));
            let kind = kind_of_output(self.staged, number);
            match path {
                Ok(path) if kind.accepts_name(Path::new(&path)) => outputs.push(TaskOutput {
                    port: output.port.clone(),
                    path,
                    kind,
                }),
                Ok(path) => {
                    let ending = kind.extension();
                    problems.add(
                        output.place,
                        format!("'{path}': the name must end in {ending}"),
                    );
                }
                Err(message) => problems.add(output.place, format!("'{}': {message}", output.port)),
            }
        }
        (outputs.len() == self.staged.stage.outputs.len()).then_some(outputs)
    }

    /// The words of a `run` line with everything filled in but the paths of inputs and outputs.
    fn words(&self, scope: &Scope<'_>, problems: &mut Problems) -> Option<Vec<Template>> {
        let Tool::Line(line) = self.tool.as_ref() else {
            return Some(Vec::new());
        };
        let fill = |word: &Template| {
            word.fill_some(|name| {
                let is_path = name.starts_with("in.") || name.starts_with("out.");
                (!is_path).then(|| scope.lookup(name))
            })
        };
        let words: Result<Vec<Template>, String> = line.words.iter().map(fill).collect();
        words
            .map_err(|message| problems.add(self.staged.stage.action_place, message))
            .ok()
    }

    /// Within a longer word of a `run` line only one path fits.
    fn check_embedded(&self, inputs: &[TaskInput], problems: &mut Problems) {
        let Tool::Line(line) = self.tool.as_ref() else {
            return;
        };
        for port in embedded_inputs(&line.words) {
            let count = inputs
                .iter()
                .find(|i| i.port == port)
                .map_or(0, |i| i.files.len());
            if count != 1 {
                let message = format!(
                    "'${{in.{port}}}' stands for {count} paths and must be a word of its own"
                );
                problems.add(self.staged.stage.action_place, message);
            }
        }
    }
}

/// Stage, scan and factors in one line.
fn label(stage: &str, scan: Option<&str>, factors: &[(String, Value)]) -> String {
    let factors = factors
        .iter()
        .map(|(name, value)| format!("{name}={}", text_of(value).unwrap_or_default()));
    let words = std::iter::once(stage.to_owned())
        .chain(scan.map(str::to_owned))
        .chain(factors);
    words.collect::<Vec<_>>().join(" ")
}

/// The tasks that the inputs come from.
fn after(inputs: &[TaskInput]) -> Vec<usize> {
    let files = inputs.iter().flat_map(|input| &input.files);
    let tasks: BTreeSet<usize> = files
        .filter_map(|file| match file {
            InputFile::Made { task, .. } => Some(*task),
            InputFile::External { .. } => None,
        })
        .collect();
    tasks.into_iter().collect()
}
