//! The samples of a command: reads its tables, selects rows, and aggregates units.

use rsom_io::ports;
use rsom_stage::{Command, Invocation, Kind, Named, Port, StageError};

use super::factor::LOSS;
use super::fault::stage_error;
use super::measurements::{SelectedMeasurements, Selection, select};
use super::sampling::Sampling;
use crate::{Samples, gather};

/// Adds to a command the tables that [`gathered`] reads. `columns` are the parameters that name columns of them.
pub(super) fn gathering(command: Command, columns: &[&str]) -> Command {
    let tables = Port::required("input", Kind::Table, "Tables of measures in long form");
    command
        .input(tables.many())
        .names_in_tables("input", Named::Metric, &["metric"])
        .names_in_tables("input", Named::Column, columns)
        .derives(LOSS)
        .needs_default_names()
}

/// What a command needs of its tables.
pub(super) struct Wanted<'a> {
    /// Metrics, each `NAME` or `NAME@SURFACE`.
    pub metrics: &'a [String],
    /// Columns that define the condition; see [`condition_of`].
    pub condition: Vec<String>,
    /// Columns that identify the unit.
    pub unit: &'a [String],
    /// Command-line parameter that sets `unit`, for messages.
    pub unit_parameter: &'static str,
    pub sampling: &'a Sampling,
}

/// The columns of a condition: the groups, and the factor as the last.
pub(super) fn condition_of(group_by: &[String], factor: &String) -> Vec<String> {
    group_by.iter().chain([factor]).cloned().collect()
}

/// The selected measurements of the input `input`, and their samples.
///
/// # Errors
/// As [`select`] and [`gather`].
pub(super) fn gathered(
    invocation: &Invocation,
    wanted: &Wanted<'_>,
) -> Result<(SelectedMeasurements, Samples), StageError> {
    let table = ports::read_table(invocation, "input")?;
    let selected = select(
        &table,
        &Selection {
            metrics: wanted.metrics,
            measured_per: wanted.sampling.measured_per,
            filter: &wanted.sampling.r#where,
            condition: &wanted.condition,
            unit: wanted.unit,
            unit_parameter: wanted.unit_parameter,
            average_over: &wanted.sampling.average_over,
        },
    )?;
    let samples = gather(&selected.measurements, wanted.sampling.aggregate);
    let samples = samples.map_err(|e| stage_error(&e))?;
    Ok((selected, samples))
}
