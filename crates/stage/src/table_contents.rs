//! What the tables of a command contain, and which names a command looks up in tables: a pipeline checks these names before
//! anything runs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The metrics and columns of a table.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableContents {
    /// Names of metrics that every table contains.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<String>,
    /// Metrics that a parameter selects: its name, and the metrics of each of its words.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metrics_of: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    /// Columns that every table contains.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// Parameters that are maps, whose names become columns.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns_of: Vec<String>,
    /// Inputs whose metrics and columns the table contains as well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub of_inputs: Vec<String>,
}

/// A parameter whose words name metrics or columns of the tables of an input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableNames {
    /// The parameter: a text or a list of texts.
    pub parameter: String,
    /// What its words name.
    pub names: Named,
    /// The input with the tables.
    pub input: String,
    /// Names that the command knows although no table contains them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub derived: Vec<String>,
}

/// What a word names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Named {
    /// A metric, or `NAME@SURFACE`.
    Metric,
    /// A column.
    Column,
}
