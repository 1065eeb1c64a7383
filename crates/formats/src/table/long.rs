//! The long table of measurements.

use rsom_measures::{Measurement, Row, column};

use super::{Column, Table, TableError};

/// One measurement per row, in order, with the columns of [`column::ALL`].
///
/// # Errors
/// Never for these columns.
pub fn long(rows: &[Row<'_>]) -> Result<Table, TableError> {
    let measured = || rows.iter().map(|row| row.measurement);
    let better = |m: Measurement| m.metric.higher_is_better;
    Table::new(vec![
        Column::text(column::SUBJECT, rows.iter().map(|row| row.subject)),
        Column::text(column::SCAN, rows.iter().map(|row| row.scan)),
        Column::integer(column::SLICE, measured().map(|m| m.slice.map(|y| y as i64))),
        Column::text(column::LABEL, rows.iter().map(|row| row.label)),
        Column::text(
            column::SURFACE,
            measured().map(|m| m.surface.map(|s| s.as_str())),
        ),
        Column::text(column::METRIC, measured().map(|m| Some(m.metric.name))),
        Column::number(column::VALUE, measured().map(|m| m.value)),
        Column::text(
            column::UNIT,
            measured().map(|m| Some(m.metric.unit.as_str())),
        ),
        Column::text(column::STATUS, measured().map(|m| Some(m.status.as_str()))),
        Column::boolean(column::HIGHER_IS_BETTER, measured().map(better)),
    ])
}

#[cfg(test)]
mod tests {
    use rsom_measures::{Status, Surface, schema};

    use super::*;

    #[test]
    fn a_measurement_becomes_a_row_with_the_columns_of_the_schema() {
        let measurement = schema::RA_VOX
            .measured(None, Status::EmptyPrediction)
            .on_surface(Surface::Both)
            .on_slice(Some(3));
        let row = Row {
            subject: None,
            scan: Some("eye1"),
            label: Some("epidermis"),
            measurement,
        };
        let table = long(&[row]).unwrap();
        assert!(table.names().eq(column::ALL));
        let text = |name: &str| table.texts(name).unwrap()[0].clone();
        assert_eq!(text("subject"), None);
        assert_eq!(text("scan").as_deref(), Some("eye1"));
        assert_eq!(text("label").as_deref(), Some("epidermis"));
        assert_eq!(text("surface").as_deref(), Some("both"));
        assert_eq!(text("metric").as_deref(), Some("ra_vox"));
        assert_eq!(text("unit").as_deref(), Some("voxels"));
        assert_eq!(text("status").as_deref(), Some("empty_prediction"));
        assert_eq!(table.integers("slice").unwrap(), [Some(3)]);
        assert_eq!(table.numbers("value").unwrap(), [None]);
        assert_eq!(table.booleans("higher_is_better").unwrap(), [Some(false)]);
    }

    #[test]
    fn a_table_without_rows_has_the_columns_of_the_schema() {
        assert!(long(&[]).unwrap().names().eq(column::ALL));
    }
}
