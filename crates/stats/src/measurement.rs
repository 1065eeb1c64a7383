//! One row of a long table of measures.

use std::fmt;

use crate::Level;

/// A measured quantity: a metric of a label and a surface.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quantity {
    /// Name of the metric, such as `dice`.
    pub metric: String,
    /// The label, if the tables have several.
    pub label: Option<Level>,
    /// The surface, such as `upper`, if the metric has one.
    pub surface: Option<String>,
}

/// A measured value with its condition and unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Measurement {
    /// The measured quantity.
    pub quantity: Quantity,
    /// The condition: levels of the factors that distinguish samples.
    pub condition: Vec<Level>,
    /// The unit of the statistics, such as a subject.
    pub unit: Vec<Level>,
    /// The occasion: distinguishes measurements of one quantity, condition and unit by subject, scan and slice.
    pub occasion: Vec<Option<Level>>,
    /// The value; `None` where it is undefined.
    pub value: Option<f64>,
    /// Why a value is missing: `empty_prediction`, …; `ok` otherwise.
    pub status: String,
}

/// The metric, with surface and label in parentheses if there are any.
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

/// Levels in a message: `unet, 10`.
pub(crate) fn listed(levels: &[Level]) -> String {
    let texts: Vec<String> = levels.iter().map(Level::to_string).collect();
    texts.join(", ")
}

/// The name of a unit in a message: `h01/h01/3` for a slice of a scan of a subject.
pub(crate) fn unit_name(unit: &[Level]) -> String {
    let texts: Vec<String> = unit.iter().map(Level::to_string).collect();
    texts.join("/")
}
