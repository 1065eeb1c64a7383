//! The report on a file, for people and for programs.

use std::fmt;

use serde_json::{Map, Value};

/// Named findings, in the order in which they are printed.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    findings: Vec<(&'static str, Value)>,
}

impl Report {
    pub(super) fn new(format: impl Into<String>) -> Self {
        Self {
            findings: vec![("format", Value::String(format.into()))],
        }
    }

    #[must_use]
    pub(super) fn with(mut self, name: &'static str, value: Value) -> Self {
        self.findings.push((name, value));
        self
    }

    /// The finding of this name, if any.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.findings
            .iter()
            .find(|(found, _)| *found == name)
            .map(|(_, value)| value)
    }

    /// All findings, as a JSON object.
    #[must_use]
    pub fn to_map(&self) -> Map<String, Value> {
        self.findings
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect()
    }
}

/// Largest number of named values that are printed on one line.
const FEW: usize = 4;

/// Prints one finding per line; more than [`FEW`] named values take one line each.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.findings {
            match word(value) {
                lines if lines.starts_with('\n') => writeln!(f, "{name}{lines}")?,
                line => writeln!(f, "{name:<14}{line}")?,
            }
        }
        Ok(())
    }
}

/// A JSON number: an integer when the value is whole.
pub(super) fn number(value: f64) -> Value {
    const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() <= LARGEST_EXACT {
        return Value::from(value as i64);
    }
    Value::from(value)
}

fn word(value: &Value) -> String {
    match value {
        Value::Null => "unknown".into(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().any(Value::is_array) => items
            .iter()
            .map(|item| format!("[{}]", word(item)))
            .collect::<Vec<_>>()
            .join(" "),
        Value::Array(items) => items.iter().map(word).collect::<Vec<_>>().join(", "),
        Value::Object(map) if map.len() > FEW => map
            .iter()
            .map(|(key, value)| format!("\n  {key}: {}", word(value)))
            .collect(),
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| format!("{key}: {}", word(value)))
            .collect::<Vec<_>>()
            .join(", "),
        other => other.to_string(),
    }
}
