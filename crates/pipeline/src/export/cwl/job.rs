//! The description of a task for `rsom job`.

use rsom_stage::{Kind, StageError};

use crate::check::tool::Tool;
use crate::export::call::Call;
use crate::plan::tasks::Task;
use crate::run::job::{Action, Job, JobOutput, uses};
use crate::run::shell_line::quoted;

/// The name of a port in a tool: `job` and `record` are taken.
pub(crate) fn name(port: &str) -> String {
    let plain: String = port
        .chars()
        .map(|c| if c == '-' { '_' } else { c })
        .collect();
    match plain.as_str() {
        "job" | "record" => format!("{plain}_file"),
        _ => plain,
    }
}

/// The description of a task as JSON.
///
/// # Errors
/// Exit code 2: a word of a `run` line that cannot be written again.
pub(crate) fn of(task: &Task, call: &Call) -> Result<String, StageError> {
    let action = match task.tool.as_ref() {
        Tool::Stage(tool) => {
            let program = tool.program.to_string_lossy();
            let stage = tool.prefix.as_deref().unwrap_or(&program);
            uses(stage, &tool.command.name)
        }
        Tool::Line(line) => {
            let program = line.program.to_string_lossy();
            let mut words = vec![quoted(&program)];
            for word in &task.words {
                let source = word.source().ok_or_else(|| {
                    StageError::usage(format_args!(
                        "{}: a word ends with $ before a placeholder",
                        task.label
                    ))
                })?;
                words.push(quoted(&source));
            }
            Action::Run(words.join(" "))
        }
    };
    let job = Job {
        pipeline: call.pipeline.clone(),
        action,
        with: (task.given.iter())
            .filter_map(|name| Some((name.clone(), task.parameters.get(name)?.clone())))
            .collect(),
        outputs: (task.outputs.iter())
            .map(|output| {
                let of_output = JobOutput {
                    path: output.path.clone(),
                    is_folder: output.kind == Kind::Directory,
                    name: name(&output.port),
                };
                (output.port.clone(), of_output)
            })
            .collect(),
        inputs: (task.inputs.iter())
            .map(|input| (input.port.clone(), name(&input.port)))
            .collect(),
        expect: (call.revision_of(task)).into_iter().collect(),
        retries: task.limits.retries,
        minutes: task.limits.minutes.filter(|_| task.limits.retries > 0),
    };
    serde_json::to_string(&job).map_err(StageError::failure)
}
