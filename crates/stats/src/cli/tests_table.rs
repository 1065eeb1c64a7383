//! `rsom-stats tests`: the tests as a table for a paper.

use std::collections::{BTreeMap, BTreeSet};

use rsom_formats::table::Table;
use rsom_io::ports;
use rsom_measures::{Surface, Unit, column};
use rsom_parameters::Parameters;
use rsom_stage::{Command, Invocation, Kind, Named, Port, StageError, Summary};

use super::appearance::{Appearance, delivered};
use super::compared_table::is_own_column;
use super::factor::level_of;
use super::measurements::Selector;
use super::shown_tests::{numbers_if_any, require_one_kind, words};
use super::test_words::{
    adjustment_words, is_of_groups, missing_words, software_note, test_words, unit_words,
};
use crate::publication::numbers::decimals_of_width;
use crate::publication::{ContrastRow, ContrastTable, MetricColumn};
use crate::{Level, Quantity};

pub(super) fn command() -> Command {
    Command::new("tests", "Write a table of tests for a paper: one row for each comparison, with its interval and p-values", run)
        .input(Port::required("input", Kind::Table, "Tables of `compare`, or tables of `groups`").many())
        .output(Port::optional("output", Kind::Document, "Table to write (unset: standard output)"))
        .parameters(Settings::declare())
        .names_in_tables("input", Named::Metric, &["metric"])
        .example("rsom-stats tests --input t.parquet --output tests.md")
        .example("rsom-stats tests --input t.parquet --metric dice,ra_um --decimals 3,1 --output tests.tex")
        .example("rsom-stats tests --input t.parquet --sentence")
}

#[derive(Parameters)]
struct Settings {
    /// Metrics, each NAME or NAME@SURFACE, in the order of the table; without @SURFACE, the tests of both surfaces together, if
    /// there are such (unset: all tests, as in the input).
    #[parameter(default = Vec::new())]
    metric: Vec<String>,
    #[parameter(flatten)]
    appearance: Appearance,
    /// Write one sentence for each comparison, for the text of a paper, instead of a table.
    sentence: bool,
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: Settings = invocation.settings()?;
    let format = settings
        .appearance
        .format(invocation.optional_output("output"))?;
    settings.appearance.check_decimals(settings.metric.len())?;
    let table = ports::read_table(invocation, "input")?;
    require_one_kind(&table)?;
    let mut contrasts = contrasts(&table, &settings)?;
    choose_decimals(&mut contrasts.rows, &settings);
    let printing = settings.appearance.printing();
    let text = match format.markup() {
        _ if settings.sentence => contrasts.to_sentences(&printing),
        Some(markup) => contrasts.to(markup, &printing),
        None => contrasts.to_csv(),
    };
    let summary = Summary::new().with("rows", contrasts.rows.len());
    delivered(invocation, text, summary)
}

/// The rows of a table that `compare` wrote.
fn contrasts(table: &Table, settings: &Settings) -> Result<ContrastTable, StageError> {
    let groups: Vec<String> = (table.names().filter(|name| !is_own_column(name)))
        .map(str::to_owned)
        .collect();
    let selectors: Vec<Selector<'_>> = settings.metric.iter().map(|m| Selector::parse(m)).collect();
    let columns = Columns::of(table)?;
    let mut rows: Vec<(usize, ContrastRow)> = Vec::new();
    for row in 0..table.rows() {
        let quantity = columns.quantity(row)?;
        let is_wanted = |s: &Selector<'_>| {
            let is_one_of_two = s.surface.is_none()
                && columns.of_both.contains(&quantity.metric)
                && !is_both(&quantity.surface);
            s.matches(&quantity) && !is_one_of_two
        };
        let place = selectors.iter().position(is_wanted);
        if place.is_none() && !selectors.is_empty() {
            continue;
        }
        let place = place.unwrap_or(0);
        let decimals = settings.appearance.decimals_of(place).unwrap_or_default();
        rows.push((place, columns.row(row, (quantity, decimals), &groups)?));
    }
    // Stable: the comparisons of a metric stay in their order.
    rows.sort_by_key(|(place, _)| *place);
    let rows: Vec<ContrastRow> = rows.into_iter().map(|(_, row)| row).collect();
    Ok(ContrastTable {
        groups,
        is_adjusted: words(table, "adjustment").is_none_or(|word| word != "none"),
        is_of_groups: is_of_groups(table),
        notes: notes(table, &rows),
        rows,
    })
}

/// Gives the rows of each metric as many decimals as show two digits of the median width of its intervals, where none are given.
fn choose_decimals(rows: &mut [ContrastRow], settings: &Settings) {
    /// Decimals of a metric without intervals.
    const WITHOUT_INTERVAL: usize = 3;
    if settings.appearance.decimals_of(0).is_some() {
        return;
    }
    let mut widths: BTreeMap<Quantity, Vec<f64>> = BTreeMap::new();
    for row in rows.iter() {
        let of_metric = widths.entry(row.metric.quantity.clone()).or_default();
        of_metric.extend(row.interval.map(|(low, high, _)| high - low));
    }
    for row in rows {
        let widths = widths.get_mut(&row.metric.quantity);
        let median = widths.and_then(|widths| {
            widths.retain(|width| *width > 0.0);
            widths.sort_by(f64::total_cmp);
            widths.get(widths.len() / 2).copied()
        });
        row.metric.decimals = median
            .and_then(decimals_of_width)
            .unwrap_or(WITHOUT_INTERVAL);
    }
}

/// The columns of a table of tests.
struct Columns<'a> {
    table: &'a Table,
    metrics: Vec<Option<String>>,
    surfaces: Vec<Option<String>>,
    units: Vec<Option<String>>,
    factors: Vec<Option<String>>,
    notes: Vec<Option<String>>,
    /// Metrics with tests of both surfaces together.
    of_both: BTreeSet<String>,
    numbers: BTreeMap<&'static str, Vec<Option<f64>>>,
}

const NUMBERS: [&str; 17] = [
    "n",
    "n_imputed",
    "level_median",
    "baseline_median",
    "statistic",
    "n_level",
    "n_baseline",
    "n_missing",
    "effect_low",
    "effect_high",
    "hl",
    "ci_low",
    "ci_high",
    "ci_level",
    "effect_size",
    "p_value",
    "p_adjusted",
];

impl<'a> Columns<'a> {
    fn of(table: &'a Table) -> Result<Self, StageError> {
        let texts = |name: &str| table.texts(name).map_err(no_test);
        let optional = |name: &str| match table.column(name) {
            Some(_) => texts(name),
            None => Ok(vec![None; table.rows()]),
        };
        let mut numbers = BTreeMap::new();
        for name in NUMBERS {
            numbers.insert(name, numbers_if_any(table, name)?);
        }
        table.numbers("p_value").map_err(no_test)?;
        let (metrics, surfaces) = (texts(column::METRIC)?, optional(column::SURFACE)?);
        let rows = metrics.iter().zip(&surfaces);
        let of_both = rows.filter(|(_, surface)| is_both(surface));
        Ok(Self {
            table,
            of_both: of_both.filter_map(|(metric, _)| metric.clone()).collect(),
            metrics,
            surfaces,
            units: optional(column::UNIT)?,
            factors: texts("factor")?,
            notes: optional("note")?,
            numbers,
        })
    }

    fn quantity(&self, row: usize) -> Result<Quantity, StageError> {
        let metric = self.metrics[row].clone();
        Ok(Quantity {
            metric: metric.ok_or_else(|| missing(row, "metric"))?,
            label: self.level(column::LABEL, row)?,
            surface: self.surfaces[row].clone(),
        })
    }

    fn row(
        &self,
        row: usize,
        (quantity, decimals): (Quantity, usize),
        groups: &[String],
    ) -> Result<ContrastRow, StageError> {
        let number = |name: &str| self.numbers.get(name).and_then(|values| values[row]);
        let required = |name: &str| self.level(name, row)?.ok_or_else(|| missing(row, name));
        let group = groups.iter().map(|name| self.level(name, row));
        let interval = (number("ci_low"), number("ci_high"), number("ci_level"));
        let count = |name: &str| number(name).map(|n| n as usize);
        let replaced = count("n_imputed");
        let unit = self.units[row].clone();
        Ok(ContrastRow {
            metric: MetricColumn {
                quantity,
                unit: unit.filter(|unit| unit != Unit::One.as_str()),
                decimals,
            },
            group: group.collect::<Result<_, _>>()?,
            factor: self.factors[row]
                .clone()
                .ok_or_else(|| missing(row, "factor"))?,
            level: required("level")?,
            baseline: required("baseline")?,
            n: count("n"),
            n_of_groups: count("n_level").zip(count("n_baseline")),
            n_lost: count("n_missing").map(|n| n.saturating_sub(replaced.unwrap_or(0))),
            n_replaced: replaced,
            medians: number("level_median").zip(number("baseline_median")),
            statistic: number("statistic"),
            shift: number("hl"),
            interval: match interval {
                // A single pair has a range, but no confidence.
                (Some(low), Some(high), Some(confidence)) if confidence > 0.0 => {
                    Some((low, high, confidence))
                }
                _ => None,
            },
            effect_size: number("effect_size"),
            effect_interval: number("effect_low").zip(number("effect_high")),
            p: number("p_value"),
            p_adjusted: number("p_adjusted"),
            note: self.notes[row].clone(),
        })
    }

    fn level(&self, name: &str, row: usize) -> Result<Option<Level>, StageError> {
        Ok(level_of(
            self.table.values(name).map_err(no_test)?.cell(row),
        ))
    }
}

fn is_both(surface: &Option<String>) -> bool {
    surface.as_deref() == Some(Surface::Both.as_str())
}

fn no_test(error: impl std::fmt::Display) -> StageError {
    StageError::inputs(format_args!(
        "input: not a table of `compare` or `groups`: {error}"
    ))
}

fn missing(row: usize, name: &str) -> StageError {
    no_test(format_args!("row {} has no {name}", row + 1))
}

/// What the columns are.
fn notes(table: &Table, rows: &[ContrastRow]) -> Vec<String> {
    let confidences = rows
        .iter()
        .filter_map(|row| row.interval)
        .map(|(_, _, c)| c);
    let least = confidences.reduce(f64::min);
    let interval = least.map_or(String::new(), |least| {
        // Rounded down: at least this much.
        let percent = (least * 1000.0).floor() / 10.0;
        format!(" with its interval (confidence at least {percent} %)")
    });
    let mut notes = vec![match is_of_groups(table) {
        true => format!(
            "Difference: Hodges–Lehmann shift between the groups{interval}. n: units at the level and at the one it is compared \
             with. δ: Cliff's delta, from −1 (all units lower) to 1 (all higher)."
        ),
        false => format!(
            "Difference: Hodges–Lehmann estimate of the paired differences{interval}. r: matched rank-biserial correlation, from \
             −1 (all pairs lower) to 1 (all higher)."
        ),
    }];
    if let Some(test) = test_words(table) {
        let parts = [Some(test), unit_words(table), adjustment_words(table)];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        notes.push(format!("p: {}.", parts.join(", ")));
    }
    let lost = rows.iter().any(|row| {
        [row.n_lost, row.n_replaced]
            .into_iter()
            .flatten()
            .any(|n| n > 0)
    });
    notes.extend(missing_words(table).filter(|_| lost));
    notes.push(software_note());
    notes
}
