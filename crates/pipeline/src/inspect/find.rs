//! Finds a task by what a user says of it.

use rsom_stage::StageError;

use crate::plan::output_paths::normalize;
use crate::plan::tasks::Plan;
use crate::suggest;

/// Number of tasks to name where several fit.
const NAMED: usize = 3;

/// The number of the task with this label, with these words in its label, or with this output.
///
/// # Errors
/// Exit code 2: there is no such task, or more than one.
pub(crate) fn find(plan: &Plan, words: &[String]) -> Result<usize, StageError> {
    let text = words.join(" ");
    // As the pipeline writes it: ./masks/p1/
    let path = normalize(&text).unwrap_or_default();
    let is_named = |task: &crate::plan::tasks::Task| {
        task.label == text || task.outputs.iter().any(|output| output.path == path)
    };
    if let Some(number) = plan.tasks.iter().position(is_named) {
        return Ok(number);
    }
    let wanted: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
    let fits = |label: &str| {
        let own: Vec<&str> = label.split(' ').collect();
        wanted.iter().all(|word| own.contains(word))
    };
    let fitting: Vec<usize> = (0..plan.tasks.len())
        .filter(|number| fits(&plan.tasks[*number].label))
        .collect();
    match fitting.as_slice() {
        [] => {
            let labels = plan.tasks.iter().map(|task| task.label.as_str());
            let hint = closest(&text, labels);
            Err(StageError::usage(format_args!(
                "there is no task '{text}'{hint}; 'rsom plan' lists all"
            )))
        }
        [number] => Ok(*number),
        several => {
            let named = several.iter().take(NAMED);
            let named: Vec<String> = named
                .map(|n| format!("'{}'", plan.tasks[*n].label))
                .collect();
            Err(StageError::usage(format_args!(
                "'{text}' fits {} tasks, such as {}; add a scan or a factor",
                several.len(),
                named.join(", ")
            )))
        }
    }
}

/// A label that a misspelled one may have meant. Does not list all labels: there may be thousands.
fn closest<'a>(text: &str, labels: impl Iterator<Item = &'a str>) -> String {
    let hint = suggest::hint(text, labels);
    match hint.starts_with(" (did you mean") {
        true => hint,
        false => String::new(),
    }
}
