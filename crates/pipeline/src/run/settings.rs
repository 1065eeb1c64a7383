//! How to run the tasks of a plan.

/// How to run the tasks of a plan.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Number of processes at the same time.
    pub jobs: usize,
    /// Whether a task starts only when the memory that it took in an earlier run is free.
    pub by_memory: bool,
    /// Threads of each process.
    pub threads: usize,
    /// Whether to continue after a failure with tasks that do not need the failed one.
    pub keep_going: bool,
    /// Whether to overwrite outputs that were edited, and files of the user at their paths.
    pub replace: bool,
    /// Whether to remove files of earlier runs that the plan no longer has.
    pub prune: bool,
    /// When to print a line.
    pub lines: Lines,
    /// Whether to print events as JSON on stdout.
    pub json: bool,
}

/// When a run prints a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lines {
    /// After each task.
    Tasks,
    /// After the last task of each scan.
    Scans,
}

impl Settings {
    /// The settings for a single task.
    #[must_use]
    pub fn of_one_task(threads: usize) -> Self {
        Self {
            jobs: 1,
            by_memory: false,
            threads,
            keep_going: false,
            replace: false,
            prune: false,
            lines: Lines::Tasks,
            json: false,
        }
    }

    /// Threads of each of `jobs` processes, if all of them together have `threads`, or as many as there are cores.
    #[must_use]
    pub fn threads_of_each(jobs: usize, threads: Option<usize>) -> usize {
        (threads.unwrap_or_else(Self::cores) / jobs.max(1)).max(1)
    }

    /// Number of cores of this machine.
    #[must_use]
    pub fn cores() -> usize {
        std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
    }
}
