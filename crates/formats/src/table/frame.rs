//! Converts tables to polars frames and back; with `csv` and `parquet` the only place that uses polars.

use polars::prelude::{Column as PolarsColumn, DataFrame, DataType, IntoColumn, NamedFrom, Series};

use super::{Column, Table, Values};
use crate::FormatError;

/// Converts a table to a polars frame.
pub(super) fn from_table(table: &Table, format: &'static str) -> Result<DataFrame, FormatError> {
    let columns: Vec<PolarsColumn> = table.columns().iter().map(to_polars).collect();
    DataFrame::new(table.rows(), columns).map_err(|e| FormatError::format(format, e))
}

/// Converts a polars frame to a table.
pub(super) fn to_table(frame: &DataFrame, format: &'static str) -> Result<Table, FormatError> {
    let columns: Vec<Column> = frame
        .columns()
        .iter()
        .map(|column| {
            Ok(Column {
                name: column.name().to_string(),
                values: values(column, format)?,
            })
        })
        .collect::<Result<_, FormatError>>()?;
    Ok(Table::new(columns)?)
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

fn values(column: &PolarsColumn, format: &'static str) -> Result<Values, FormatError> {
    let bad = |e| FormatError::format(format, format_args!("column '{}': {e}", column.name()));
    match column.dtype() {
        DataType::String => {
            let texts = column.str().map_err(bad)?;
            Ok(Values::Text(
                texts.iter().map(|v| v.map(str::to_owned)).collect(),
            ))
        }
        DataType::Boolean => Ok(Values::Boolean(
            column.bool().map_err(bad)?.iter().collect(),
        )),
        DataType::Float32 | DataType::Float64 => {
            let numbers = column.cast(&DataType::Float64).map_err(bad)?;
            Ok(Values::Number(numbers.f64().map_err(bad)?.iter().collect()))
        }
        // Strict: an unsigned value outside the signed range is an error, not a null.
        kind if kind.is_integer() => {
            let integers = column.strict_cast(&DataType::Int64).map_err(bad)?;
            Ok(Values::Integer(
                integers.i64().map_err(bad)?.iter().collect(),
            ))
        }
        DataType::Null => Ok(Values::Text(vec![None; column.len()])),
        other => Err(FormatError::unsupported(
            format,
            format_args!("column '{}' of type {other}", column.name()),
        )),
    }
}
