//! `--swap STAGE=EXE`: another program in a stage's place.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::problem::Problems;
use crate::read::model::{Action, Pipeline};
use crate::suggest;

/// The swaps of a run.
#[derive(Debug, Default)]
pub(crate) struct Swaps {
    of_stages: Vec<(String, PathBuf)>,
    of_tools: Vec<(String, PathBuf)>,
    used: BTreeSet<String>,
    /// Commands of a swapped tool that its program does not have.
    kept: BTreeSet<(String, String)>,
}

impl Swaps {
    /// Reads the words `STAGE=EXE`: the name of a stage of this pipeline, or of the tool that its stages use.
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
                .stages
                .iter()
                .filter_map(|stage| match &stage.action {
                    Action::Uses { tool, .. } => Some((stage.name.as_str(), tool.as_str())),
                    Action::Run { .. } => None,
                })
                .collect();
            let known: BTreeSet<&str> = uses
                .iter()
                .flat_map(|(stage, tool)| [*stage, *tool])
                .collect();
            let taken = swaps
                .of_stages
                .iter()
                .chain(&swaps.of_tools)
                .any(|(n, _)| n == name);
            if taken {
                problems.add_usage(format_args!("--swap {word}: '{name}' is swapped twice"));
            } else if uses.iter().any(|(stage, _)| *stage == name) {
                swaps.of_stages.push((name.to_owned(), program));
            } else if known.contains(name) {
                swaps.of_tools.push((name.to_owned(), program));
            } else {
                let hint = suggest::hint(name, known);
                problems.add_usage(format_args!(
                    "--swap {word}: the pipeline uses no stage '{name}'{hint}"
                ));
            }
        }
        swaps
    }

    /// The program for a stage of the pipeline.
    pub fn of_stage(&self, stage: &str) -> Option<PathBuf> {
        find(&self.of_stages, stage)
    }

    /// The program for the stages that use a tool.
    pub fn of_tool(&self, tool: &str) -> Option<PathBuf> {
        find(&self.of_tools, tool)
    }

    /// A stage that uses the tool has been swapped.
    pub fn note_use(&mut self, tool: &str) {
        self.used.insert(tool.to_owned());
    }

    /// The program in a tool's place does not have a command, which stays with the tool.
    pub fn note_kept(&mut self, tool: &str, command: &str) {
        self.kept.insert((tool.to_owned(), command.to_owned()));
    }

    /// Reports programs that have none of the commands that the pipeline uses.
    pub fn check_used(&self, problems: &mut Problems, warnings: &mut Problems) {
        for (tool, command) in &self.kept {
            warnings.add_usage(format_args!(
                "--swap {tool}: the program has no command '{command}'; {tool} does it itself"
            ));
        }
        for (tool, program) in &self.of_tools {
            if !self.used.contains(tool) {
                problems.add_usage(format_args!(
                    "--swap {tool}={}: it has none of the commands of '{tool}' that the pipeline uses",
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
