//! `--swap STAGE=PROGRAM`: replaces the program of a stage, or of one step.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::problem::Problems;
use crate::read::model::{Action, Pipeline};
use crate::suggest;

/// The programs given with `--swap`.
#[derive(Debug, Default)]
pub(crate) struct Swaps {
    by_step: Vec<(String, PathBuf)>,
    by_stage: Vec<(String, PathBuf)>,
    /// Stages that were replaced in at least one step.
    used: BTreeSet<String>,
    /// Stages and their commands that the replacing program does not have.
    kept: BTreeSet<(String, String)>,
}

impl Swaps {
    /// Reads the words `STAGE=PROGRAM`. `STAGE` is the name of a stage, or of a step of the pipeline.
    pub fn read(words: &[String], pipeline: &Pipeline, problems: &mut Problems) -> Self {
        let mut swaps = Self::default();
        for word in words {
            let Some((name, program)) = word
                .split_once('=')
                .filter(|(n, p)| !n.is_empty() && !p.is_empty())
            else {
                problems.add_usage(format_args!("--swap {word}: write STAGE=PROGRAM"));
                continue;
            };
            let Ok(program) = std::path::absolute(program) else {
                problems.add_usage(format_args!("--swap {word}: no such program"));
                continue;
            };
            let uses: Vec<(&str, &str)> = pipeline
                .steps
                .iter()
                .filter_map(|step| match &step.action {
                    Action::Uses { stage, .. } => Some((step.name.as_str(), stage.as_str())),
                    Action::Run { .. } => None,
                })
                .collect();
            let known: BTreeSet<&str> = uses
                .iter()
                .flat_map(|(step, stage)| [*step, *stage])
                .collect();
            let taken = swaps
                .by_step
                .iter()
                .chain(&swaps.by_stage)
                .any(|(n, _)| n == name);
            if taken {
                problems.add_usage(format_args!("--swap {word}: '{name}' is swapped twice"));
            } else if uses.iter().any(|(step, _)| *step == name) {
                swaps.by_step.push((name.to_owned(), program));
            } else if known.contains(name) {
                swaps.by_stage.push((name.to_owned(), program));
            } else {
                let hint = suggest::hint(name, known);
                problems.add_usage(format_args!(
                    "--swap {word}: no step of the pipeline is named '{name}' or uses a stage '{name}'{hint}"
                ));
            }
        }
        swaps
    }

    /// The program that replaces the stage of one step.
    pub fn of_step(&self, step: &str) -> Option<PathBuf> {
        find(&self.by_step, step)
    }

    /// The program that replaces a stage in all steps that use it.
    pub fn of_stage(&self, stage: &str) -> Option<PathBuf> {
        find(&self.by_stage, stage)
    }

    /// Notes that a stage was replaced in a step.
    pub fn note_use(&mut self, stage: &str) {
        self.used.insert(stage.to_owned());
    }

    /// Notes that the program lacks a command, so that the original stage runs it.
    pub fn note_kept(&mut self, stage: &str, command: &str) {
        self.kept.insert((stage.to_owned(), command.to_owned()));
    }

    /// Reports programs that have none of the commands used by the pipeline, and warns of missing commands.
    pub fn check_used(&self, problems: &mut Problems, warnings: &mut Problems) {
        for (stage, command) in &self.kept {
            warnings.add_usage(format_args!(
                "--swap {stage}: the program has no command '{command}'; the original {stage} runs it"
            ));
        }
        for (stage, program) in &self.by_stage {
            if !self.used.contains(stage) {
                problems.add_usage(format_args!(
                    "--swap {stage}={}: the program has none of the commands of '{stage}' that the pipeline uses",
                    program.display()
                ));
            }
        }
    }
}

fn find(swaps: &[(String, PathBuf)], name: &str) -> Option<PathBuf> {
    let found = swaps.iter().find(|(own, _)| own == name);
    found.map(|(_, program)| program.clone())
}
