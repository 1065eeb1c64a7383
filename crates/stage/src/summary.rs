//! What a finished command says.

use serde_json::{Map, Value};

/// What a finished command says: values for programs (`--json`), text for people.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Summary {
    values: Map<String, Value>,
    text: Option<String>,
}

impl Summary {
    /// Nothing to say.
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

    /// Text for stdout when `--json` is not given: what the user asked to see.
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

    /// The text for stdout.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        self.text.as_deref()
    }
}
