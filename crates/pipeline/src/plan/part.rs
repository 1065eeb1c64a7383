//! Some tasks of a plan as a plan of their own, for a worker that an engine of a cluster starts.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::plan::tasks::{InputFile, Plan, Task, TaskInput};
use crate::read::limits::Limits;

impl Plan {
    /// A plan of these tasks alone. Outputs of other tasks are files that must exist; those that a failed task left out are no inputs.
    #[must_use]
    pub(crate) fn part(self, numbers: &[usize]) -> Self {
        let places: BTreeMap<usize, usize> = (numbers.iter().enumerate())
            .map(|(place, number)| (*number, place))
            .collect();
        let tasks = places.keys().filter_map(|number| self.tasks.get(*number));
        let tasks = tasks.map(|task| {
            let after = task.after.iter().filter_map(|before| places.get(before));
            Task {
                inputs: task
                    .inputs
                    .iter()
                    .map(|input| self.input_of_part(input, &places))
                    .collect(),
                after: after.copied().collect(),
                // The engine decides how many tasks run, and gives them their threads.
                limits: Limits {
                    jobs: None,
                    threads: None,
                    ..task.limits
                },
                ..task.clone()
            }
        });
        let tasks = tasks.collect();
        Self {
            tasks,
            corrections: Vec::new(),
            selected: None,
            ..self
        }
    }

    fn input_of_part(&self, input: &TaskInput, places: &BTreeMap<usize, usize>) -> TaskInput {
        let file = |file: &InputFile| match file {
            InputFile::Output {
                task,
                output,
                leave_out,
            } => match places.get(task) {
                Some(place) => Some(InputFile::Output {
                    task: *place,
                    output: *output,
                    leave_out: *leave_out,
                }),
                None => {
                    // Relative to the workdir, as in the command line of the whole plan.
                    let path = self.path_of(file)?;
                    let is_there = self.workdir.join(&path).exists();
                    (is_there || !leave_out).then(|| external(path))
                }
            },
            InputFile::Corrected { path, .. } => Some(external(path.clone())),
            InputFile::External { .. } => Some(file.clone()),
        };
        TaskInput {
            files: input.files.iter().filter_map(file).collect(),
            ..input.clone()
        }
    }
}

fn external(path: PathBuf) -> InputFile {
    InputFile::External { path, sha256: None }
}
