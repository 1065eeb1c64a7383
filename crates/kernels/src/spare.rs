//! Memory that tasks of a parallel loop work in, one after the other.

use std::sync::{Mutex, PoisonError};

/// Values that no task has at the moment. There are never more of them than threads, where `for_each_init` makes one for
/// each piece of the loop.
pub(crate) struct Spare<M>(Mutex<Vec<M>>);

impl<M> Default for Spare<M> {
    fn default() -> Self {
        Self(Mutex::new(Vec::new()))
    }
}

impl<M: Default> Spare<M> {
    /// Runs a task with a value that an earlier one may have left its traces in.
    pub(crate) fn with<R>(&self, task: impl FnOnce(&mut M) -> R) -> R {
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = lock().pop();
        let mut memory = taken.unwrap_or_default();
        let result = task(&mut memory);
        lock().push(memory);
        result
    }
}
