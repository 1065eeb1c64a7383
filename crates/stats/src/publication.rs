//! The table for a paper: conditions as rows, metrics as columns.

mod cells;
mod coefficients;
mod contrasts;
mod csv;
mod html;
mod latex;
mod markdown;
mod markup;
pub(crate) mod numbers;
mod printing;
mod sentence;
mod tex;
mod typst;

use std::collections::BTreeSet;

pub use cells::{Layout, Style, to_markup};
pub use coefficients::{CoefficientRow, CoefficientTable};
pub use contrasts::{ContrastRow, ContrastTable};
pub use csv::to_csv;
pub use latex::to_latex;
pub use markdown::to_markdown;
pub use markup::Markup;
pub use printing::{JournalStyle, Printing};

use rsom_parameters::Choice;

use crate::{Level, Quantity, Sample, SampleSummary, Samples};

/// Content of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Statistic {
    /// mean ± standard deviation.
    MeanSd,
    /// median [first quartile, third quartile].
    MedianIqr,
}

/// Display of p-values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum PValues {
    /// In a separate column next to each metric, marked where significant.
    Column,
    /// Not shown; significant cells have a mark.
    Mark,
    /// Not shown.
    None,
}

/// A metric column.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricColumn {
    /// The quantity in the column.
    pub quantity: Quantity,
    /// Unit of the values, shown in the heading; `None` for ratios.
    pub unit: Option<String>,
    /// Number of decimals.
    pub decimals: usize,
}

/// A test of one quantity under one condition, read from a table of tests.
#[derive(Debug, Clone, PartialEq)]
pub struct TestedLevel {
    /// The tested quantity.
    pub quantity: Quantity,
    /// Names and levels of the factors: the groups and the tested level.
    pub condition: Vec<(String, Level)>,
    /// The baseline level.
    pub baseline: Level,
    /// The adjusted p-value; `None` when there was nothing to test.
    pub p_adjusted: Option<f64>,
    /// Number of pairs, if the table of tests states it.
    pub n_pairs: Option<usize>,
    /// The smallest adjusted p-value that the number of pairs allows, if stated.
    pub smallest_p: Option<f64>,
    /// The caveats of the test.
    pub note: Option<String>,
}

/// A table for a paper, independent of the format.
#[derive(Debug, Clone, PartialEq)]
pub struct PublicationTable {
    /// Names of the factors that define the rows.
    pub factors: Vec<String>,
    /// Metric columns.
    pub columns: Vec<MetricColumn>,
    /// Rows, sorted.
    pub rows: Vec<TableRow>,
    /// Notes below the table, one sentence each.
    pub notes: Vec<String>,
    /// Heading of the columns with published values; `None` without such values.
    pub published: Option<String>,
}

/// A row of the table: one condition.
#[derive(Debug, Clone, PartialEq)]
pub struct TableRow {
    /// Levels of the factors.
    pub condition: Vec<Level>,
    /// Largest number of units of any cell, including units without a value.
    pub n: usize,
    /// One entry per column.
    pub entries: Vec<Entry>,
}

/// The values of one metric under one condition.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Location and spread over the units.
    pub summary: SampleSummary,
    /// The reason for missing values, if there are any; `absent` without any measurement.
    pub reason: Option<String>,
    /// What is peculiar about the measurements: see [`Sample::peculiarity`](crate::Sample::peculiarity).
    pub status: Option<String>,
    /// The comparison with the baseline.
    pub outcome: Outcome,
    /// The published value, as it is printed.
    pub published: Option<String>,
}

/// A published value of a row.
#[derive(Debug, Clone, PartialEq)]
pub struct PublishedValue {
    /// Index of the metric column.
    pub column: usize,
    /// The value as it is printed, such as `0.87 ± 0.09`.
    pub value: String,
}

/// The comparison of a cell with the baseline.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Not compared.
    NotTested,
    /// The baseline itself.
    Baseline,
    /// Compared, but there was nothing to test; with the caveats.
    Untestable(Option<String>),
    /// Tested.
    Tested(Tested),
}

/// The test of a cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Tested {
    /// The adjusted p-value.
    pub p: f64,
    /// Number of pairs, if known.
    pub n_pairs: Option<usize>,
    /// The smallest adjusted p-value that the number of pairs allows, if known.
    pub smallest_p: Option<f64>,
    /// The caveats of the test.
    pub note: Option<String>,
}

impl PublicationTable {
    /// Builds a table from samples whose conditions are the levels of `factors`.
    ///
    /// Rows are sorted by the factors from left to right; the levels of each in the order of `orders`, followed by all
    /// others. Every condition of the samples has a row, and so has every condition of the tests that states all factors,
    /// with n = 0 if there are no measurements; a quantity without values in a condition has an empty cell.
    #[must_use]
    pub fn new(
        factors: &[String],
        orders: &[Vec<Level>],
        columns: Vec<MetricColumn>,
        samples: &Samples,
        tests: &[TestedLevel],
    ) -> Self {
        let of_samples = columns
            .iter()
            .filter_map(|column| samples.get(&column.quantity))
            .flat_map(|conditions| conditions.keys().cloned());
        let of_tests = tests
            .iter()
            .filter(|test| columns.iter().any(|c| c.quantity == test.quantity))
            .filter_map(|test| test.whole_condition(factors));
        let conditions: BTreeSet<Vec<Level>> = of_samples.chain(of_tests).collect();
        let mut conditions: Vec<&Vec<Level>> = conditions.iter().collect();
        conditions.sort_by_key(|condition| places(condition, orders));
        let rows = conditions
            .into_iter()
            .map(|condition| row(factors, condition, &columns, samples, tests))
            .collect();
        Self {
            factors: factors.to_vec(),
            columns,
            rows,
            notes: Vec::new(),
            published: None,
        }
    }

    /// Whether any cell was compared with a baseline.
    #[must_use]
    pub fn is_tested(&self) -> bool {
        (0..self.columns.len()).any(|column| self.is_column_tested(column))
    }

    /// Whether any cell of a column was compared with a baseline.
    #[must_use]
    pub fn is_column_tested(&self, column: usize) -> bool {
        self.rows.iter().any(|row| {
            row.entries
                .get(column)
                .is_some_and(|entry| entry.outcome != Outcome::NotTested)
        })
    }
}

impl PublicationTable {
    /// Whether any cell of a column has a published value.
    #[must_use]
    pub fn is_column_published(&self, column: usize) -> bool {
        let entries = self.rows.iter().filter_map(|row| row.entries.get(column));
        entries.into_iter().any(|entry| entry.published.is_some())
    }
}

impl TestedLevel {
    /// The levels of all factors; `None` when the test is not of a single row.
    fn whole_condition(&self, factors: &[String]) -> Option<Vec<Level>> {
        let level = |factor: &String| {
            let found = self.condition.iter().find(|(name, _)| name == factor);
            found.map(|(_, level)| level.clone())
        };
        factors.iter().map(level).collect()
    }

    fn outcome(&self) -> Outcome {
        match self.p_adjusted {
            None => Outcome::Untestable(self.note.clone()),
            Some(p) => Outcome::Tested(Tested {
                p,
                n_pairs: self.n_pairs,
                smallest_p: self.smallest_p,
                note: self.note.clone(),
            }),
        }
    }
}

fn places(condition: &[Level], orders: &[Vec<Level>]) -> Vec<usize> {
    condition
        .iter()
        .zip(orders)
        .map(|(level, order)| level.place_in(order))
        .collect()
}

fn row(
    factors: &[String],
    condition: &[Level],
    columns: &[MetricColumn],
    samples: &Samples,
    tests: &[TestedLevel],
) -> TableRow {
    let nothing = Sample::default();
    let mut n = 0;
    let entries = columns
        .iter()
        .map(|column| {
            let sample = samples
                .get(&column.quantity)
                .and_then(|conditions| conditions.get(condition))
                .unwrap_or(&nothing);
            n = n.max(sample.len());
            Entry {
                summary: sample.summary(),
                reason: match sample.is_empty() {
                    true => Some("absent".to_owned()),
                    false => sample.main_reason(),
                },
                status: sample.peculiarity(),
                outcome: outcome(factors, condition, &column.quantity, tests),
                published: None,
            }
        })
        .collect();
    TableRow {
        condition: condition.to_vec(),
        n,
        entries,
    }
}

fn outcome(
    factors: &[String],
    condition: &[Level],
    quantity: &Quantity,
    tests: &[TestedLevel],
) -> Outcome {
    let level_of = |name: &str| {
        let place = factors.iter().position(|f| f == name)?;
        condition.get(place)
    };
    let here = |pairs: &[(String, Level)]| pairs.iter().all(|(f, l)| level_of(f) == Some(l));
    for test in tests.iter().filter(|t| t.quantity == *quantity) {
        if here(&test.condition) {
            return test.outcome();
        }
        // The tested factor is the last one; its baseline has the same groups before it.
        if let Some(((factor, _), groups)) = test.condition.split_last()
            && here(groups)
            && level_of(factor) == Some(&test.baseline)
        {
            return Outcome::Baseline;
        }
    }
    Outcome::NotTested
}
