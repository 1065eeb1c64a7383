//! Which pages rsom wrote.

use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Whether a file begins as our pages do.
pub(super) fn is_page(path: &Path) -> bool {
    let is_file = path.metadata().is_ok_and(|found| found.is_file());
    let mut start = Vec::new();
    let read = |file: File| file.take(600).read_to_end(&mut start);
    let was_read = is_file && File::open(path).and_then(read).is_ok();
    was_read && String::from_utf8_lossy(&start).contains("<meta name=\"generator\" content=\"rsom ")
}
