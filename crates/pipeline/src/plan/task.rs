//! Builds the tasks of one step: parameters, inputs and outputs.

use std::collections::BTreeSet;
use std::path::Path;
use std::rc::Rc;

use crate::check::link::kind_of_output;
use crate::check::tool::Tool;
use crate::plan::draft::{Context, Draft, PlannedSteps};
use crate::plan::expand::Instance;
use crate::plan::gather::scan_of;
use crate::plan::inputs::Sources;
use crate::plan::label::label;
use crate::plan::output_paths;
use crate::plan::parameters::parameters;
use crate::plan::scope::Scope;
use crate::plan::tasks::{InputFile, Task, TaskInput, TaskOutput};
use crate::problem::Problems;
use crate::read::template::Template;
use crate::run::arguments::embedded_inputs;

impl Context<'_> {
    /// One task for each instance. Fewer if there is a problem, which is reported, or if a step that this one depends on
    /// could not be expanded.
    pub fn tasks(
        &self,
        instances: &[Instance],
        planned: &PlannedSteps<'_>,
        problems: &mut Problems,
    ) -> Vec<Task> {
        let scans = Sources::scans(self.scans);
        let sources = Sources::new(self, planned, &scans);
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
        let step = &self.resolved.step;
        let scan = scan_of(instance, self.scans);
        let scope = Scope {
            params: self.params,
            factors: &instance.factors,
            scan,
        };
        let label = label(&step.name, scan.map(|s| s.id.as_str()), &instance.factors);
        let draft = Draft {
            label: &label,
            instance,
            scope,
        };
        let parameters = parameters(step, self.tool, &scope, problems);
        let outputs = self.outputs(&draft, problems);
        let inputs = sources.inputs(&draft, problems);
        let words = self.words(&scope, problems);
        let (parameters, given) = parameters?;
        let inputs = inputs?;
        self.check_embedded(&inputs, problems);
        Some(Task {
            step: step.name.clone(),
            scan: scan.map(|s| s.id.clone()),
            factors: instance.factors.clone(),
            parameters,
            given,
            after: after(&inputs),
            inputs,
            outputs: outputs?,
            tool: Rc::clone(self.tool),
            words: words?,
            limits: step.limits,
            label,
        })
    }

    fn outputs(&self, draft: &Draft<'_>, problems: &mut Problems) -> Option<Vec<TaskOutput>> {
        let mut outputs = Vec::new();
        for (number, output) in self.resolved.step.outputs.iter().enumerate() {
            let text = output.path.text(&|name| draft.scope.lookup(name));
            let path = text.and_then(|text| output_paths::normalize(&text));
            let kind = kind_of_output(self.resolved, number);
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
        (outputs.len() == self.resolved.step.outputs.len()).then_some(outputs)
    }

    /// The words of a `run` line. Fills all placeholders except the paths of inputs and outputs.
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
            .map_err(|message| problems.add(self.resolved.step.action_place, message))
            .ok()
    }

    /// Reports an input of several files (or none) inside a longer word of a `run` line: only one path fits there.
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
                    "'${{in.{port}}}' stands for {count} paths, so it must be a word by itself"
                );
                problems.add(self.resolved.step.action_place, message);
            }
        }
    }
}

/// Indices of the tasks whose outputs the inputs take, sorted.
fn after(inputs: &[TaskInput]) -> Vec<usize> {
    let files = inputs.iter().flat_map(|input| &input.files);
    let tasks: BTreeSet<usize> = files
        .filter_map(|file| match file {
            InputFile::Output { task, .. } | InputFile::Corrected { task, .. } => Some(*task),
            InputFile::External { .. } => None,
        })
        .collect();
    tasks.into_iter().collect()
}
