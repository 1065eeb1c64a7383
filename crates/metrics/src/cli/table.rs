//! Measurements as a table.

use std::collections::BTreeMap;
use std::path::Path;

use rsom_formats::table::{self, Column, Table, TableError};
use rsom_io::long_table;
use rsom_measures::{Metric, Row, column};
use rsom_stage::{TableContents, log};
use rsom_volume::{Grid, Spacing};

use crate::Measurement;

/// Column of the tolerance of a metric that has one, in µm.
pub const TOLERANCE_UM: &str = "tolerance_um";
/// Column of the number of dimensions in which distances, neighbors and center lines were taken.
pub const DIMENSIONS: &str = "dimensions";
/// Column of the lower end of a bin of a histogram.
pub const ANGLE_LOW_DEG: &str = "angle_low_deg";
/// Column of the upper end of a bin of a histogram.
pub const ANGLE_HIGH_DEG: &str = "angle_high_deg";

/// Column of the shortest wavelength of an octave, in columns of the scan.
pub const WAVELENGTH_LOW_COLUMNS: &str = "wavelength_low_columns";
/// Column of the shortest wavelength of an octave, in µm.
pub const WAVELENGTH_LOW_UM: &str = "wavelength_low_um";
/// Column of the wavelength where an octave ends, in µm.
pub const WAVELENGTH_HIGH_UM: &str = "wavelength_high_um";

/// The columns that are equal in every row.
#[derive(Debug, Clone, Copy)]
pub struct Keys<'a> {
    /// Subject, if given.
    pub subject: Option<&'a str>,
    /// Scan id.
    pub scan: Option<&'a str>,
    /// Name of the structure, if given.
    pub label: Option<&'a str>,
    /// Factors of the run, and attributes of the scan.
    pub factors: [&'a BTreeMap<String, String>; 2],
}

impl<'a> Keys<'a> {
    /// The row of a measurement.
    #[must_use]
    pub fn row(&self, measurement: Measurement) -> Row<'a> {
        Row {
            subject: self.subject,
            scan: self.scan,
            label: self.label,
            measurement,
        }
    }
}

/// Refuses factors with the name of a standard column.
///
/// # Errors
/// A message with the name of the factor.
pub fn check_factors(factors: &BTreeMap<String, String>) -> Result<(), String> {
    taken(factors).map_or(Ok(()), |name| {
        Err(format!(
            "every table has a column '{name}'; choose another name for the factor"
        ))
    })
}

/// Refuses attributes with the name of a standard column.
///
/// # Errors
/// A message with the name of the attribute.
pub fn check_attributes(attributes: &BTreeMap<String, String>) -> Result<(), String> {
    taken(attributes).map_or(Ok(()), |name| {
        Err(format!(
            "every table has a column '{name}'; rename this attribute in the manifest or the spreadsheet"
        ))
    })
}

/// The first name that is a standard column.
fn taken(names: &BTreeMap<String, String>) -> Option<&str> {
    let others = [
        TOLERANCE_UM,
        DIMENSIONS,
        ANGLE_LOW_DEG,
        ANGLE_HIGH_DEG,
        WAVELENGTH_LOW_COLUMNS,
        WAVELENGTH_LOW_UM,
        WAVELENGTH_HIGH_UM,
    ];
    let is_taken = |name: &&str| column::ALL.contains(name) || others.contains(name);
    names.keys().map(String::as_str).find(is_taken)
}

/// Warns that lengths and volumes are undefined because the voxel size is unknown.
pub fn warn_of_unknown_size(path: &Path, grid: &Grid) {
    if grid.spacing() == Spacing::Unknown {
        log::warn(format_args!(
            "{}: the voxel size is unknown, so that values in µm and mm³ are missing; 'rsom io convert --spacing-mm' states it",
            path.display()
        ));
    }
}

/// The metrics and columns of the tables of [`of_measurements`], for the specification of a command.
pub fn contents(metrics: &[Metric]) -> TableContents {
    let mut contents = long_table::contents(metrics);
    let own = [TOLERANCE_UM, DIMENSIONS].map(str::to_owned);
    contents.columns.extend(own);
    contents
}

/// One row per measurement, in the given order, with the columns [`TOLERANCE_UM`] and [`DIMENSIONS`]; factor columns sorted by name.
///
/// # Errors
/// A factor with the name of a standard column.
pub fn of_measurements(rows: &[Measurement], keys: &Keys<'_>) -> Result<Table, TableError> {
    let long: Vec<Row<'_>> = rows.iter().map(|row| keys.row(*row)).collect();
    let mut table = table::long(&long)?;
    let tolerances = rows.iter().map(|row| row.tolerance_um);
    table.push(Column::number(TOLERANCE_UM, tolerances))?;
    let dimensions = rows.iter().map(|row| row.dimensions.map(i64::from));
    table.push(Column::integer(DIMENSIONS, dimensions))?;
    push_factors(&mut table, keys)?;
    Ok(table)
}

/// Adds the factors and attributes as columns. One whose value is a number becomes a number column, so that it sorts numerically.
///
/// # Errors
/// A factor with the name of a standard column.
pub fn push_factors(table: &mut Table, keys: &Keys<'_>) -> Result<(), TableError> {
    let rows = table.rows();
    for (name, value) in keys.factors.into_iter().flatten() {
        table.push(factor_column(name, value, rows))?;
    }
    Ok(())
}

fn factor_column(name: &str, value: &str, rows: usize) -> Column {
    // `01` or `1e3` is text that looks like a number: as a number it would be written differently.
    if let Some(integer) = value.parse::<i64>().ok().filter(|v| v.to_string() == value) {
        return Column::integer(name, vec![Some(integer); rows]);
    }
    match value
        .parse::<f64>()
        .ok()
        .filter(|v| v.is_finite() && v.to_string() == value)
    {
        Some(number) => Column::number(name, vec![Some(number); rows]),
        None => Column::repeated(name, value, rows),
    }
}

#[cfg(test)]
mod tests {
    use rsom_formats::table::Values;
    use rsom_measures::schema;

    use super::*;
    use crate::{Status, Surface};

    #[test]
    fn factors_follow_the_columns_of_the_contract() {
        let factors = BTreeMap::from([("s".into(), "100".into()), ("net".into(), "unet".into())]);
        let keys = Keys {
            subject: None,
            scan: Some("eye1"),
            label: None,
            factors: [&factors, &BTreeMap::from([("age".into(), "45".into())])],
        };
        let rows = [schema::RA_VOX
            .measured(None, Status::EmptyPrediction)
            .on_surface(Surface::Both)
            .on_slice(Some(3))];
        let table = of_measurements(&rows, &keys).unwrap();
        let names: Vec<&str> = table.names().collect();
        assert_eq!(names[..10], column::ALL);
        assert_eq!(names[10..], [TOLERANCE_UM, DIMENSIONS, "net", "s", "age"]);
        assert_eq!(
            table.values("s").unwrap(),
            &Values::Integer(vec![Some(100)])
        );
    }

    #[test]
    fn a_factor_keeps_its_spelling() {
        for (value, is_text) in [
            ("01", true),
            ("1e3", true),
            ("nan", true),
            ("0.5", false),
            ("-2", false),
        ] {
            let column = factor_column("f", value, 1);
            assert_eq!(matches!(column.values, Values::Text(_)), is_text, "{value}");
            assert_eq!(column.values.cell(0).to_string(), value);
        }
    }

    #[test]
    fn a_factor_cannot_hide_a_column() {
        let factors = BTreeMap::from([("value".into(), "1".into())]);
        assert!(check_factors(&factors).unwrap_err().contains("'value'"));
    }
}
