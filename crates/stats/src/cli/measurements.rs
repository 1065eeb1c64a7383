//! Converts rows of a long table to measurements.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use rsom_formats::table::{Cell, Table, TableError, Values};
use rsom_measures::{Units, column};
use rsom_parameters::Choice;
use rsom_stage::StageError;

use super::factor::{Factor, level_of, name_of};
use super::fault::stage_error;
use super::one_subject::require_one_subject;
use crate::{Level, Measurement, Quantity, StatsError};

/// Columns that distinguish the measurements of one unit.
const OCCASION: [&str; 3] = [column::SUBJECT, column::SCAN, column::SLICE];

/// Rows to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub(super) enum MeasuredPer {
    /// Rows of whole scans.
    Scan,
    /// Rows of single slices.
    Slice,
}

/// The rows to select from a table, and the roles of its columns.
pub(super) struct Selection<'a> {
    /// Metrics, each `NAME` or `NAME@SURFACE`.
    pub metrics: &'a [String],
    pub measured_per: MeasuredPer,
    /// Required values of columns; other rows are ignored.
    pub filter: &'a BTreeMap<String, String>,
    /// Columns that define the condition.
    pub condition: &'a [String],
    /// Columns that identify the unit.
    pub unit: &'a [String],
    /// Command-line parameter that sets `unit`, for messages.
    pub unit_parameter: &'static str,
    /// Columns in addition to subject, scan and slice that distinguish measurements.
    pub average_over: &'a [String],
}

/// The measurements of the selected rows, and the properties of their quantities.
pub(super) struct SelectedMeasurements {
    pub measurements: Vec<Measurement>,
    /// The row of each measurement in the table.
    pub rows: Vec<usize>,
    pub traits: BTreeMap<Quantity, Traits>,
    /// Whether the first entry of an occasion is the subject.
    pub has_subjects: bool,
    units: Units,
    /// The levels of each condition column: by value when all are numbers in any spelling, else numbers first,
    /// then texts in order of appearance.
    pub orders: Vec<Vec<Level>>,
}

/// Properties of a quantity, as the table states them.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Traits {
    /// The unit of all values; `None` when the table states none.
    pub unit: Option<String>,
    pub higher_is_better: Option<bool>,
}

/// A requested metric: `NAME` or `NAME@SURFACE`.
pub(super) struct Selector<'a> {
    pub metric: &'a str,
    pub surface: Option<&'a str>,
}

impl<'a> Selector<'a> {
    pub(super) fn parse(text: &'a str) -> Self {
        match text.split_once('@') {
            Some((metric, surface)) => Self {
                metric,
                surface: Some(surface),
            },
            None => Self {
                metric: text,
                surface: None,
            },
        }
    }

    pub(super) fn matches(&self, quantity: &Quantity) -> bool {
        self.metric == quantity.metric
            && self
                .surface
                .is_none_or(|s| quantity.surface.as_deref() == Some(s))
    }
}

/// Selects measurements from a table.
///
/// # Errors
/// Exit code 3: a standard column is missing or has another type; a level or a unit is null; a quantity is measured in
/// two units. Exit code 2: a parameter
/// names a column, metric or value that the table does not have; a scan or slice that identifies the unit occurs in
/// several subjects.
pub(super) fn select(
    table: &Table,
    selection: &Selection<'_>,
) -> Result<SelectedMeasurements, StageError> {
    if table.rows() == 0 {
        return Err(StageError::inputs("the tables have no rows"));
    }
    let reader = Reader::new(table, selection)?;
    require_rows(&reader)?;
    let mut selected = SelectedMeasurements {
        measurements: Vec::new(),
        rows: Vec::new(),
        traits: BTreeMap::new(),
        has_subjects: table.column(column::SUBJECT).is_some(),
        units: Units::default(),
        orders: vec![Vec::new(); selection.condition.len()],
    };
    let selectors: Vec<Selector<'_>> = selection
        .metrics
        .iter()
        .map(|m| Selector::parse(m))
        .collect();
    for row in 0..table.rows() {
        let Some(quantity) = reader.quantity(row)? else {
            continue;
        };
        if selectors.iter().any(|s| s.matches(&quantity)) {
            selected.add(&reader, row, quantity)?;
        }
    }
    for (order, factor) in selected.orders.iter_mut().zip(&reader.condition) {
        sort(order, factor.is_loss_of_s());
    }
    require_metrics(&reader, &selectors, &selected)?;
    if selected.has_subjects {
        require_one_subject(
            &selected.measurements,
            selection.unit,
            selection.unit_parameter,
            selection.average_over,
        )?;
    }
    Ok(selected)
}

impl SelectedMeasurements {
    fn add(
        &mut self,
        reader: &Reader<'_>,
        row: usize,
        quantity: Quantity,
    ) -> Result<(), StageError> {
        let condition = reader.condition(row)?;
        for (order, level) in self.orders.iter_mut().zip(&condition) {
            if !order.contains(level) {
                order.push(level.clone());
            }
        }
        let traits = self.traits.entry(quantity.clone()).or_default();
        let unit = reader.units[row].as_deref();
        if reader.values[row].is_some_and(f64::is_finite) {
            let name = quantity.to_string();
            self.units.add(&name, unit).map_err(StageError::inputs)?;
            traits.unit = self.units.of(&name).map(str::to_owned);
        } else if traits.unit.is_none() {
            traits.unit = unit.map(str::to_owned);
        }
        traits.higher_is_better = traits.higher_is_better.or(reader.higher_is_better[row]);
        self.rows.push(row);
        self.measurements.push(Measurement {
            quantity,
            condition,
            unit: reader.unit(row)?,
            occasion: reader
                .occasion
                .iter()
                .map(|v| name_of(v.cell(row)))
                .collect(),
            value: reader.values[row],
            status: reader.statuses[row].clone().unwrap_or_default(),
        });
        Ok(())
    }
}

/// The table columns that a selection uses.
struct Reader<'a> {
    metrics: Vec<Option<String>>,
    values: Vec<Option<f64>>,
    statuses: Vec<Option<String>>,
    units: Vec<Option<String>>,
    higher_is_better: Vec<Option<bool>>,
    surfaces: Vec<Option<String>>,
    labels: Option<&'a Values>,
    slices: Option<&'a Values>,
    measured_per: MeasuredPer,
    /// Columns with the levels that their rows may have.
    filter: Vec<(&'a str, &'a Values, Vec<Level>)>,
    condition: Vec<Factor<'a>>,
    unit: Vec<(&'a str, &'a Values)>,
    occasion: Vec<&'a Values>,
}

impl<'a> Reader<'a> {
    fn new(table: &'a Table, selection: &Selection<'a>) -> Result<Self, StageError> {
        let values = |name: &str| table.column(name).map(|c| &c.values);
        let named = |name: &str, parameter: &str| {
            table
                .values(name)
                .map_err(|e| StageError::usage(format_args!("{parameter}: {e}")))
        };
        let texts = |name: &str| optional(table, name, Table::texts);
        Ok(Self {
            metrics: table.texts(column::METRIC).map_err(StageError::inputs)?,
            values: table.numbers(column::VALUE).map_err(StageError::inputs)?,
            statuses: texts(column::STATUS)?,
            units: texts(column::UNIT)?,
            surfaces: texts(column::SURFACE)?,
            higher_is_better: optional(table, column::HIGHER_IS_BETTER, Table::booleans)?,
            labels: values(column::LABEL),
            slices: values(column::SLICE),
            measured_per: selection.measured_per,
            filter: selection
                .filter
                .iter()
                .map(|(name, value)| {
                    let values = named(name, "where")?;
                    Ok((name.as_str(), values, alternatives(values, value)))
                })
                .collect::<Result<_, StageError>>()?,
            condition: selection
                .condition
                .iter()
                .map(|name| Factor::of(table, name))
                .collect::<Result<_, _>>()?,
            unit: selection
                .unit
                .iter()
                .map(|name| Ok((name.as_str(), named(name, "unit")?)))
                .collect::<Result<_, StageError>>()?,
            occasion: OCCASION
                .iter()
                .filter_map(|name| values(name).map(Ok))
                .chain(
                    selection
                        .average_over
                        .iter()
                        .map(|name| named(name, "average_over")),
                )
                .collect::<Result<_, StageError>>()?,
        })
    }

    /// The quantity of a row; `None` when the row is not selected.
    fn quantity(&self, row: usize) -> Result<Option<Quantity>, StageError> {
        let in_slice = self.slices.is_some_and(|v| v.cell(row) != Cell::Null);
        let counts = in_slice == (self.measured_per == MeasuredPer::Slice)
            && self.filter.iter().all(|(_, values, levels)| {
                level_of(values.cell(row)).is_some_and(|level| levels.contains(&level))
            });
        if !counts {
            return Ok(None);
        }
        let metric = self.metrics[row]
            .clone()
            .ok_or_else(|| StageError::inputs(format_args!("row {} has no metric", row + 1)))?;
        Ok(Some(Quantity {
            metric,
            label: self.labels.and_then(|v| level_of(v.cell(row))),
            surface: self.surfaces[row].clone(),
        }))
    }

    fn condition(&self, row: usize) -> Result<Vec<Level>, StageError> {
        self.condition
            .iter()
            .map(|factor| {
                factor
                    .level(row)
                    .ok_or_else(|| no_value(factor.name(), row))
            })
            .collect()
    }

    fn unit(&self, row: usize) -> Result<Vec<Level>, StageError> {
        self.unit
            .iter()
            .map(|(name, values)| name_of(values.cell(row)).ok_or_else(|| no_value(name, row)))
            .collect()
    }
}

/// The levels that a condition means: that of its whole text, or, if no row has it, those of its parts between `|`.
fn alternatives(values: &Values, condition: &str) -> Vec<Level> {
    let whole = wanted(values, condition);
    let is_a_value = values
        .cells()
        .filter_map(level_of)
        .any(|level| level == whole);
    if is_a_value || !condition.contains('|') {
        return vec![whole];
    }
    let parts = condition.split('|');
    parts.map(|part| wanted(values, part.trim())).collect()
}

/// The level that a parameter means among the values of a column.
fn wanted(values: &Values, text: &str) -> Level {
    let levels: BTreeSet<Level> = values.cells().filter_map(level_of).collect();
    let meant = Level::meant(text, &levels).cloned();
    meant.unwrap_or_else(|| Level::parse(text))
}

fn sort(levels: &mut [Level], by_name: bool) {
    if levels.iter().all(|level| level.value().is_some()) {
        let values = |a: &Level, b: &Level| a.value().partial_cmp(&b.value());
        levels.sort_by(|a, b| values(a, b).unwrap_or(Ordering::Equal));
        return;
    }
    // A stable sort keeps texts in order of appearance.
    levels.sort_by(|a, b| match (a, b) {
        (Level::Text(_), Level::Text(_)) if !by_name => Ordering::Equal,
        (a, b) => a.cmp(b),
    });
}

fn optional<T>(
    table: &Table,
    name: &str,
    read: impl Fn(&Table, &str) -> Result<Vec<Option<T>>, TableError>,
) -> Result<Vec<Option<T>>, StageError> {
    match table.column(name) {
        Some(_) => read(table, name).map_err(StageError::inputs),
        None => Ok((0..table.rows()).map(|_| None).collect()),
    }
}

fn no_value(column: &str, row: usize) -> StageError {
    StageError::inputs(format_args!(
        "column '{column}' has no value in row {}",
        row + 1
    ))
}

/// Refuses conditions of `where` that no row meets: the value is a misspelling.
fn require_rows(reader: &Reader<'_>) -> Result<(), StageError> {
    /// Most values to list.
    const LISTED: usize = 20;
    for (name, values, levels) in &reader.filter {
        let found: BTreeSet<Level> = values.cells().filter_map(level_of).collect();
        let Some(wanted) = levels.iter().find(|level| !found.contains(level)) else {
            continue;
        };
        let listed: Vec<String> = found.iter().take(LISTED).map(ToString::to_string).collect();
        let known = match found.len().saturating_sub(LISTED) {
            0 if listed.is_empty() => "the column is empty".to_owned(),
            0 => format!("the values are {}", listed.join(", ")),
            more => format!("the values are {} and {more} more", listed.join(", ")),
        };
        return Err(StageError::usage(format_args!(
            "--where {name}={wanted}: no row has this value; {known}"
        )));
    }
    Ok(())
}

fn require_metrics(
    reader: &Reader<'_>,
    selectors: &[Selector<'_>],
    selected: &SelectedMeasurements,
) -> Result<(), StageError> {
    for selector in selectors {
        if selected.traits.keys().any(|q| selector.matches(q)) {
            continue;
        }
        let mut known = BTreeSet::new();
        for row in 0..reader.metrics.len() {
            if let Some(quantity) = reader.quantity(row)? {
                let surface = quantity
                    .surface
                    .map(|s| format!("@{s}"))
                    .unwrap_or_default();
                known.insert(format!("{}{surface}", quantity.metric));
            }
        }
        let metrics: Vec<String> = known.into_iter().collect();
        let per = match reader.measured_per {
            MeasuredPer::Scan => "scan",
            MeasuredPer::Slice => "slice",
        };
        let surface = selector
            .surface
            .map(|s| format!("@{s}"))
            .unwrap_or_default();
        return Err(stage_error(&StatsError::NoMetric {
            metric: format!("{}{surface}, measured per {per}", selector.metric),
            metrics: if metrics.is_empty() {
                "none; see measured_per".to_owned()
            } else {
                metrics.join(", ")
            },
        }));
    }
    Ok(())
}
