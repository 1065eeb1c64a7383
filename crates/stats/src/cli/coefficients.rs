//! `rsom-stats coefficients`: the coefficients of models as a table for a paper.

use std::collections::BTreeMap;

use rsom_formats::table::Table;
use rsom_io::ports;
use rsom_measures::{Unit, column};
use rsom_parameters::Parameters;
use rsom_stage::{Command, Invocation, Kind, Named, Port, StageError, Summary};

use super::appearance::{Appearance, delivered};
use super::factor::level_of;
use super::measurements::Selector;
use super::model_table::COEFFICIENTS;
use super::shown_tests::words;
use super::test_words::software_note;
use crate::Quantity;
use crate::publication::numbers::decimals_of_width;
use crate::publication::{CoefficientRow, CoefficientTable, MetricColumn};

/// Decimals of a coefficient without an interval.
const WITHOUT_INTERVAL: usize = 3;

pub(super) fn command() -> Command {
    Command::new(
        "coefficients",
        "Write the coefficients of models as a table for a paper",
        run,
    )
    .input(Port::required("input", Kind::Table, "Tables of `model`").many())
    .output(Port::optional(
        "output",
        Kind::Document,
        "Table to write (unset: standard output)",
    ))
    .parameters(Settings::declare())
    .names_in_tables("input", Named::Metric, &["metric"])
    .example("rsom-stats coefficients --input model.parquet --output model.tex")
}

#[derive(Parameters)]
struct Settings {
    /// Metrics, each NAME or NAME@SURFACE, in the order of the table (unset: all, as in the input).
    #[parameter(default = Vec::new())]
    metric: Vec<String>,
    #[parameter(flatten)]
    appearance: Appearance,
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: Settings = invocation.settings()?;
    let format = settings
        .appearance
        .format(invocation.optional_output("output"))?;
    settings.appearance.check_decimals(settings.metric.len())?;
    let table = ports::read_table(invocation, "input")?;
    let groups = table.names().filter(|name| !is_own_column(name));
    let coefficients = CoefficientTable {
        groups: groups.map(str::to_owned).collect(),
        rows: rows(&table, &settings)?,
        notes: notes(&table),
    };
    let text = match format.markup() {
        Some(markup) => coefficients.to(markup, &settings.appearance.printing()),
        None => coefficients.to_csv(),
    };
    let summary = Summary::new().with("rows", coefficients.rows.len());
    delivered(invocation, text, summary)
}

fn is_own_column(name: &str) -> bool {
    COEFFICIENTS.split_whitespace().any(|column| column == name)
}

fn rows(table: &Table, settings: &Settings) -> Result<Vec<CoefficientRow>, StageError> {
    let no_model = |e: rsom_formats::table::TableError| {
        StageError::inputs(format_args!("input: not a table of `model`: {e}"))
    };
    let texts = |name: &str| table.texts(name).map_err(no_model);
    let mut numbers = BTreeMap::new();
    for name in ["estimate", "ci_low", "ci_high", "t", "df", "p_value"] {
        numbers.insert(name, table.numbers(name).map_err(no_model)?);
    }
    let (metrics, surfaces, units) = (
        texts(column::METRIC)?,
        texts(column::SURFACE)?,
        texts(column::UNIT)?,
    );
    let (coefficients, notes) = (texts("coefficient")?, texts("note")?);
    let groups: Vec<&str> = table.names().filter(|name| !is_own_column(name)).collect();
    let level = |name: &str, row: usize| {
        let values = table.values(name).map_err(no_model)?;
        Ok::<_, StageError>(level_of(values.cell(row)))
    };
    let selectors: Vec<Selector<'_>> = settings.metric.iter().map(|m| Selector::parse(m)).collect();
    let mut rows: Vec<(usize, CoefficientRow)> = Vec::new();
    for row in 0..table.rows() {
        let number = |name: &str| numbers.get(name).and_then(|values| values[row]);
        let quantity = Quantity {
            metric: metrics[row].clone().unwrap_or_default(),
            label: level(column::LABEL, row)?,
            surface: surfaces[row].clone(),
        };
        let place = selectors.iter().position(|s| s.matches(&quantity));
        if place.is_none() && !selectors.is_empty() {
            continue;
        }
        let place = place.unwrap_or(0);
        let interval = number("ci_low").zip(number("ci_high"));
        let by_width = interval.and_then(|(low, high)| decimals_of_width(high - low));
        let decimals = settings.appearance.decimals_of(place).or(by_width);
        rows.push((
            place,
            CoefficientRow {
                metric: MetricColumn {
                    quantity,
                    unit: units[row].clone().filter(|unit| unit != Unit::One.as_str()),
                    decimals: decimals.unwrap_or(WITHOUT_INTERVAL),
                },
                group: groups
                    .iter()
                    .map(|name| level(name, row))
                    .collect::<Result<_, _>>()?,
                coefficient: coefficients[row].clone().unwrap_or_else(|| "–".to_owned()),
                estimate: number("estimate")
                    .zip(interval)
                    .map(|(e, (low, high))| (e, low, high)),
                t: number("t").zip(number("df")),
                p: number("p_value"),
                note: notes[row].clone(),
            },
        ));
    }
    // Stable: the coefficients of a model stay in their order.
    rows.sort_by_key(|(place, _)| *place);
    Ok(rows.into_iter().map(|(_, row)| row).collect())
}

/// How the models were fitted.
fn notes(table: &Table) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(formula) = words(table, "formula") {
        let counts = (words(table, "n"), words(table, "n_subjects"));
        let counts = match counts {
            (Some(n), Some(subjects)) => format!(", {n} rows of {subjects} subjects"),
            (Some(n), None) => format!(", {n} rows"),
            _ => String::new(),
        };
        notes.push(format!("Model: {formula}{counts}."));
    }
    let likelihood = match words(table, "likelihood").as_deref() {
        Some("reml") => "restricted maximum likelihood",
        Some("ml") => "maximum likelihood",
        _ => return notes,
    };
    let df = match words(table, "df_method").as_deref() {
        Some("satterthwaite") => ", degrees of freedom by Satterthwaite",
        Some("kenward_roger") => ", degrees of freedom by Kenward and Roger",
        _ => "",
    };
    notes.push(format!(
        "Fitted by {likelihood}{df}; p of each coefficient is not adjusted."
    ));
    notes.push(software_note());
    notes
}
