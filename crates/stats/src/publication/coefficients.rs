//! The coefficients of models as a table for a paper.

use super::cells::{Cells, MARK, NOTHING, heading};
use super::csv::{line, number};
use super::numbers::{exponent, fixed, vanishes};
use super::{Markup, MetricColumn, Printing};
use crate::Level;

/// A coefficient of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct CoefficientRow {
    /// The outcome with its unit and decimals.
    pub metric: MetricColumn,
    /// Levels of the grouping factors.
    pub group: Vec<Option<Level>>,
    /// Name of the coefficient.
    pub coefficient: String,
    /// Estimate, and both ends of its interval.
    pub estimate: Option<(f64, f64, f64)>,
    /// t and its degrees of freedom.
    pub t: Option<(f64, f64)>,
    /// p of the test against zero.
    pub p: Option<f64>,
    /// Caveats.
    pub note: Option<String>,
}

/// Coefficients as a table, independent of the format.
#[derive(Debug, Clone, PartialEq)]
pub struct CoefficientTable {
    /// Names of the grouping factors.
    pub groups: Vec<String>,
    /// The coefficients, in order.
    pub rows: Vec<CoefficientRow>,
    /// Notes below the table, one sentence each.
    pub notes: Vec<String>,
}

impl CoefficientTable {
    /// The table in a language.
    #[must_use]
    pub fn to(&self, markup: Markup, printing: &Printing) -> String {
        markup.written(self.cells(printing))
    }

    /// The table as CSV with all digits.
    #[must_use]
    pub fn to_csv(&self) -> String {
        let names = ["metric", "surface", "label", "unit"].map(str::to_owned);
        let last = "coefficient estimate ci_low ci_high t df p_value note";
        let last = last.split_whitespace().map(str::to_owned);
        let header = names.into_iter().chain(self.groups.clone()).chain(last);
        let rows = self.rows.iter().map(|row| line(&row.fields()));
        line(&header.collect::<Vec<_>>()) + &rows.collect::<String>()
    }

    fn cells(&self, printing: &Printing) -> Cells {
        let mut header = vec!["Metric".to_owned()];
        header.extend(self.groups.iter().map(|name| printing.name(name)));
        header.push("Coefficient".to_owned());
        let text_columns = header.len();
        header.extend(["estimate (interval)", "t (df)", "p"].map(str::to_owned));
        let starts =
            |index: &usize| *index > 0 && !self.rows[*index].is_of_model(&self.rows[*index - 1]);
        let mark = format!("{MARK} p < {}.", printing.alpha);
        let notes = self.rows.iter().filter_map(|row| row.note.clone());
        let mut caveats: Vec<String> = notes.map(|note| format!("{note}.")).collect();
        caveats.dedup();
        Cells {
            header,
            text_columns,
            rows: self.rows.iter().map(|row| row.texts(printing)).collect(),
            group_starts: (0..self.rows.len()).filter(starts).collect(),
            notes: [self.notes.clone(), vec![mark], caveats].concat(),
        }
    }
}

impl CoefficientRow {
    fn is_of_model(&self, other: &Self) -> bool {
        self.metric.quantity == other.metric.quantity && self.group == other.group
    }

    fn texts(&self, printing: &Printing) -> Vec<String> {
        let mut texts = vec![heading(&self.metric, true, printing)];
        texts.extend(self.group.iter().map(|level| match level {
            Some(level) => printing.name(&level.to_string()),
            None => NOTHING.to_owned(),
        }));
        texts.push(printing.name(&self.coefficient));
        texts.push(match self.estimate {
            None => NOTHING.to_owned(),
            Some((estimate, low, high)) => {
                let largest = estimate.abs().max(low.abs()).max(high.abs());
                let print = |value: f64| match vanishes(largest, self.metric.decimals) {
                    true => exponent(value),
                    false => fixed(value, self.metric.decimals),
                };
                format!("{} ({} to {})", print(estimate), print(low), print(high))
            }
        });
        texts.push(match self.t {
            None => NOTHING.to_owned(),
            Some((t, df)) => format!("{} ({})", fixed(t, 2), fixed(df, 1)),
        });
        texts.push(self.p.map_or(NOTHING.to_owned(), |p| {
            let mark = if p < printing.alpha { MARK } else { "" };
            format!("{}{mark}", printing.p(p))
        }));
        texts
    }

    fn fields(&self) -> Vec<String> {
        let q = &self.metric.quantity;
        let level =
            |level: &Option<Level>| level.as_ref().map_or(String::new(), ToString::to_string);
        let mut fields = vec![
            q.metric.clone(),
            q.surface.clone().unwrap_or_default(),
            level(&q.label),
            self.metric.unit.clone().unwrap_or_default(),
        ];
        fields.extend(self.group.iter().map(level));
        fields.push(self.coefficient.clone());
        let numbers = [
            self.estimate.map(|e| e.0),
            self.estimate.map(|e| e.1),
            self.estimate.map(|e| e.2),
            self.t.map(|t| t.0),
            self.t.map(|t| t.1),
            self.p,
        ];
        fields.extend(numbers.map(number));
        fields.push(self.note.clone().unwrap_or_default());
        fields
    }
}
