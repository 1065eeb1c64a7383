//! A task that runs now, as the display shows it.

use std::time::Duration;

use rsom_stage::Reported;

/// A task that runs now.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Running<'a> {
    pub label: &'a str,
    pub step: &'a str,
    pub elapsed: Duration,
    /// How far it is, if it says so.
    pub reported: Option<Reported>,
}

impl Running<'_> {
    /// The time of the whole task, if it goes on as it began.
    pub fn expected(&self) -> Option<Duration> {
        let Reported { done, total } = self.reported.filter(|reported| reported.done > 0)?;
        Some(self.elapsed.mul_f64(total as f64 / done as f64))
    }
}
