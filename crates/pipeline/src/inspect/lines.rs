//! Lines on stdout.

use std::io::{BufWriter, Write};

use rsom_stage::{ExitCode, StageError};

/// Prints lines.
///
/// # Errors
/// Exit code 1: stdout cannot be written.
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
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(StageError::failure(error))
        }
        _ => Ok(ExitCode::Done),
    }
}
