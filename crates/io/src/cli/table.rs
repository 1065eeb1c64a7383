//! `rsom-io table wide`.

use rsom_parameters::Parameters;
use rsom_stage::{Command, Invocation, Kind, Named, Port, StageError, Summary, atomic};

use crate::ports;
use rsom_formats::table::{csv, wide};

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
