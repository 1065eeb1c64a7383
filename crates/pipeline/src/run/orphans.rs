//! Stops processes that a killed run left behind: they would write the same outputs as the next run.

use std::path::Path;

#[cfg(unix)]
use crate::run::mark::name;

/// Stops the processes with the mark of a run that was killed. Needs `/proc`; without it, only the marks are removed. (On
/// Windows, tasks end with their run.)
pub(crate) fn stop_all(folder: &Path) {
    let marks = std::fs::read_dir(folder).into_iter().flatten();
    for path in marks.filter_map(|entry| Some(entry.ok()?.path())) {
        #[cfg(unix)]
        crate::run::group::stop_marked(&name(&path));
        let _ = std::fs::remove_file(&path);
    }
}
