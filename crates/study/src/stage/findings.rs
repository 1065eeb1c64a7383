//! What a check found, line by line.

use rsom_stage::StageError;

/// The lines of a check.
#[derive(Debug, Default)]
pub(super) struct Findings {
    held: usize,
    failed: usize,
    skipped: usize,
}

impl Findings {
    /// A heading.
    ///
    /// # Errors
    /// Stdout is closed.
    pub fn title(&self, text: &str) -> Result<(), StageError> {
        say(&format!("{text}\n"))
    }

    /// A check that holds, or the reason why it does not.
    ///
    /// # Errors
    /// Stdout is closed.
    pub fn add(&mut self, what: &str, result: Result<(), String>) -> Result<(), StageError> {
        match result {
            Ok(()) => {
                self.held += 1;
                say(&format!("  ok    {what}\n"))
            }
            Err(why) => {
                self.failed += 1;
                say(&format!("  FAIL  {what}: {why}\n"))
            }
        }
    }

    /// A check that cannot be made.
    ///
    /// # Errors
    /// Stdout is closed.
    pub fn skip(&mut self, what: &str, why: &str) -> Result<(), StageError> {
        self.skipped += 1;
        say(&format!("  skip  {what}: {why}\n"))
    }

    /// The last line, and whether everything held.
    ///
    /// # Errors
    /// Stdout is closed.
    pub fn finish(&self) -> Result<bool, StageError> {
        let (held, failed, skipped) = (self.held, self.failed, self.skipped);
        let skipped = match skipped {
            0 => String::new(),
            n => format!(", {n} skipped"),
        };
        say(&match failed {
            0 => format!("all {held} checks hold{skipped}\n"),
            _ => format!("{failed} of {} checks fail{skipped}\n", held + failed),
        })?;
        Ok(failed == 0)
    }
}

fn say(text: &str) -> Result<(), StageError> {
    match rsom_stage::print(text) {
        rsom_stage::ExitCode::Done => Ok(()),
        _ => Err(StageError::failure("the output cannot be written")),
    }
}
