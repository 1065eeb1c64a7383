//! A named input or output of a command.

use serde::{Deserialize, Serialize};

use crate::Kind;

/// A named input or output: `--<name> PATH…`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Port {
    /// Name in `snake_case`; the flag is its `--kebab-case`.
    pub name: String,
    /// What kind of file.
    pub kind: Kind,
    /// Whether it takes several paths.
    #[serde(default)]
    pub many: bool,
    /// Whether the command needs it.
    #[serde(default = "yes")]
    pub required: bool,
    /// Whether it is given without a flag, as in `inspect FILE`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub positional: bool,
    /// One line for people.
    #[serde(default)]
    pub about: String,
}

impl Port {
    /// A port that must be given.
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

    /// A port that may be left out.
    #[must_use]
    pub fn optional(name: &str, kind: Kind, about: &str) -> Self {
        Self {
            required: false,
            ..Self::required(name, kind, about)
        }
    }

    /// Takes one or more paths.
    #[must_use]
    pub fn many(mut self) -> Self {
        self.many = true;
        self
    }

    /// Is given without a flag.
    #[must_use]
    pub fn positional(mut self) -> Self {
        self.positional = true;
        self
    }
}

fn yes() -> bool {
    true
}
