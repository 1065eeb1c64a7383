//! `rsom-io table wide`, `table long` and `table csv`.

use rsom_parameters::Parameters;
use rsom_stage::{Command, Invocation, Kind, Named, Port, StageError, Summary, atomic};

use crate::ports;
use rsom_formats::table::{csv, melted, wide};

/// The commands that reshape tables.
pub(super) fn commands() -> Vec<Command> {
    vec![
        Command::new("table wide", "Reshape a long table for spreadsheets: one row per scan, one column per metric", run)
            .input(Port::required("input", Kind::Table, "Tables of measures in long form").many())
            .output(Port::required("output", Kind::Document, "Table to write: Parquet when its name ends in .parquet, else CSV"))
            .parameters(Settings::declare())
            .names_in_tables("input", Named::Metric, &["metric"])
            .names_in_tables("input", Named::Column, &["keys"])
            .example("rsom-io table wide --input a.parquet b.parquet --metric layer_thickness_um,vessel_voxels --output scans.csv"),
        Command::new("table long", "Read a spreadsheet with one column per metric as a table of measures, for the statistics", lengthen)
            .input(Port::required("input", Kind::Table, "Spreadsheets: CSV, TSV or Parquet").many())
            .output(Port::required("output", Kind::Table, "Table of measures in long form"))
            .parameters(MeltSettings::declare())
            .example("rsom-io table long --input sheet.csv --metric thickness_um,dice --output m.parquet"),
        Command::new("table csv", "Write tables as CSV for spreadsheets, R and Python: all rows and columns as they are", to_csv)
            .input(Port::required("input", Kind::Table, "Tables").many())
            .output(Port::required("output", Kind::Document, "CSV file to write"))
            .example("rsom-io table csv --input tests.parquet --output tests.csv"),
    ]
}

#[derive(Parameters)]
struct Settings {
    /// Columns that identify a row.
    #[parameter(default = ["subject", "scan"])]
    keys: Vec<String>,
    /// Metrics, in this order (unset: all, by name).
    metric: Option<Vec<String>>,
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: Settings = invocation.settings()?;
    let path = invocation.output("output")?;
    let long = ports::read_table(invocation, "input")?;
    let metrics = settings.metric.unwrap_or_default();
    let table = wide(&long, &settings.keys, &metrics).map_err(StageError::inputs)?;
    if path.extension().is_some_and(|e| e == "parquet") {
        ports::write_table(invocation, "output", &table)?;
    } else {
        let bytes = csv::to_bytes(&table).map_err(StageError::failure)?;
        atomic::write_bytes(path, &bytes)?;
    }
    Ok(Summary::new()
        .with("rows", table.rows())
        .with("columns", table.columns().len()))
}

#[derive(Parameters)]
struct MeltSettings {
    /// Columns of numbers that are metrics. All other columns, such as subject, scan, group and age, stay as they are.
    #[parameter(required)]
    metric: Vec<String>,
}

fn lengthen(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: MeltSettings = invocation.settings()?;
    let sheet = ports::read_table(invocation, "input")?;
    let long = melted(&sheet, &settings.metric).map_err(StageError::inputs)?;
    ports::write_table(invocation, "output", &long)?;
    Ok(Summary::new().with("rows", long.rows()))
}

fn to_csv(invocation: &Invocation) -> Result<Summary, StageError> {
    let table = ports::read_table(invocation, "input")?;
    let bytes = csv::to_bytes(&table).map_err(StageError::failure)?;
    atomic::write_bytes(invocation.output("output")?, &bytes)?;
    Ok(Summary::new()
        .with("rows", table.rows())
        .with("columns", table.columns().len()))
}
