//! A row of the long table.

use crate::Measurement;

/// A measurement with its subject, scan and label.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row<'a> {
    /// Subject, if known.
    pub subject: Option<&'a str>,
    /// Scan id, if known.
    pub scan: Option<&'a str>,
    /// Name of the structure, if given.
    pub label: Option<&'a str>,
    /// The measurement.
    pub measurement: Measurement,
}
