//! The time that a task has to stop by itself.

use std::time::Duration;

/// Time for a process to stop by itself before it is killed. Stages exit three seconds after a signal.
pub(crate) const GRACE: Duration = Duration::from_secs(5);
