//! Tests between the levels or the groups of a figure.

use std::collections::BTreeSet;
use std::path::Path;

use rsom_formats::table::{Table, TableError};
use rsom_io::ports;
use rsom_parameters::Choice;
use rsom_stage::{StageError, log};

use super::settings::FactorSettings;
use crate::factor::{Panel, Record, Test, ordered};

/// Columns of tables of tests.
const FACTOR: &str = "factor";
const LEVELS: [&str; 2] = ["baseline", "level"];
const P: &str = "p_adjusted";

/// The rows of a table of tests that belong to the factor of a figure.
pub struct Tests {
    rows: Vec<Row>,
    words: String,
    /// The columns whose values are paired; empty for unpaired tests.
    pair_by: String,
}

struct Row {
    metric: String,
    cells: [(String, String); 2],
    /// `None` where the test could not be made.
    p: Option<f64>,
    /// Number of pairs; `None` for unpaired tests.
    pairs: Option<i64>,
}

/// What the tests of a figure compare.
struct Design {
    /// Whether they compare levels of the factor in each group, and not groups at each level.
    is_over_levels: bool,
    /// The factor of the tests.
    factor: String,
    /// The column that says in which group, or at which level, a test was made.
    other: Option<String>,
}

impl Design {
    fn of(
        path: &Path,
        factors: &[String],
        parameters: &FactorSettings,
    ) -> Result<Self, StageError> {
        let group = parameters.group.clone();
        if factors.contains(&parameters.factor) {
            return Ok(Self {
                is_over_levels: true,
                factor: parameters.factor.clone(),
                other: group,
            });
        }
        match group.filter(|group| factors.contains(group)) {
            Some(group) => Ok(Self {
                is_over_levels: false,
                factor: group,
                other: Some(parameters.factor.clone()),
            }),
            None => Err(StageError::usage(format_args!(
                "--tests: {} holds tests of {}, not of {}",
                path.display(),
                ordered(factors.iter().map(String::as_str)).join(", "),
                parameters.factor
            ))),
        }
    }
}

impl Tests {
    /// Reads the tests between levels of the factor, in each group, or between groups, at each level.
    ///
    /// # Errors
    /// Exit code 3: no table of tests. Exit code 2: tests of another factor, or without the column of the groups.
    pub fn read(path: &Path, parameters: &FactorSettings) -> Result<Self, StageError> {
        let table = ports::load_table(path)?;
        let no_tests = |e: TableError| {
            StageError::input(path, format_args!("no tests of 'stats compare': {e}"))
        };
        let texts = |name: &str| texts(&table, name).map_err(no_tests);
        let (metrics, factors) = (texts("metric")?, texts(FACTOR)?);
        let [baselines, levels] = [texts(LEVELS[0])?, texts(LEVELS[1])?];
        let p = table.numbers(P).map_err(no_tests)?;
        let pair_by = only(&table, "pair_by").unwrap_or_default();
        let pairs = match pair_by.is_empty() {
            true => Vec::new(),
            false => table.integers("n").unwrap_or_default(),
        };
        let design = Design::of(path, &factors, parameters)?;
        let others = match &design.other {
            None => vec![String::new(); table.rows()],
            Some(column) => self::texts(&table, column).map_err(|_| {
                StageError::usage(format_args!(
                    "--tests: the tests have no column '{column}'; make them with stats compare --group-by {column}"
                ))
            })?,
        };
        let [sides, labels] = ["surface", "label"].map(|name| self::texts(&table, name));
        let [sides, labels] = [sides, labels].map(Result::unwrap_or_default);
        let surface = parameters.surface.as_str();
        let fits = |row: &usize| {
            let side = sides.get(*row).map_or("", String::as_str);
            let label = labels.get(*row).map_or("", String::as_str);
            let wanted = parameters.label.as_deref();
            factors[*row] == design.factor
                && (side.is_empty() || side == surface)
                && (label.is_empty() || wanted.is_none_or(|wanted| wanted == label))
        };
        let row = |row: usize| {
            let cell = |word: &String| match design.is_over_levels {
                true => (word.clone(), others[row].clone()),
                false => (others[row].clone(), word.clone()),
            };
            Row {
                metric: metrics[row].clone(),
                cells: [cell(&baselines[row]), cell(&levels[row])],
                p: p[row].filter(|p| p.is_finite()),
                pairs: pairs.get(row).copied().flatten(),
            }
        };
        Ok(Self {
            rows: (0..table.rows()).filter(fits).map(row).collect(),
            words: words(&table),
            pair_by,
        })
    }

    /// Adds the tests to the panels of their metrics.
    ///
    /// # Errors
    /// Exit code 2: no test of any measure of the figure, or two tests of one pair. A test without a p-value has no bracket.
    pub fn add(&self, panels: &mut [Panel], parameters: &FactorSettings) -> Result<(), StageError> {
        let (mut found, mut others) = (0, None);
        for panel in panels {
            let known: Vec<(&str, &str)> = (panel.records.iter())
                .map(|record| (record.level.as_str(), record.group.as_str()))
                .collect();
            let in_figure = |(level, group): &(String, String)| {
                let cell = known
                    .iter()
                    .find(|(l, g)| same(l, level) && same(g, group))?;
                Some((cell.0.to_owned(), cell.1.to_owned()))
            };
            let mut tests: Vec<Test> = Vec::new();
            for row in self.rows.iter().filter(|row| row.metric == panel.metric) {
                let (Some(a), Some(b)) = (in_figure(&row.cells[0]), in_figure(&row.cells[1]))
                else {
                    continue;
                };
                let cells = [a, b];
                if tests.iter().any(|test| test.cells == cells) {
                    return Err(StageError::usage(format_args!(
                        "--tests: {} has several tests of {} and {}; make them for one structure and surface",
                        panel.metric, cells[0].0, cells[1].0
                    )));
                }
                found += 1;
                let pairs = paired_units(&panel.records, &cells);
                others = others.or(row.pairs.filter(|n| *n != pairs).map(|n| (n, pairs)));
                tests.extend(row.p.map(|p| Test { cells, p }));
            }
            if panel.records.len() > 1 && tests.is_empty() {
                log::warn(format_args!(
                    "--tests: no test of {} has a p-value",
                    panel.metric
                ));
            }
            tests.retain(|test| test.p <= parameters.largest_p);
            panel.tests = tests;
        }
        self.warn_of_others(others, parameters);
        match found {
            0 => Err(StageError::usage(
                "--tests: the table has no test of a measure, two levels and a group of this figure",
            )),
            _ => Ok(()),
        }
    }

    /// Warns where the tests are of other units than the figure, or of another number of them.
    fn warn_of_others(&self, others: Option<(i64, i64)>, parameters: &FactorSettings) {
        let units = parameters.unit_by.join(",");
        if !self.pair_by.is_empty() && self.pair_by != units {
            log::warn(format_args!(
                "--tests: they pair by {}, but the figure shows units by {units}; give both the same, see --unit-by",
                self.pair_by
            ));
        } else if let Some((tested, shown)) = others {
            log::warn(format_args!(
                "--tests: a test has {tested} pairs, but the figure {shown} of the same two; make the tests from the tables of --input"
            ));
        }
    }

    /// The test, the adjustment, and what was paired, where all rows have the same; the number of pairs of the given metrics.
    pub fn words(&self, metrics: &[String]) -> String {
        let mut words: Vec<String> = Vec::new();
        words.extend(Some(self.words.clone()).filter(|w| !w.is_empty()));
        if !self.pair_by.is_empty() {
            words.push(format!("paired by {}", self.pair_by.replace(',', " and ")));
        }
        let shown = self.rows.iter().filter(|row| metrics.contains(&row.metric));
        let counts = || shown.clone().filter_map(|row| row.pairs);
        words.extend(counts().min().zip(counts().max()).map(|ends| match ends {
            (fewest, most) if fewest == most => format!("n = {fewest}"),
            (fewest, most) => format!("n = {fewest}–{most}"),
        }));
        words.join(", ")
    }
}

/// Number of units that have values in both cells.
fn paired_units(records: &[Record], cells: &[(String, String); 2]) -> i64 {
    let units = |(level, group): &(String, String)| -> BTreeSet<&str> {
        let of_cell = records
            .iter()
            .filter(|r| r.level == *level && r.group == *group);
        let with_value = of_cell.filter(|r| r.value.is_some_and(f64::is_finite));
        with_value.map(|r| r.unit.as_str()).collect()
    };
    units(&cells[0]).intersection(&units(&cells[1])).count() as i64
}

/// The text that all rows of a column have.
fn only(table: &Table, name: &str) -> Option<String> {
    let mut all = texts(table, name).unwrap_or_default();
    all.sort_unstable();
    all.dedup();
    match &all[..] {
        [one] if !one.is_empty() => Some(one.clone()),
        _ => None,
    }
}

/// Whether two names of a level are the same: as texts, or as numbers.
fn same(a: &str, b: &str) -> bool {
    let number = |text: &str| text.parse::<f64>().ok();
    a == b || number(a).is_some_and(|value| number(b) == Some(value))
}

fn texts(table: &Table, name: &str) -> Result<Vec<String>, TableError> {
    let cells = table.values(name)?.cells();
    Ok(cells.map(|cell| cell.to_string()).collect())
}

fn words(table: &Table) -> String {
    let only = |name: &str| only(table, name).map(|word| word.replace('_', " "));
    let test = only("test_name").map(|name| match name.as_str() {
        "signed rank" => "Wilcoxon signed-rank".to_owned(),
        "mann whitney" => "Mann–Whitney".to_owned(),
        "brunner munzel" => "Brunner–Munzel".to_owned(),
        other => other.to_owned(),
    });
    let adjustment = only("adjustment").map(|name| match name.as_str() {
        "holm" => "Holm".to_owned(),
        "bonferroni" => "Bonferroni".to_owned(),
        other => other.to_owned(),
    });
    let both = [test, adjustment].into_iter().flatten();
    both.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod checks {
    use super::same;

    #[test]
    fn levels_are_the_same_as_texts_or_numbers() {
        assert!(same("10", "10.0") && same("unet", "unet"));
        assert!(!same("1", "10") && !same("unet", "fcn7"));
    }
}
