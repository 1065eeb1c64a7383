//! A warning for empty and full masks.

use std::path::Path;

use rsom_stage::log;

use crate::Collapse;

/// Returns the status of a mask with `inside` of `all` voxels, and logs a warning for the scan at `path` if the mask is
/// empty or full.
#[must_use]
pub fn collapsed(path: &Path, inside: usize, all: usize) -> Collapse {
    let status = Collapse::of_counts(inside, all);
    if status != Collapse::Ok {
        let (path, status) = (path.display(), status.as_str().replace('_', " "));
        log::warn(format_args!("{path}: {status}"));
    }
    status
}
