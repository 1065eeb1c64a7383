//! `rsom-stats table`: the table for a paper.

use std::collections::BTreeMap;

use rsom_io::ports;
use rsom_measures::{Surface, Unit};
use rsom_parameters::{Choice, Parameters};
use rsom_stage::{Command, Invocation, Kind, Port, StageError, Summary};

use super::appearance::{Appearance, delivered};
use super::format::Format;
use super::gathered::{Wanted, gathered, gathering};
use super::measurements::{MeasuredPer, SelectedMeasurements, Selector};
use super::published;
use super::sampling::{Sampling, at_least_one};
use super::shown_tests::{
    is_same_unit, pairs_note, require_measurements, require_one_design, require_units,
    tested_levels,
};
use super::test_words::{has_lost_units, missing_words, software_note, tests_note};
use crate::publication::{
    Layout, MetricColumn, PValues, PublicationTable, Statistic, Style, to_csv, to_markup,
};
use crate::{Quantity, Sample, Samples};

/// Decimals of a metric for which none are given.
const DECIMALS: usize = 3;

pub(super) fn command() -> Command {
    let command = Command::new(
        "table",
        "Write a table for a paper: conditions as rows, metrics as columns",
        run,
    );
    gathering(command, &["rows", "unit_by", "average_over", "where"])
        .input(Port::optional("tests", Kind::Table, "Tables of `compare`, for p-values").many())
        .input(Port::optional("published", Kind::Document, "Published values to print next to ours: a YAML file with name, source and rows, each with its levels and values"))
        .output(Port::optional("output", Kind::Document, "Table to write (unset: standard output)"))
        .parameters(Settings::declare())
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
    /// Columns that identify the unit; means and deviations are computed over units.
    #[parameter(default = ["subject"], check = at_least_one)]
    unit_by: Vec<String>,
    #[parameter(flatten)]
    sampling: Sampling,
    /// Conditions as rows and metrics as columns (long), or the other way round (wide). CSV is always long.
    #[parameter(default = Layout::Long)]
    layout: Layout,
    /// Content of a cell: mean ± standard deviation, or median [quartiles].
    #[parameter(default = Statistic::MeanSd)]
    statistic: Statistic,
    /// Display of the adjusted p-values of the tests: in a column, as a mark, or not at all.
    #[parameter(default = PValues::Column)]
    p_values: PValues,
    #[parameter(flatten)]
    appearance: Appearance,
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: Settings = invocation.settings()?;
    let format = settings
        .appearance
        .format(invocation.optional_output("output"))?;
    let (selected, samples) = gathered(
        invocation,
        &Wanted {
            metrics: &settings.metric,
            condition: settings.rows.clone(),
            unit: &settings.unit_by,
            unit_parameter: "--unit-by",
            sampling: &settings.sampling,
        },
    )?;
    let mut notes = vec![units_note(&settings)];
    notes.extend(averaged_note(&samples, &settings));
    let tests = if invocation.inputs("tests").is_empty() {
        Vec::new()
    } else {
        let table = ports::read_table(invocation, "tests")?;
        let pairs_note = pairs_note(&table, &settings.unit_by, settings.sampling.measured_per);
        let tests = tested_levels(&table, &settings.rows)?;
        require_one_design(&table)?;
        require_units(&table, &tests, &selected)?;
        let is_filtered = !settings.sampling.r#where.is_empty();
        let is_same_unit = is_same_unit(&table, &settings.unit_by, settings.sampling.measured_per);
        require_measurements(
            &tests,
            &settings.rows,
            &samples,
            (is_filtered, is_same_unit),
        )?;
        if settings.p_values != PValues::None {
            notes.extend(tests_note(&table));
            notes.extend(pairs_note);
            notes.extend(missing_words(&table).filter(|_| has_lost_units(&table)));
        }
        tests
    };
    let columns = columns(&selected, &settings)?;
    let mut table =
        PublicationTable::new(&settings.rows, &selected.orders, columns, &samples, &tests);
    notes.push(software_note());
    table.notes = notes;
    if let Some(path) = invocation.optional_input("published") {
        published::add(&mut table, path)?;
    }
    let text = rendered(&table, &settings, format);
    let summary = Summary::new()
        .with("rows", table.rows.len())
        .with("columns", table.columns.len());
    delivered(invocation, text, summary)
}

fn rendered(table: &PublicationTable, settings: &Settings, format: Format) -> String {
    let style = Style {
        layout: settings.layout,
        statistic: settings.statistic,
        p_values: settings.p_values,
        printing: settings.appearance.printing(),
    };
    match format.markup() {
        Some(markup) => to_markup(table, &style, markup),
        None => to_csv(table),
    }
}

/// The quantities of each requested metric, in the order of the request.
fn columns(
    selected: &SelectedMeasurements,
    settings: &Settings,
) -> Result<Vec<MetricColumn>, StageError> {
    settings.appearance.check_decimals(settings.metric.len())?;
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
                    decimals: settings.appearance.decimals_of(place).unwrap_or(DECIMALS),
                });
            }
        }
    }
    Ok(columns)
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
