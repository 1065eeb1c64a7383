//! Lines on stdout.

use std::io::{BufWriter, Write};
use std::path::Path;

use rsom_stage::{ExitCode, StageError, atomic};

/// Prints lines.
///
/// # Errors
/// Exit code 4: stdout cannot be written.
pub(crate) fn print(lines: impl IntoIterator<Item = String>) -> Result<ExitCode, StageError> {
    let mut stdout = BufWriter::new(std::io::stdout().lock());
    let mut written = Ok(());
    for line in lines {
        written = writeln!(stdout, "{line}");
        if written.is_err() {
            break;
        }
    }
    match written.and_then(|()| stdout.flush()) {
        // `rsom plan … | head` is not a failure.
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(StageError::output(
            Path::new("stdout"),
            atomic::plain(&error),
        )),
        _ => Ok(ExitCode::Done),
    }
}
