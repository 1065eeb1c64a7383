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

/// Surfaces that a metric can be measured on, after the `@` in `NAME@SURFACE`.
pub const SURFACES: [&str; 3] = ["upper", "lower", "both"];

/// A parameter whose words name metrics, columns or levels of the tables of an input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableNames {
    /// The parameter: a text, a list of texts, or a map, whose keys count.
    pub parameter: String,
    /// What its words name.
    pub names: Named,
    /// The input with the tables.
    pub input: String,
    /// Names that the command knows although no table contains them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub derived: Vec<String>,
    /// For a level: the parameter that names its column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// Whether the command needs the names of the parameter's default, too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub needs_default: bool,
}

/// What a word names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Named {
    /// A metric, or `NAME@SURFACE`.
    Metric,
    /// A column.
    Column,
    /// A value of a column.
    Level,
}
