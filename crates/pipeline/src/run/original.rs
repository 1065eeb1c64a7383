//! Runs a task once more, with an output as it was made instead of the user's correction.

use std::path::{Path, PathBuf};

use rsom_stage::{DATA_VARIABLE, StageError, atomic};

use crate::plan::correction::Correction;
use crate::plan::tasks::{InputFile, Plan, Task};
use crate::run::arguments::arguments;
use crate::run::interpreter::command_of;
use crate::run::programs::program;

impl Plan {
    /// The tasks that read a correction, in the order of the plan.
    #[must_use]
    pub fn readers_of(&self, correction: &Correction) -> Vec<usize> {
        let reads = |task: &Task| {
            let mut files = task.inputs.iter().flat_map(|input| &input.files);
            files.any(|file| is_of(file, correction))
        };
        (0..self.tasks.len())
            .filter(|task| reads(&self.tasks[*task]))
            .collect()
    }

    /// Runs a task with the original of a correction, and writes its outputs into `folder`: the port and path of each.
    ///
    /// # Errors
    /// Exit code 1: the task fails.
    pub fn run_with_original(
        &self,
        correction: &Correction,
        task: usize,
        folder: &Path,
    ) -> Result<Vec<(String, PathBuf)>, StageError> {
        let mut variant: Task = self.tasks[task].clone();
        for file in variant.inputs.iter_mut().flat_map(|input| &mut input.files) {
            if is_of(file, correction) {
                *file = InputFile::Output {
                    task: correction.task,
                    output: correction.output,
                    leave_out: false,
                };
            }
        }
        let mut outputs = Vec::new();
        for (number, output) in variant.outputs.iter_mut().enumerate() {
            let path = folder.join(format!("{number}{}", output.kind.extension()));
            output.path = path.to_string_lossy().into_owned();
            outputs.push((output.port.clone(), path));
        }
        let mut command = command_of(program(&variant));
        command
            .args(arguments(self, &variant, 1)?)
            .current_dir(&self.workdir);
        if let Some(data) = &self.data {
            command.env(DATA_VARIABLE, data);
        }
        let done = command.output().map_err(|e| {
            StageError::failure(format_args!("{}: {}", variant.label, atomic::plain(&e)))
        })?;
        if !done.status.success() {
            let said = String::from_utf8_lossy(&done.stderr);
            let last = said.lines().last().unwrap_or("");
            return Err(StageError::failure(format_args!(
                "{} with the original: {last}",
                variant.label
            )));
        }
        Ok(outputs)
    }
}

fn is_of(file: &InputFile, correction: &Correction) -> bool {
    matches!(file, InputFile::Corrected { task, output, .. } if (*task, *output) == (correction.task, correction.output))
}
