//! Removes outputs that are no longer valid.

use rsom_stage::{StageError, atomic};

use crate::assess::assessor::Assessor;
use crate::assess::links;
use crate::plan::tasks::Task;

/// Removes the outputs of an earlier run of a task that has no inputs left. Keeps files that were modified since.
///
/// # Errors
/// Exit code 4: a file cannot be removed.
pub(crate) fn remove_outputs(assessor: &mut Assessor, task: &Task) -> Result<(), StageError> {
    let paths: Vec<String> = task.outputs.iter().map(|o| o.path.clone()).collect();
    for path in paths {
        let Some(absolute) = links::own_file(assessor.workdir.root(), &path) else {
            continue;
        };
        let recorded = assessor.records.latest(&path);
        let recorded = recorded.and_then(|record| record.outputs.get(&path).cloned());
        if recorded.is_none() || !absolute.is_file() {
            continue;
        }
        if assessor.hashes.of_path(&absolute).ok() == recorded {
            std::fs::remove_file(&absolute)
                .map_err(|e| StageError::output(&absolute, atomic::plain(&e)))?;
            assessor.hashes.forget(&absolute);
        }
    }
    Ok(())
}
