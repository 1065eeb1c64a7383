//! A row of the long table.

use crate::Measurement;

/// A measurement and what it belongs to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row<'a> {
    /// Subject, if it is known.
    pub subject: Option<&'a str>,
    /// Scan id, if it is known.
    pub scan: Option<&'a str>,
    /// Name of the structure, if it was given.
    pub label: Option<&'a str>,
    /// What was measured.
    pub measurement: Measurement,
}
