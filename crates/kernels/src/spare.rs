//! Reuses working memory between the tasks of a parallel loop.

use std::sync::{Mutex, PoisonError};

/// Values that no task is using. There are never more than threads, whereas `for_each_init` creates one per piece of
/// the loop.
pub(crate) struct Spare<M>(Mutex<Vec<M>>);

impl<M> Default for Spare<M> {
    fn default() -> Self {
        Self(Mutex::new(Vec::new()))
    }
}

impl<M: Default> Spare<M> {
    /// Runs a task with a value that may contain data of an earlier task.
    pub(crate) fn with<R>(&self, task: impl FnOnce(&mut M) -> R) -> R {
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = lock().pop();
        let mut memory = taken.unwrap_or_default();
        let result = task(&mut memory);
        lock().push(memory);
        result
    }
}
