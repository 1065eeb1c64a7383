//! A warning for masks that say nothing.

use std::path::Path;

use rsom_stage::log;

use crate::Collapse;

/// Whether a mask of `inside` among `all` voxels says anything; warns of the scan at `path` if it does not.
#[must_use]
pub fn collapsed(path: &Path, inside: usize, all: usize) -> Collapse {
    let status = Collapse::of_counts(inside, all);
    if status != Collapse::Ok {
        let (path, status) = (path.display(), status.as_str().replace('_', " "));
        log::warn(format_args!("{path}: {status}"));
    }
    status
}
