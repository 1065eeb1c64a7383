//! The data of a model: the rows of one metric, and the columns that the formula names.

use std::collections::BTreeSet;

use rsom_formats::table::Table;
use rsom_stage::StageError;

use super::factor::Factor;
use super::measurements::SelectedMeasurements;
use crate::mixed_model::{self, Column, Formula};
use crate::{Level, Quantity, StatsError};

/// The columns of a formula, for the rows of one quantity within one group.
pub(super) struct ModelData {
    pub quantity: Quantity,
    pub group: Vec<Level>,
    /// Rows of the input table.
    pub rows: Vec<usize>,
    /// The subject of each row, if known.
    pub subjects: Option<Vec<Level>>,
    columns: Vec<(String, Values)>,
}

enum Values {
    /// NaN is a missing value.
    Numbers(Vec<f64>),
    /// An empty text is a missing value.
    Texts(Vec<String>),
}

/// The data of each quantity and group.
///
/// # Errors
/// Exit code 2: the formula names a column that the table lacks. Exit code 3: one measurement is there twice.
pub(super) fn model_data(
    table: &Table,
    selected: &SelectedMeasurements,
    formula: &Formula,
) -> Result<Vec<ModelData>, StageError> {
    let variables = formula.variables();
    let names = variables.iter().map(|v| v.column.as_str());
    let names: BTreeSet<&str> = names
        .chain(formula.random.iter().map(String::as_str))
        .collect();
    let factors: Vec<Factor<'_>> = names
        .iter()
        .map(|name| Factor::of(table, name))
        .collect::<Result<_, _>>()?;
    let mut keys: BTreeSet<(&Quantity, &[Level])> = BTreeSet::new();
    for measurement in &selected.measurements {
        keys.insert((&measurement.quantity, &measurement.condition));
    }
    let of_key = |(quantity, group): (&Quantity, &[Level])| {
        let places: Vec<usize> = (selected.measurements.iter().enumerate())
            .filter(|(_, m)| m.quantity == *quantity && m.condition == group)
            .map(|(place, _)| place)
            .collect();
        require_different(selected, &places, &factors)?;
        let rows: Vec<usize> = places.iter().map(|p| selected.rows[*p]).collect();
        let outcome = places
            .iter()
            .map(|p| selected.measurements[*p].value.filter(|v| v.is_finite()));
        let outcome = Values::Numbers(outcome.map(|v| v.unwrap_or(f64::NAN)).collect());
        let mut columns = vec![(formula.outcome.clone(), outcome)];
        for factor in &factors {
            columns.push((factor.name().to_owned(), values(factor, &rows)));
        }
        let subject = |p: &usize| selected.measurements[*p].occasion.first()?.clone();
        let subjects = selected
            .has_subjects
            .then(|| places.iter().map(subject).collect());
        Ok(ModelData {
            quantity: quantity.clone(),
            group: group.to_vec(),
            rows,
            subjects: subjects.flatten(),
            columns,
        })
    };
    keys.into_iter().map(of_key).collect()
}

impl ModelData {
    /// The columns as the model reads them, by `f`.
    pub(super) fn with_table<T>(
        &self,
        f: impl FnOnce(&mixed_model::Table<'_>) -> Result<T, StatsError>,
    ) -> Result<T, StatsError> {
        let texts: Vec<Vec<&str>> = (self.columns.iter())
            .map(|(_, values)| match values {
                Values::Texts(texts) => texts.iter().map(String::as_str).collect(),
                Values::Numbers(_) => Vec::new(),
            })
            .collect();
        let columns = self.columns.iter().zip(&texts);
        let columns = columns.map(|((name, values), texts)| {
            let column = match values {
                Values::Numbers(numbers) => Column::Numbers(numbers),
                Values::Texts(_) => Column::Texts(texts),
            };
            (name.as_str(), column)
        });
        f(&mixed_model::Table::new(columns.collect())?)
    }
}

/// The values of a column: numbers where every value is a number in any spelling, else texts.
fn values(factor: &Factor<'_>, rows: &[usize]) -> Values {
    let levels: Vec<Option<Level>> = rows.iter().map(|row| factor.level(*row)).collect();
    let is_text = |level: &Option<Level>| level.as_ref().is_some_and(|l| l.value().is_none());
    match levels.iter().any(is_text) {
        true => Values::Texts(
            levels
                .into_iter()
                .map(|level| level.map_or(String::new(), |l| l.to_string()))
                .collect(),
        ),
        false => Values::Numbers(
            levels
                .into_iter()
                .map(|level| level.and_then(|l| l.value()).unwrap_or(f64::NAN))
                .collect(),
        ),
    }
}

/// Refuses a measurement that is there twice: the same occasion with the same values of all columns of the formula.
fn require_different(
    selected: &SelectedMeasurements,
    places: &[usize],
    factors: &[Factor<'_>],
) -> Result<(), StageError> {
    let mut seen = BTreeSet::new();
    for place in places {
        let measurement = &selected.measurements[*place];
        let row = selected.rows[*place];
        let levels: Vec<Option<Level>> = factors.iter().map(|f| f.level(row)).collect();
        if !seen.insert((measurement.occasion.clone(), levels)) {
            return Err(StageError::inputs(format_args!(
                "{} is measured twice for the same subject, scan, slice and columns of the formula, such as in row {}; if a \
                 column distinguishes the two, add it to --repeated-over",
                measurement.quantity,
                row + 1
            )));
        }
    }
    Ok(())
}
