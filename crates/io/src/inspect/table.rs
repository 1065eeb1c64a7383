//! Content of a Parquet file.

use std::path::Path;

use serde_json::{Value, json};

use super::report::Report;
use crate::ports::PROVENANCE_KEY;
use rsom_formats::FormatError;
use rsom_formats::table::{Cell, parquet};

pub(super) fn report(path: &Path) -> Result<Report, FormatError> {
    let table = parquet::read(path)?;
    // Name, type, and number of missing values.
    let columns: Vec<Value> = table
        .columns()
        .iter()
        .map(|column| {
            let nulls = column.values.cells().filter(|c| *c == Cell::Null).count();
            json!([column.name, column.values.type_name(), nulls])
        })
        .chain(
            table
                .aside()
                .iter()
                .map(|aside| json!([aside.name, aside.kind, "not read"])),
        )
        .collect();
    let report = Report::new("Parquet")
        .with("shape", json!([table.rows(), columns.len()]))
        .with("columns", Value::Array(columns));
    let metadata = parquet::metadata(path)?;
    let provenance = metadata.get(PROVENANCE_KEY);
    match provenance.and_then(|text| serde_json::from_str::<Value>(text).ok()) {
        Some(source) => Ok(report.with(
            "generated_by",
            json!([source["tool"], source["version"], source["command"]]),
        )),
        None => Ok(report),
    }
}
