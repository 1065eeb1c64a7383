//! The files of a study beside its data: those that the pipeline names, programs, and files that it includes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::check::tool::Tool;
use crate::plan::tasks::{InputFile, Plan, Task};
use crate::run::relative::joined;

impl Plan {
    /// The files and folders that tasks read and that neither the manifest nor a task provides, the programs that are given by a path,
    /// and the files that the pipeline includes. Absolute paths without `..`.
    #[must_use]
    pub fn local_files(&self) -> BTreeSet<PathBuf> {
        let inputs = self.tasks.iter().flat_map(|task| &task.inputs);
        let files = inputs.flat_map(|input| &input.files);
        let named = files.filter_map(|file| match file {
            InputFile::External { path, sha256: None } => Some(path.as_path()),
            _ => None,
        });
        let programs = self.tasks.iter().filter_map(program);
        let included = self.included.iter().map(|file| file.path.as_path());
        named
            .chain(programs)
            .chain(included)
            .map(|path| joined(path, ""))
            .collect()
    }
}

/// The program of a task, if the pipeline or the command line gives it by a path.
fn program(task: &Task) -> Option<&Path> {
    match task.tool.as_ref() {
        Tool::Stage(tool) => tool.program_sha256.as_ref().map(|_| tool.program.as_path()),
        Tool::Line(line) => line.program_sha256.as_ref().map(|_| line.program.as_path()),
    }
}
