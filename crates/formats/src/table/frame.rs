//! Converts tables to polars frames and back; with `csv` and `parquet` the only place that uses polars.

use polars::prelude::{Column as PolarsColumn, DataFrame, DataType, IntoColumn, NamedFrom, Series};

use super::{Aside, Column, Table, TableError, Values};
use crate::FormatError;

/// Converts a table to a polars frame.
///
/// # Errors
/// A column that the table keeps aside: it would be lost.
pub(super) fn from_table(table: &Table, format: &'static str) -> Result<DataFrame, FormatError> {
    if let Some(Aside { name, kind }) = table.aside().first() {
        let (column, kind) = (name.clone(), kind.clone());
        return Err(TableError::Unsupported { column, kind }.into());
    }
    let columns: Vec<PolarsColumn> = table.columns().iter().map(to_polars).collect();
    DataFrame::new(table.rows(), columns).map_err(|e| FormatError::format(format, e))
}

/// Converts a polars frame to a table. Unsigned integers beyond 2⁶³ − 1 are kept aside.
pub(super) fn to_table(frame: &DataFrame, format: &'static str) -> Result<Table, FormatError> {
    let mut table = Table::default();
    for column in frame.columns() {
        let name = column.name().to_string();
        match values(column, format)? {
            Some(values) => table.push(Column { name, values })?,
            None => table.set_aside(Aside {
                name,
                kind: "integers beyond 9223372036854775807".into(),
            }),
        }
    }
    Ok(table)
}

fn to_polars(column: &Column) -> PolarsColumn {
    let name = column.name.as_str().into();
    match &column.values {
        Values::Text(values) => Series::new(name, values),
        Values::Number(values) => Series::new(name, values),
        Values::Integer(values) => Series::new(name, values),
        Values::Boolean(values) => Series::new(name, values),
    }
    .into_column()
}

/// The values of a column; `None` for integers that do not fit.
fn values(column: &PolarsColumn, format: &'static str) -> Result<Option<Values>, FormatError> {
    let bad = |e| FormatError::format(format, format_args!("column '{}': {e}", column.name()));
    match column.dtype() {
        DataType::String => {
            let texts = column.str().map_err(bad)?;
            Ok(Some(Values::Text(
                texts.iter().map(|v| v.map(str::to_owned)).collect(),
            )))
        }
        DataType::Boolean => Ok(Some(Values::Boolean(
            column.bool().map_err(bad)?.iter().collect(),
        ))),
        DataType::Float32 | DataType::Float64 => {
            let numbers = column.cast(&DataType::Float64).map_err(bad)?;
            let numbers = numbers.f64().map_err(bad)?.iter().collect();
            Ok(Some(Values::Number(numbers)))
        }
        // Strict: an unsigned value outside the signed range is an error, not a null.
        kind if kind.is_integer() => match column.strict_cast(&DataType::Int64) {
            Ok(integers) => {
                let integers = integers.i64().map_err(bad)?.iter().collect();
                Ok(Some(Values::Integer(integers)))
            }
            Err(_) => Ok(None),
        },
        DataType::Null => Ok(Some(Values::Text(vec![None; column.len()]))),
        other => Err(FormatError::unsupported(
            format,
            format_args!("column '{}' of type {other}", column.name()),
        )),
    }
}
