//! The inputs and outputs of commands.

use serde::{Deserialize, Serialize};

use crate::Kind;

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
