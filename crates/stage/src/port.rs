//! The inputs and outputs of commands.

use serde::{Deserialize, Serialize};

use crate::{Kind, TableContents};

/// A named input or output of a command: `--<name> PATH…`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Port {
    /// Name in `snake_case`. The flag has the same name in `--kebab-case`.
    pub name: String,
    /// Kind of the file.
    pub kind: Kind,
    /// Whether several paths are allowed. Default: false.
    #[serde(default)]
    pub many: bool,
    /// Whether the command needs the port. Default: true.
    #[serde(default = "yes")]
    pub required: bool,
    /// Whether the paths are given without a flag, as in `inspect FILE`. Default: false.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub positional: bool,
    /// For an output table, its metrics and columns. `None` if they are not known before the command runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<TableContents>,
    /// For an output volume, the input on whose grid it lies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grid_of: Option<String>,
    /// For an output, the input that it may replace. Otherwise, an output that is an input is an error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub may_replace: Option<String>,
    /// Description in one line, for the help text.
    #[serde(default)]
    pub about: String,
}

impl Port {
    /// A required port for one path.
    #[must_use]
    pub fn required(name: &str, kind: Kind, about: &str) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            many: false,
            required: true,
            positional: false,
            table: None,
            grid_of: None,
            may_replace: None,
            about: about.to_owned(),
        }
    }

    /// An optional port for one path.
    #[must_use]
    pub fn optional(name: &str, kind: Kind, about: &str) -> Self {
        Self {
            required: false,
            ..Self::required(name, kind, about)
        }
    }

    /// Allows one or more paths.
    #[must_use]
    pub fn many(mut self) -> Self {
        self.many = true;
        self
    }

    /// States the metrics and columns of an output table.
    #[must_use]
    pub fn with_table(mut self, contents: TableContents) -> Self {
        self.table = Some(contents);
        self
    }

    /// States that an output volume lies on the grid of an input.
    #[must_use]
    pub fn on_grid_of(mut self, input: &str) -> Self {
        self.grid_of = Some(input.to_owned());
        self
    }

    /// States that an output may replace an input.
    #[must_use]
    pub fn may_replace(mut self, input: &str) -> Self {
        self.may_replace = Some(input.to_owned());
        self
    }

    /// Makes the port positional: its paths are given without a flag.
    #[must_use]
    pub fn positional(mut self) -> Self {
        self.positional = true;
        self
    }
}

fn yes() -> bool {
    true
}
