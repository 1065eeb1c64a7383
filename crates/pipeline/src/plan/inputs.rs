//! Finds the input files of a task: existing files and outputs of other tasks.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::check::link::scan_step;
use crate::plan::condition::{Candidate, Condition};
use crate::plan::draft::{Context, Draft, PlannedSteps};
use crate::plan::expand::Instance;
use crate::plan::gather::{Gather, scan_of};
use crate::plan::scans::{Scan, Scans};
use crate::plan::scope::scan_files;
use crate::plan::tasks::{InputFile, TaskInput};
use crate::problem::{FixAt, Problems};
use crate::read::model::{Input, Origin, Source};
use crate::suggest;

/// The sources of the inputs of a step, prepared once for all its tasks.
#[derive(Debug)]
pub(crate) struct Sources<'a> {
    context: &'a Context<'a>,
    planned: &'a PlannedSteps<'a>,
    /// sha256 of each file in the manifest.
    hashes: HashMap<&'a OsStr, &'a str>,
    /// For each source of each input, its search. `None` for a path, and for a step that could not be expanded.
    gathers: Vec<Vec<Option<Gather<'a>>>>,
}

impl<'a> Sources<'a> {
    /// One instance for each scan, for sources `scan.files.<role>`.
    pub fn scans(scans: &Scans) -> Vec<Instance> {
        let instance = |scan| Instance {
            scan: Some(scan),
            factors: Vec::new(),
        };
        (0..scans.all().len()).map(instance).collect()
    }

    /// Prepares the sources of a step.
    pub fn new(
        context: &'a Context<'a>,
        planned: &'a PlannedSteps<'a>,
        scans: &'a [Instance],
    ) -> Self {
        let step = &context.resolved.step;
        let gather = |source: &'a Source| match &source.origin {
            Origin::Path(_) => None,
            Origin::ScanFiles { .. } => Some(Gather::new(
                step,
                &scan_step(),
                scans,
                &source.conditions,
                context.scans,
            )),
            Origin::Output { step: name, .. } => {
                let (instances, _) = planned.steps.get(name)?;
                let upstream = context.all.iter().find(|s| s.step.name == *name)?;
                Some(Gather::new(
                    step,
                    &upstream.step,
                    instances,
                    &source.conditions,
                    context.scans,
                ))
            }
        };
        let of_input = |input: &'a Input| input.sources.iter().map(gather).collect();
        Self {
            context,
            planned,
            hashes: context.scans.hashes(),
            gathers: step.inputs.iter().map(of_input).collect(),
        }
    }

    /// The inputs of one task. `None` if there is a problem, which is reported, or if a step could not be expanded.
    pub fn inputs(&self, draft: &Draft<'_>, problems: &mut Problems) -> Option<Vec<TaskInput>> {
        let step = &self.context.resolved.step;
        let inputs: Vec<Option<TaskInput>> = (step.inputs.iter().zip(&self.gathers))
            .map(|(input, gathers)| self.input(input, gathers, draft, problems))
            .collect();
        let inputs: Option<Vec<TaskInput>> = inputs.into_iter().collect();
        let is_there = |input: &TaskInput| !input.files.is_empty();
        Some(inputs?.into_iter().filter(is_there).collect())
    }

    fn input(
        &self,
        input: &Input,
        gathers: &[Option<Gather<'_>>],
        draft: &Draft<'_>,
        problems: &mut Problems,
    ) -> Option<TaskInput> {
        let mut files = Vec::new();
        for (source, gather) in input.sources.iter().zip(gathers) {
            if !self.applies(source, draft, problems) {
                continue;
            }
            let found = match &source.origin {
                Origin::Path(_) => self.path(source, draft, problems),
                _ => self.gathered(source, gather.as_ref()?, draft, problems),
            }?;
            if found.is_empty() && source.conditions.iter().any(|c| problems.any_at(c.place)) {
                return None;
            }
            if found.is_empty() && !source.leave_out {
                let message = format!("input '{}' of '{}' gets no file", input.port, draft.label);
                problems.add(source.place, message);
                return None;
            }
            files.extend(found);
        }
        let port = self.context.port(&input.port);
        if files.is_empty() && port.is_none_or(|port| port.required) {
            let message = format!("input '{}' of '{}' gets no file", input.port, draft.label);
            problems.add(input.place, message);
            return None;
        }
        if files.len() > 1 && port.is_some_and(|port| !port.many) {
            let message = format!(
                "input '{}' of '{}' takes one file but gets {}; select one with 'from' and 'where'",
                input.port,
                draft.label,
                files.len()
            );
            problems.add(input.place, message);
            return None;
        }
        Some(TaskInput {
            port: input.port.clone(),
            files,
            positional: port.is_some_and(|port| port.positional),
        })
    }

    /// Whether the conditions of the source under `when` hold for the task.
    fn applies(&self, source: &Source, draft: &Draft<'_>, problems: &mut Problems) -> bool {
        let candidate = Candidate {
            factors: &draft.instance.factors,
            scan: scan_of(draft.instance, self.context.scans),
        };
        source
            .when
            .iter()
            .all(|condition| match Condition::fill(condition, &draft.scope) {
                Ok(filled) => filled.holds(&candidate),
                Err(message) => {
                    problems.add(condition.place, message);
                    false
                }
            })
    }

    fn gathered(
        &self,
        source: &Source,
        gather: &Gather<'_>,
        draft: &Draft<'_>,
        problems: &mut Problems,
    ) -> Option<Vec<InputFile>> {
        let numbers = gather.find(draft.instance, &draft.scope, problems);
        match &source.origin {
            Origin::Path(_) => None,
            Origin::ScanFiles { role } => {
                let mut files = Vec::new();
                for scan in numbers
                    .iter()
                    .map(|number| &self.context.scans.all()[*number])
                {
                    files.extend(self.files_of(scan, role, source, problems)?);
                }
                Some(files)
            }
            Origin::Output { step, output } => {
                let (_, first) = self.planned.steps.get(step)?;
                let outputs = &self.planned.tasks.get(*first)?.outputs;
                let output = outputs.iter().position(|o| o.port == *output)?;
                let output_of = |number: &usize| InputFile::Output {
                    task: first + number,
                    output,
                    leave_out: source.leave_out,
                };
                Some(numbers.iter().map(output_of).collect())
            }
        }
    }

    /// The files of a scan with a role.
    fn files_of(
        &self,
        scan: &Scan,
        role: &str,
        source: &Source,
        problems: &mut Problems,
    ) -> Option<Vec<InputFile>> {
        let Some(files) = scan.files.get(role) else {
            if source.leave_out {
                return Some(Vec::new());
            }
            problems.add(
                source.place,
                format!("scan '{}' has no file '{role}'", scan.id),
            );
            return None;
        };
        files
            .iter()
            .map(|file| self.external(&file.path, source, problems))
            .collect()
    }

    fn path(
        &self,
        source: &Source,
        draft: &Draft<'_>,
        problems: &mut Problems,
    ) -> Option<Vec<InputFile>> {
        let Origin::Path(template) = &source.origin else {
            return None;
        };
        if let (Some(role), Some(scan)) = (scan_files(template), draft.scope.scan) {
            return self.files_of(scan, role, source, problems);
        }
        let text = template
            .text(&|name| draft.scope.lookup(name))
            .map_err(|message| problems.add(source.place, message))
            .ok()?;
        // Collecting the components removes '.'.
        let path: PathBuf = self.context.folder.join(&text).components().collect();
        if !path.exists() && !text.contains('/') && text.matches('.').count() == 1 {
            let outputs = self.context.all.iter().flat_map(|other| {
                let outputs = other.step.outputs.iter();
                outputs.map(|output| format!("{}.{}", other.step.name, output.port))
            });
            let outputs: Vec<String> = outputs.collect();
            let hint = suggest::hint(&text, outputs.iter().map(String::as_str));
            // Not of a text with placeholders: it stands for several.
            let fix = FixAt::Value.only(&text, outputs.iter().map(String::as_str));
            let fix = fix.filter(|_| template.names().next().is_none());
            problems.add_with(
                source.named_at,
                format!("'{text}' is neither a file nor an output of a step{hint}"),
                fix,
            );
            return None;
        }
        Some(vec![self.external(&path, source, problems)?])
    }

    fn external(&self, path: &Path, source: &Source, problems: &mut Problems) -> Option<InputFile> {
        let sha256 = self.hashes.get(path.as_os_str());
        let sha256 = sha256.map(|hash| (*hash).to_owned());
        if !path.exists() {
            let message = match self.context.scans.data_fault() {
                Some(fault) if sha256.is_some() => fault.to_owned(),
                _ => format!("no such file or folder: {}", path.display()),
            };
            problems.add(source.place, message);
            return None;
        }
        Some(InputFile::External {
            path: path.to_path_buf(),
            sha256,
        })
    }
}
