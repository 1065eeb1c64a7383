//! Measurements as a table.

use std::collections::BTreeMap;

use rsom_formats::table::{Column, Table, TableError};

use crate::Measurement;

/// Columns that every table of measurements has; no factor may take their names.
const COLUMNS: [&str; 10] = [
    "subject",
    "scan",
    "slice",
    "label",
    "surface",
    "metric",
    "value",
    "unit",
    "status",
    "higher_is_better",
];

/// What stands the same in every row.
#[derive(Debug, Clone, Copy)]
pub struct Keys<'a> {
    /// Subject, when it was given.
    pub subject: Option<&'a str>,
    /// Scan id.
    pub scan: Option<&'a str>,
    /// Name of the structure, when it was given.
    pub label: Option<&'a str>,
    /// Factors of the run.
    pub factors: &'a BTreeMap<String, String>,
}

/// Refuses factors whose names are taken.
///
/// # Errors
/// The name of the factor.
pub fn check_factors(factors: &BTreeMap<String, String>) -> Result<(), String> {
    let taken = ["angle_low_deg", "angle_high_deg"];
    let clash = factors
        .keys()
        .find(|name| COLUMNS.contains(&name.as_str()) || taken.contains(&name.as_str()));
    clash.map_or(Ok(()), |name| {
        Err(format!(
            "every table has a column '{name}'; choose another name for the factor"
        ))
    })
}

/// One row a measurement, in their order; factors in the order of their names.
///
/// # Errors
/// A factor whose name is taken.
pub fn of_measurements(rows: &[Measurement], keys: &Keys<'_>) -> Result<Table, TableError> {
    let n = rows.len();
    let mut table = Table::new(vec![
        Column::text("subject", vec![keys.subject; n]),
        Column::text("scan", vec![keys.scan; n]),
        Column::integer("slice", rows.iter().map(|r| r.slice.map(|y| y as i64))),
        Column::text("label", vec![keys.label; n]),
        Column::text(
            "surface",
            rows.iter().map(|r| r.surface.map(|s| s.as_str())),
        ),
        Column::text("metric", rows.iter().map(|r| Some(r.quantity.name))),
        Column::number("value", rows.iter().map(|r| r.value)),
        Column::text("unit", rows.iter().map(|r| Some(r.quantity.unit.as_str()))),
        Column::text("status", rows.iter().map(|r| Some(r.status.as_str()))),
        Column::boolean(
            "higher_is_better",
            rows.iter().map(|r| r.quantity.higher_is_better),
        ),
    ])?;
    push_factors(&mut table, keys.factors)?;
    Ok(table)
}

/// Adds the factors as columns; a factor that is a number becomes one, so that `s` sorts as a number does.
///
/// # Errors
/// A factor whose name is taken.
pub fn push_factors(
    table: &mut Table,
    factors: &BTreeMap<String, String>,
) -> Result<(), TableError> {
    let rows = table.rows();
    for (name, value) in factors {
        table.push(factor_column(name, value, rows))?;
    }
    Ok(())
}

fn factor_column(name: &str, value: &str, rows: usize) -> Column {
    // `01` or `1e3` is a name that looks like a number: it would not come out as it went in.
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

    use super::*;
    use crate::{Quantity, Status, Surface, Unit};

    #[test]
    fn columns_have_the_names_of_the_contract_and_factors_follow() {
        let factors = BTreeMap::from([("s".into(), "100".into()), ("net".into(), "unet".into())]);
        let keys = Keys {
            subject: None,
            scan: Some("eye1"),
            label: None,
            factors: &factors,
        };
        let ra = Quantity::new("ra_vox", Unit::Voxels, Some(false));
        let rows = [ra
            .measured(None, Status::EmptyPrediction)
            .on_surface(Surface::Both)
            .on_slice(Some(3))];
        let table = of_measurements(&rows, &keys).unwrap();
        let names: Vec<&str> = table.names().collect();
        assert_eq!(names[..10], COLUMNS);
        assert_eq!(names[10..], ["net", "s"]);
        assert_eq!(table.integers("slice").unwrap(), [Some(3)]);
        assert_eq!(table.numbers("value").unwrap(), [None]);
        assert_eq!(
            table.texts("status").unwrap(),
            [Some("empty_prediction".to_owned())]
        );
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
