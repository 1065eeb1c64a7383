//! The tests as a table for a paper: one row for each comparison, with its size, interval and p-values.

use super::cells::{Cells, MARK, NOTHING, heading};
use super::csv::{line, number};
use super::numbers::{exponent, fixed, vanishes};
use super::{Markup, MetricColumn, Printing};
use crate::Level;

/// The comparison of a level with a baseline in one quantity.
#[derive(Debug, Clone, PartialEq)]
pub struct ContrastRow {
    /// The quantity with its unit and decimals.
    pub metric: MetricColumn,
    /// Levels of the grouping factors; `None` where tests of several tables have other factors.
    pub group: Vec<Option<Level>>,
    /// Name of the factor.
    pub factor: String,
    /// The compared level.
    pub level: Level,
    /// The level with which it is compared.
    pub baseline: Level,
    /// Number of pairs, or of units of both groups, if stated.
    pub n: Option<usize>,
    /// Number of units at the level and at the baseline, for independent groups.
    pub n_of_groups: Option<(usize, usize)>,
    /// Number of units that a missing value keeps out, if stated.
    pub n_lost: Option<usize>,
    /// Number of pairs in the test whose missing value was replaced, if stated.
    pub n_replaced: Option<usize>,
    /// Medians at the level and at the baseline.
    pub medians: Option<(f64, f64)>,
    /// The test statistic.
    pub statistic: Option<f64>,
    /// Hodges–Lehmann shift, level − baseline, in the unit of the quantity.
    pub shift: Option<f64>,
    /// Lower and upper end of its interval, and its exact confidence.
    pub interval: Option<(f64, f64, f64)>,
    /// Matched rank-biserial correlation, or Cliff's delta for independent groups, in [−1, 1].
    pub effect_size: Option<f64>,
    /// Lower and upper end of its interval.
    pub effect_interval: Option<(f64, f64)>,
    /// The p-value before correction.
    pub p: Option<f64>,
    /// The corrected p-value.
    pub p_adjusted: Option<f64>,
    /// Caveats.
    pub note: Option<String>,
}

/// Tests as a table, independent of the format.
#[derive(Debug, Clone, PartialEq)]
pub struct ContrastTable {
    /// Names of the grouping factors.
    pub groups: Vec<String>,
    /// The comparisons, in order.
    pub rows: Vec<ContrastRow>,
    /// Whether p-values are corrected for several tests.
    pub is_adjusted: bool,
    /// Whether the compared levels are independent groups.
    pub is_of_groups: bool,
    /// Notes below the table, one sentence each.
    pub notes: Vec<String>,
}

impl ContrastTable {
    /// The table in a language.
    #[must_use]
    pub fn to(&self, markup: Markup, printing: &Printing) -> String {
        markup.written(self.cells(printing))
    }

    /// The table as CSV with all digits.
    #[must_use]
    pub fn to_csv(&self) -> String {
        let names = ["metric", "surface", "label", "unit"].map(str::to_owned);
        let last = "factor level baseline n n_level n_baseline n_lost difference ci_low ci_high ci_level effect_size effect_low \
                    effect_high p_value p_adjusted note";
        let last = last.split_whitespace().map(str::to_owned);
        let header: Vec<String> = names
            .into_iter()
            .chain(self.groups.iter().cloned())
            .chain(last)
            .collect();
        let rows = self.rows.iter().map(|row| line(&row.fields()));
        line(&header) + &rows.collect::<String>()
    }

    fn cells(&self, printing: &Printing) -> Cells {
        let first = self.rows.first();
        let has_labels = self
            .rows
            .iter()
            .any(|row| first.is_some_and(|f| f.metric.quantity.label != row.metric.quantity.label));
        let one_factor = first
            .filter(|f| self.rows.iter().all(|row| row.factor == f.factor))
            .map(|f| f.factor.as_str());
        let mut header = vec!["Metric".to_owned()];
        header.extend(self.groups.iter().map(|name| printing.name(name)));
        header.push(one_factor.map_or("Level".to_owned(), |name| printing.name(name)));
        header.push("against".to_owned());
        let text_columns = header.len();
        let (counted, effect) = match self.is_of_groups {
            true => ("n", "δ"),
            false => ("pairs", "r"),
        };
        header.extend([counted, "difference (interval)", effect, "p"].map(str::to_owned));
        if self.is_adjusted {
            header.push("adjusted p".to_owned());
        }
        let mut rows: Vec<Vec<String>> = Vec::new();
        let mut group_starts = Vec::new();
        for (index, row) in self.rows.iter().enumerate() {
            if index > 0 && self.rows[index - 1].metric != row.metric {
                group_starts.push(index);
            }
            rows.push(self.texts(row, (has_labels, one_factor.is_none()), printing));
        }
        let notes = [self.notes.clone(), self.caveats(has_labels, printing)].concat();
        Cells {
            header,
            text_columns,
            rows,
            group_starts,
            notes,
        }
    }

    fn texts(
        &self,
        row: &ContrastRow,
        (labels, factors): (bool, bool),
        printing: &Printing,
    ) -> Vec<String> {
        let level = |level: &Level| match factors {
            true => format!(
                "{} = {}",
                printing.name(&row.factor),
                printing.name(&level.to_string())
            ),
            false => printing.name(&level.to_string()),
        };
        let print = |value: Option<f64>, text: &dyn Fn(f64) -> String| {
            value.map_or(NOTHING.to_owned(), text)
        };
        let p = |p: f64, decides: bool| {
            let mark = if decides && p < printing.alpha {
                MARK
            } else {
                ""
            };
            format!("{}{mark}", printing.p(p))
        };
        let group = row.group.iter().map(|l| match l {
            Some(level) => printing.name(&level.to_string()),
            None => NOTHING.to_owned(),
        });
        let mut texts = vec![heading(&row.metric, labels, printing)];
        texts.extend(group);
        texts.extend([level(&row.level), level(&row.baseline)]);
        texts.push(row.counted());
        texts.push(row.difference());
        texts.push(print(row.effect_size, &|r| fixed(r, 2)));
        texts.push(print(row.p, &|value| p(value, !self.is_adjusted)));
        if self.is_adjusted {
            texts.push(print(row.p_adjusted, &|value| p(value, true)));
        }
        texts
    }

    /// What the numbers of a row do not show, one sentence each.
    fn caveats(&self, has_labels: bool, printing: &Printing) -> Vec<String> {
        let is_tested = self.rows.iter().any(|row| row.p.is_some());
        let mark = is_tested.then(|| format!("{MARK} p < {}.", printing.alpha));
        let caveats = self.rows.iter().filter_map(|row| {
            let note = row.note.as_ref()?;
            let names = row.group.iter().flatten().chain([&row.level]);
            let names: Vec<String> = names.map(|l| printing.name(&l.to_string())).collect();
            Some(format!(
                "{}, {} against {}: {note}.",
                heading(&row.metric, has_labels, printing),
                names.join(", "),
                printing.name(&row.baseline.to_string())
            ))
        });
        mark.into_iter().chain(caveats).collect()
    }
}

impl ContrastRow {
    /// `24`, or `12, 14` for groups; `22 (2 lost)` where units have no value, `24 (2 replaced)` where one took its place.
    fn counted(&self) -> String {
        let counted = match (self.n_of_groups, self.n_tested()) {
            (Some((level, baseline)), _) => format!("{level}, {baseline}"),
            (None, Some(n)) => n.to_string(),
            (None, None) => return NOTHING.to_owned(),
        };
        let counts = [(self.n_lost, "lost"), (self.n_replaced, "replaced")];
        let counts = counts.into_iter().filter_map(|(n, what)| Some((n?, what)));
        let remarks: Vec<String> = counts
            .filter(|(n, _)| *n > 0)
            .map(|(n, what)| format!("{n} {what}"))
            .collect();
        match remarks.is_empty() {
            true => counted,
            false => format!("{counted} ({})", remarks.join(", ")),
        }
    }

    /// Number of pairs in the test, those with a replaced value included.
    pub(super) fn n_tested(&self) -> Option<usize> {
        self.n.map(|n| n + self.n_replaced.unwrap_or(0))
    }

    /// `-0.120 (-0.200 to -0.050)`.
    fn difference(&self) -> String {
        let ends = self.interval.map(|(low, high, _)| [low, high]);
        let all = self.shift.iter().chain(ends.iter().flatten());
        let largest = all.fold(0.0, |m: f64, v| m.max(v.abs()));
        let print = |value: f64| match vanishes(largest, self.metric.decimals) {
            true => exponent(value),
            false => fixed(value, self.metric.decimals),
        };
        match (self.shift, ends) {
            (Some(shift), Some([low, high])) => {
                format!("{} ({} to {})", print(shift), print(low), print(high))
            }
            (Some(shift), None) => print(shift),
            (None, _) => NOTHING.to_owned(),
        }
    }

    fn fields(&self) -> Vec<String> {
        let q = &self.metric.quantity;
        let level =
            |level: &Option<Level>| level.as_ref().map_or(String::new(), ToString::to_string);
        let (low, high, confidence) = match self.interval {
            Some((low, high, confidence)) => (Some(low), Some(high), Some(confidence)),
            None => (None, None, None),
        };
        let mut fields = vec![
            q.metric.clone(),
            q.surface.clone().unwrap_or_default(),
            level(&q.label),
            self.metric.unit.clone().unwrap_or_default(),
        ];
        fields.extend(self.group.iter().map(level));
        fields.extend([
            self.factor.clone(),
            self.level.to_string(),
            self.baseline.to_string(),
        ]);
        let counts = [
            self.n,
            self.n_of_groups.map(|(level, _)| level),
            self.n_of_groups.map(|(_, baseline)| baseline),
            self.n_lost,
        ];
        fields.extend(counts.map(|n| n.map_or(String::new(), |n| n.to_string())));
        let numbers = [
            self.shift,
            low,
            high,
            confidence,
            self.effect_size,
            self.effect_interval.map(|(low, _)| low),
            self.effect_interval.map(|(_, high)| high),
            self.p,
            self.p_adjusted,
        ];
        fields.extend(numbers.map(number));
        fields.push(self.note.clone().unwrap_or_default());
        fields
    }
}
