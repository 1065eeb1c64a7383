//! `rsom-stats table`: the table for a paper.

use std::collections::{BTreeMap, BTreeSet};

use rsom_formats::table::Table;
use rsom_io::ports;
use rsom_measures::{Surface, Unit, column};
use rsom_parameters::{Choice, Parameters};
use rsom_stage::{Command, Invocation, Kind, Named, Port, StageError, Summary, atomic};

use super::compared_table::is_own_column;
use super::factor::LOSS;
use super::factor::level_of;
use super::fault::stage_error;
use super::measurements::{MeasuredPer, SelectedMeasurements, Selection, Selector, select};
use super::sampling::{Sampling, at_least_one};
use crate::publication::{
    MetricColumn, PValues, PublicationTable, Statistic, Style, TestedLevel, to_csv, to_latex,
    to_markdown,
};
use crate::{Quantity, Sample, Samples, gather};

pub(super) fn command() -> Command {
    Command::new("table", "Write a table for a paper: conditions as rows, metrics as columns", run)
        .input(Port::required("input", Kind::Table, "Tables of measures in long form").many())
        .input(Port::optional("tests", Kind::Table, "Tables of `compare`, for p-values").many())
        .output(Port::optional("output", Kind::Document, "Table to write (unset: standard output)"))
        .parameters(Settings::declare())
        .names_in_tables("input", Named::Metric, &["metric"])
        .names_in_tables("input", Named::Column, &["rows", "unit_by"])
        .derives(LOSS)
        .example("rsom-stats table --input m.parquet --tests t.parquet --rows net,loss,s --metric dice,precision,recall,iou,ra_vox --decimals 2,2,2,2,3 --format latex --output table1.tex")
}

#[derive(Parameters)]
struct Settings {
    /// Columns whose levels become the rows; 'loss' is derived from s when the table has no such column.
    #[parameter(default = ["net", "s"], check = at_least_one)]
    rows: Vec<String>,
    /// Metrics, each NAME or NAME@SURFACE; without @SURFACE, the value of both surfaces together, if the metric has
    /// surfaces.
    #[parameter(default = ["dice", "precision", "recall", "iou", "ra_vox"])]
    metric: Vec<String>,
    /// Format of the table; 'csv' writes every number with all digits. 'md' and 'tex', the endings of files, mean markdown
    /// and latex.
    #[parameter(default = Format::Markdown)]
    format: Format,
    /// Columns that identify the unit; means and deviations are computed over units.
    #[parameter(default = ["subject"], check = at_least_one)]
    unit_by: Vec<String>,
    #[parameter(flatten)]
    sampling: Sampling,
    /// Content of a cell: mean ± standard deviation, or median [quartiles].
    #[parameter(default = Statistic::MeanSd)]
    statistic: Statistic,
    /// Number of decimals: one for all metrics, or one for each.
    #[parameter(default = [3], min = 0, max = 12)]
    decimals: Vec<usize>,
    /// Display of the adjusted p-values of the tests: in a column, as a mark, or not at all.
    #[parameter(default = PValues::Column)]
    p_values: PValues,
    /// Significance level: adjusted p-values below it are marked.
    #[parameter(default = 0.05, min = 0.0, max = 1.0)]
    alpha: f64,
    /// Printed names, such as unet=U-Net.
    names: BTreeMap<String, String>,
}

#[derive(Clone, Copy, Choice)]
enum Format {
    Markdown,
    Latex,
    Csv,
    Md,
    Tex,
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: Settings = invocation.settings()?;
    let table = ports::read_table(invocation, "input")?;
    let selected = select(
        &table,
        &Selection {
            metrics: &settings.metric,
            measured_per: settings.sampling.measured_per,
            filter: &settings.sampling.r#where,
            condition: &settings.rows,
            unit: &settings.unit_by,
            unit_parameter: "--unit-by",
            average_over: &settings.sampling.average_over,
        },
    )?;
    let samples =
        gather(&selected.measurements, settings.sampling.aggregate).map_err(|e| stage_error(&e))?;
    let mut notes = vec![units_note(&settings)];
    notes.extend(averaged_note(&samples, &settings));
    let tests = if invocation.inputs("tests").is_empty() {
        Vec::new()
    } else {
        let table = ports::read_table(invocation, "tests")?;
        if settings.p_values != PValues::None {
            notes.extend(tests_note(&table));
            notes.extend(pairs_note(&table, &settings));
        }
        tested_levels(&table, &settings.rows)?
    };
    let columns = columns(&selected, &settings)?;
    let mut table =
        PublicationTable::new(&settings.rows, &selected.orders, columns, &samples, &tests);
    table.notes = notes;
    let text = rendered(&table, &settings);
    let summary = Summary::new()
        .with("rows", table.rows.len())
        .with("columns", table.columns.len());
    match invocation.optional_output("output") {
        Some(path) => {
            atomic::write_bytes(path, text.as_bytes())?;
            Ok(summary)
        }
        None => Ok(summary.with("table", text.clone()).text(text)),
    }
}

fn rendered(table: &PublicationTable, settings: &Settings) -> String {
    let style = Style {
        statistic: settings.statistic,
        p_values: settings.p_values,
        alpha: settings.alpha,
        names: settings.names.clone(),
    };
    match settings.format {
        Format::Markdown | Format::Md => to_markdown(table, &style),
        Format::Latex | Format::Tex => to_latex(table, &style),
        Format::Csv => to_csv(table),
    }
}

/// The quantities of each requested metric, in the order of the request.
fn columns(
    selected: &SelectedMeasurements,
    settings: &Settings,
) -> Result<Vec<MetricColumn>, StageError> {
    let metrics = settings.metric.len();
    if settings.decimals.len() != 1 && settings.decimals.len() != metrics {
        return Err(StageError::usage(format_args!(
            "--decimals: {} values for {metrics} metrics; give one for all, or one for each",
            settings.decimals.len()
        )));
    }
    let mut columns: Vec<MetricColumn> = Vec::new();
    for (place, metric) in settings.metric.iter().enumerate() {
        let selector = Selector::parse(metric);
        let matching = || selected.traits.iter().filter(|(q, _)| selector.matches(q));
        let is_both = |q: &Quantity| q.surface.as_deref() == Some(Surface::Both.as_str());
        let only_both = selector.surface.is_none() && matching().any(|(q, _)| is_both(q));
        for (quantity, traits) in matching().filter(|(q, _)| !only_both || is_both(q)) {
            if columns.iter().all(|c| c.quantity != *quantity) {
                columns.push(MetricColumn {
                    quantity: quantity.clone(),
                    unit: traits
                        .unit
                        .clone()
                        .filter(|unit| unit != Unit::One.as_str()),
                    decimals: *settings
                        .decimals
                        .get(place)
                        .unwrap_or(&settings.decimals[0]),
                });
            }
        }
    }
    Ok(columns)
}

/// Reads the rows of a table that `compare` wrote.
fn tested_levels(table: &Table, rows: &[String]) -> Result<Vec<TestedLevel>, StageError> {
    let bad = |e| StageError::inputs(format_args!("tests: {e}"));
    let texts = |name: &str| table.texts(name).map_err(bad);
    let (metrics, surfaces, factors) = (
        texts(column::METRIC)?,
        texts(column::SURFACE)?,
        texts("factor")?,
    );
    let p_adjusted = table.numbers("p_adjusted").map_err(bad)?;
    let smallest = numbers_if_any(table, "smallest_attainable_p_adjusted")?;
    let pairs = numbers_if_any(table, "n")?;
    let notes = match table.column("note") {
        Some(_) => texts("note")?,
        None => vec![None; table.rows()],
    };
    let level = |name: &str, row: usize| Ok(level_of(table.values(name).map_err(bad)?.cell(row)));
    let groups: Vec<&str> = table.names().filter(|name| !is_own_column(name)).collect();
    let mut tests = Vec::new();
    for row in 0..table.rows() {
        let (Some(metric), Some(factor)) = (&metrics[row], &factors[row]) else {
            return Err(StageError::inputs(format_args!(
                "tests: row {} has no metric or no factor",
                row + 1
            )));
        };
        let mut condition = Vec::new();
        for (name, column) in groups
            .iter()
            .map(|g| (*g, *g))
            .chain([(factor.as_str(), "level")])
        {
            if !rows.iter().any(|r| r == name) {
                return Err(StageError::usage(format_args!(
                    "--rows: the tests are grouped by '{name}'; add it to --rows"
                )));
            }
            // When there are several tables, some may lack this group.
            if let Some(level) = level(column, row)? {
                condition.push((name.to_owned(), level));
            }
        }
        tests.push(TestedLevel {
            quantity: Quantity {
                metric: metric.clone(),
                label: level(column::LABEL, row)?,
                surface: surfaces[row].clone(),
            },
            condition,
            baseline: level("baseline", row)?.ok_or_else(|| {
                StageError::inputs(format_args!("tests: row {} has no baseline", row + 1))
            })?,
            p_adjusted: p_adjusted[row],
            n_pairs: pairs[row].map(|n| n as usize),
            smallest_p: smallest[row],
            note: notes[row].clone(),
        });
    }
    Ok(tests)
}

/// A column that tables of other programs may lack.
fn numbers_if_any(table: &Table, name: &str) -> Result<Vec<Option<f64>>, StageError> {
    match table.column(name) {
        Some(_) => {
            let numbers = table.numbers(name);
            numbers.map_err(|e| StageError::inputs(format_args!("tests: {e}")))
        }
        None => Ok(vec![None; table.rows()]),
    }
}

fn units_note(settings: &Settings) -> String {
    let statistic = match settings.statistic {
        Statistic::MeanSd => "Mean ± standard deviation",
        Statistic::MedianIqr => "Median [quartiles]",
    };
    let measured = match settings.sampling.measured_per {
        MeasuredPer::Scan => "whole scans",
        MeasuredPer::Slice => "single slices",
    };
    let unit = settings.unit_by.join(", ");
    format!("{statistic} over n units (unit: {unit}), measured on {measured}.")
}

/// How many measurements a unit is the aggregate of; `None` when each has one.
fn averaged_note(samples: &Samples, settings: &Settings) -> Option<String> {
    let counts = samples
        .values()
        .flat_map(BTreeMap::values)
        .filter_map(Sample::measurements_per_unit);
    let (fewest, most) = counts.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))?;
    let number = match fewest == most {
        true => most.to_string(),
        false => format!("{fewest}–{most}"),
    };
    let sampling = &settings.sampling;
    let what = match sampling.measured_per {
        _ if !sampling.average_over.is_empty() => "measurements",
        MeasuredPer::Scan => "visits (scans)",
        MeasuredPer::Slice => "slices",
    };
    let aggregate = sampling.aggregate.as_str();
    (most > 1).then(|| format!("Value of a unit: {aggregate} of {number} {what}."))
}

/// States what was tested, where the tests paired other units than the table counts.
fn pairs_note(table: &Table, settings: &Settings) -> Option<String> {
    let pair_by = words(table, "pair_by")?;
    let measured_per = words(table, "measured_per")?;
    let here = settings.sampling.measured_per.as_str();
    if pair_by == settings.unit_by.join(",") && measured_per == here {
        return None;
    }
    let counts = numbers_if_any(table, "n").ok()?;
    let counts: Vec<u64> = counts.into_iter().flatten().map(|n| n as u64).collect();
    let (fewest, most) = (counts.iter().min()?, counts.iter().max()?);
    let number = match fewest == most {
        true => most.to_string(),
        false => format!("{fewest}–{most}"),
    };
    let unit = match pair_by.rsplit(',').next()? {
        column::SUBJECT => "subjects".to_owned(),
        column::SCAN => "scans".to_owned(),
        column::SLICE => "slices".to_owned(),
        other => format!("pairs by {other}"),
    };
    let independent = match unit.as_str() {
        "slices" | "scans" => {
            format!("; {unit} of one subject are taken for independent, so p may be far too small")
        }
        _ => String::new(),
    };
    Some(format!(
        "p: tested over {number} {unit} (paired by {}, measured per {measured_per}), not over the n units of this \
         table{independent}.",
        pair_by.replace(',', ", ")
    ))
}

/// The distinct words of a column; `None` without any.
fn words(table: &Table, name: &str) -> Option<String> {
    let values = table.values(name).ok()?;
    let words: BTreeSet<String> = values.cells().map(|c| c.to_string()).collect();
    let words: Vec<String> = words.into_iter().filter(|w| !w.is_empty()).collect();
    (!words.is_empty()).then(|| words.join("/"))
}

/// Describes the tests, from the columns of their table; `None` when the table does not state it.
fn tests_note(table: &Table) -> Option<String> {
    let words = |name: &str| words(table, name);
    let adjustment = match words("adjustment")?.as_str() {
        "none" => "not adjusted".to_owned(),
        word => format!(
            "adjusted ({}) over {}",
            word.replace('_', "-"),
            family_words(&words("family")?)
        ),
    };
    Some(format!(
        "p: {} paired Wilcoxon signed-rank test ({}) against {} = {}, {adjustment}.",
        words("alternative")?,
        words("method")?,
        words("factor")?,
        words("baseline")?,
    ))
}

fn family_words(family: &str) -> &str {
    match family {
        "all" => "all tests",
        "metric" => "the tests of a metric",
        "group" => "the levels of a metric within a group",
        other => other,
    }
}
