//! Tasks that failed and are tried again, after a pause that doubles each time.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// The pause before the first new try.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// Failed tasks that wait for their next try.
#[derive(Debug, Default)]
pub(crate) struct Retries {
    /// How often each task was tried again.
    tries: BTreeMap<usize, u32>,
    waiting: Vec<(Instant, usize)>,
}

impl Retries {
    /// Lets a failed task wait for its next try, if `limit` allows one. Returns the pause, and the number of the try.
    pub fn add(&mut self, task: usize, limit: u32) -> Option<(Duration, u32)> {
        let tries = self.tries.entry(task).or_default();
        if *tries >= limit {
            return None;
        }
        let factor = 2_u32.saturating_pow(*tries);
        *tries += 1;
        let pause = FIRST_PAUSE.saturating_mul(factor).min(LONGEST_PAUSE);
        self.waiting.push((Instant::now() + pause, task));
        Some((pause, *tries))
    }

    /// Lets a task wait that is not tried again, but looked at again.
    pub fn wait(&mut self, task: usize, pause: Duration) {
        self.waiting.push((Instant::now() + pause, task));
    }

    /// The pauses of a task that is tried again so often, all together.
    pub fn pauses(limit: u32) -> Duration {
        let mut all = Self::default();
        let pauses = (0..limit).filter_map(|_| all.add(0, limit));
        pauses.map(|(pause, _)| pause).sum()
    }

    /// The tasks whose pause is over.
    pub fn due(&mut self) -> Vec<usize> {
        let now = Instant::now();
        let due = self.waiting.iter().filter(|(at, _)| *at <= now);
        let due: Vec<usize> = due.map(|(_, task)| *task).collect();
        self.waiting.retain(|(at, _)| *at > now);
        due
    }

    /// Whether no task waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_and_tries_end() {
        let mut retries = Retries::default();
        assert_eq!(retries.add(7, 0), None);
        let pauses = (0..4).map(|_| retries.add(3, 3).map(|(pause, _)| pause.as_secs()));
        assert_eq!(
            pauses.collect::<Vec<_>>(),
            [Some(1), Some(2), Some(4), None]
        );
        assert!(retries.due().is_empty() && !retries.is_empty());
        assert_eq!(Retries::pauses(3), Duration::from_secs(7));
    }
}
