//! Waiting for another process that uses the same study.

use std::fmt;
use std::time::{Duration, Instant};

use rsom_stage::{StageError, log};

use crate::run::signals;

/// How long something may be in the way before it is an error. A process may have a lock and not have said yet what it does.
const A_MOMENT: Duration = Duration::from_secs(2);

/// Time between two tries.
const PAUSE: Duration = Duration::from_millis(100);

/// What came of one try.
pub(crate) enum Try<T> {
    /// It succeeded.
    Done(T),
    /// This ends by itself. It is named once.
    Wait(String),
    /// This is in the way, and nobody knows how long.
    Blocked(StageError),
}

/// Tries until it succeeds.
///
/// # Errors
/// What a try returns, what is in the way for more than a moment, and exit code 130 after a signal.
pub(crate) fn until_done<T>(
    mut attempt: impl FnMut() -> Result<Try<T>, StageError>,
) -> Result<T, StageError> {
    let (mut blocked, mut said) = (Instant::now(), None);
    loop {
        match attempt()? {
            Try::Done(value) => return Ok(value),
            Try::Blocked(error) if blocked.elapsed() > A_MOMENT => return Err(error),
            Try::Blocked(_) => {}
            Try::Wait(what) => {
                blocked = Instant::now();
                if said.as_ref() != Some(&what) {
                    log::info(format_args!("waiting for {what}"));
                }
                said = Some(what);
            }
        }
        if signals::count() > 0 {
            return Err(StageError::interrupted());
        }
        std::thread::sleep(PAUSE);
    }
}

/// That a run has the folder, which may take hours.
pub(crate) fn used_by_a_run(root: &std::path::Path, run: impl fmt::Display) -> StageError {
    let root = root.display();
    StageError::failure(format_args!("{root}: a run uses this folder{run}"))
}
