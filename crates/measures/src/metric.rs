//! Metrics: name in tables, printed names, unit and better direction.

use crate::{EmptyCases, Measurement, Status, Unit};

/// Prefix of a metric that is computed for the reference instead of the prediction.
const OF_REFERENCE: &str = "reference_";

/// A metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metric {
    /// Name in tables, such as `ra_vox`.
    pub name: &'static str,
    /// Unit of its values.
    pub unit: Unit,
    /// Whether a larger value is a better segmentation; `None` when neither direction is better.
    pub higher_is_better: Option<bool>,
    /// Its values where a mask is empty.
    pub empty: EmptyCases,
    /// Its definition in one sentence, as Markdown.
    pub meaning: &'static str,
    /// Title of an axis, without the unit.
    pub title: &'static str,
    /// Heading of a column of a publication table, without the unit.
    pub heading: &'static str,
    /// Symbol in formulas.
    pub symbol: Option<&'static str>,
}

impl Metric {
    /// A metric without a symbol, whose title and heading equal its name; [`titled`](Self::titled), [`headed`](Self::headed) and
    /// [`written`](Self::written) change them.
    #[must_use]
    pub const fn new(
        name: &'static str,
        unit: Unit,
        higher_is_better: Option<bool>,
        empty: EmptyCases,
        meaning: &'static str,
    ) -> Self {
        Self {
            name,
            unit,
            higher_is_better,
            empty,
            meaning,
            title: name,
            heading: name,
            symbol: None,
        }
    }

    /// The same metric with a title for axes.
    #[must_use]
    pub const fn titled(self, title: &'static str) -> Self {
        Self { title, ..self }
    }

    /// The same metric with a heading for publication tables.
    #[must_use]
    pub const fn headed(self, heading: &'static str) -> Self {
        Self { heading, ..self }
    }

    /// The same metric with a symbol for formulas.
    #[must_use]
    pub const fn written(self, symbol: &'static str) -> Self {
        Self {
            symbol: Some(symbol),
            ..self
        }
    }

    /// The metric of this name; `None` for metrics of other programs.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        crate::schema::all().find(|metric| metric.name == name)
    }

    /// A measurement of this metric for the whole scan, without a surface.
    ///
    /// A value that is missing or not finite with the status `Ok` becomes `None` with [`Status::Undefined`].
    #[must_use]
    pub fn measured(self, value: Option<f64>, status: Status) -> Measurement {
        let value = value.filter(|v| v.is_finite());
        let status = match (value, status) {
            (None, Status::Ok) => Status::Undefined,
            _ => status,
        };
        Measurement {
            metric: self,
            slice: None,
            surface: None,
            tolerance_um: None,
            dimensions: None,
            value,
            status,
        }
    }
}

/// Name of the metric for the reference.
#[must_use]
pub fn of_reference(name: &str) -> String {
    format!("{OF_REFERENCE}{name}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema;

    #[test]
    fn a_value_that_does_not_exist_is_missing_with_a_reason() {
        for value in [None, Some(f64::NAN), Some(f64::INFINITY)] {
            let row = schema::DICE.measured(value, Status::Ok);
            assert_eq!((row.value, row.status), (None, Status::Undefined));
        }
        let row = schema::RA_VOX.measured(None, Status::EmptyPrediction);
        assert_eq!(row.status, Status::EmptyPrediction);
    }

    #[test]
    fn a_metric_is_found_by_its_name() {
        assert_eq!(Metric::named("dice"), Some(schema::DICE));
        assert_eq!(Metric::named("vessel_beauty"), None);
    }
}
