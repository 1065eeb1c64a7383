//! The part of a plan that a command line asks for: `--only`, `--from`, `--until`, `--where`.

/// The options that select tasks. Without any, all tasks are selected.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Only tasks of these steps, without those that they need.
    pub only: Vec<String>,
    /// Only tasks of these steps, and those that need them.
    pub from: Vec<String>,
    /// Only tasks of these steps, and those that they need.
    pub until: Vec<String>,
    /// Only tasks with these scans and factors, each as `KEY=VALUE` or `KEY!=VALUE` with a YAML value or list, and those that they
    /// need. Tasks without the key, such as a training on all scans, count only if they are needed.
    pub conditions: Vec<String>,
    /// Only tasks with these labels, and those that they need. Labels that the plan does not have are passed over.
    pub labels: Option<Vec<String>>,
}

impl Selection {
    /// Whether all tasks are selected.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        *self == Self::default()
    }
}
