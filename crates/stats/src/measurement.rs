//! One row of a long table of measures.

use std::fmt;

use crate::Level;

/// What is measured: a metric of a label and a surface.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quantity {
    /// Name of the metric, such as `dice`.
    pub metric: String,
    /// The label, where there are several.
    pub label: Option<Level>,
    /// The surface, such as `upper`, where the metric has one.
    pub surface: Option<String>,
}

/// A measured value and what it belongs to.
#[derive(Debug, Clone, PartialEq)]
pub struct Measurement {
    /// What is measured.
    pub quantity: Quantity,
    /// Under which condition: the levels of the factors that tell samples apart.
    pub condition: Vec<Level>,
    /// On which unit of the statistics, such as a subject.
    pub unit: Vec<Level>,
    /// What tells measurements of one quantity, condition and unit apart: subject, scan, slice.
    pub occasion: Vec<Option<Level>>,
    /// The value; `None` where it is undefined.
    pub value: Option<f64>,
    /// Why a value is missing: `empty_prediction`, …; `ok` otherwise.
    pub status: String,
}

/// The metric, with surface and label in brackets where they are given.
impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.metric)?;
        let label = self.label.as_ref().map(|l| format!("label {l}"));
        let details: Vec<String> = self.surface.iter().cloned().chain(label).collect();
        if details.is_empty() {
            return Ok(());
        }
        write!(f, " ({})", details.join(", "))
    }
}

/// Levels for a message: `unet, 10`.
pub(crate) fn listed(levels: &[Level]) -> String {
    let texts: Vec<String> = levels.iter().map(Level::to_string).collect();
    texts.join(", ")
}
