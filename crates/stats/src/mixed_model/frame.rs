//! The complete rows of a table, as a formula needs them.

use super::formula::{Formula, Variable};
use super::table::{Column, Table};
use crate::{Level, StatsError};

/// The rows without a missing value in any column of the formula.
pub(crate) struct Frame {
    pub outcome: Vec<f64>,
    /// Values of the formula's variables, in the order of [`Formula::variables`].
    pub variables: Vec<FrameVariable>,
    /// The level of each row in each column of the random intercepts.
    pub groups: Vec<Vec<Level>>,
    /// Index of each row in the table.
    pub rows: Vec<usize>,
}

/// A variable with its values.
pub(crate) struct FrameVariable {
    pub variable: Variable,
    pub values: Values,
}

/// The values of a variable.
pub(crate) enum Values {
    Numbers(Vec<f64>),
    Levels(Vec<Level>),
}

/// Takes the complete rows.
pub(crate) fn frame(formula: &Formula, table: &Table<'_>) -> Result<Frame, StatsError> {
    let variables = formula.variables();
    let names = variables.iter().map(|variable| variable.column.as_str());
    let names = names.chain(formula.random.iter().map(String::as_str));
    let names: Vec<&str> = [formula.outcome.as_str()]
        .into_iter()
        .chain(names)
        .collect();
    let columns: Vec<Column<'_>> = names
        .iter()
        .map(|name| table.column(name))
        .collect::<Result<_, _>>()?;
    let rows: Vec<usize> = (0..table.rows())
        .filter(|row| columns.iter().all(|column| !column.is_missing(*row)))
        .collect();
    if rows.is_empty() {
        return Err(StatsError::BadModel(format!(
            "no row has a value in all of the columns {}",
            names.join(", ")
        )));
    }
    let Column::Numbers(outcome) = columns[0] else {
        return Err(StatsError::BadModel(format!(
            "the outcome {} is a text; it must be a column of numbers",
            formula.outcome
        )));
    };
    let fixed = columns[1..].iter().zip(&variables);
    let variables = fixed.map(|(column, variable)| FrameVariable {
        variable: (*variable).clone(),
        values: match column {
            Column::Numbers(values) if !variable.as_factor => {
                Values::Numbers(rows.iter().map(|row| values[*row]).collect())
            }
            _ => Values::Levels(levels(*column, &rows)),
        },
    });
    Ok(Frame {
        outcome: rows.iter().map(|row| outcome[*row]).collect(),
        variables: variables.collect(),
        groups: columns[names.len() - formula.random.len()..]
            .iter()
            .map(|column| levels(*column, &rows))
            .collect(),
        rows,
    })
}

fn levels(column: Column<'_>, rows: &[usize]) -> Vec<Level> {
    let rows = rows.iter();
    match column {
        Column::Numbers(values) => rows.map(|row| Level::number(values[*row])).collect(),
        Column::Texts(values) => rows.map(|row| Level::parse(values[*row])).collect(),
    }
}
