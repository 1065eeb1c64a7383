//! The results that a command reports.

use serde_json::{Map, Value};

/// The results of a finished command: values for programs (`--json`) and text for users.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Summary {
    values: Map<String, Value>,
    text: Option<String>,
}

impl Summary {
    /// A summary without values and text.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a value to the `--json` line.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.values.insert(key.to_owned(), value.into());
        self
    }

    /// Sets the text to print on stdout without `--json`.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into());
        self
    }

    /// The values of the `--json` line.
    #[must_use]
    pub fn values(&self) -> &Map<String, Value> {
        &self.values
    }

    /// The text for stdout, if any.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        self.text.as_deref()
    }
}
