//! Tables: columns, rows, texts, and numbers.

use std::collections::HashMap;
use std::path::Path;

use rsom_formats::table::{Cell, Table, Values, parquet};

use super::degree::Agreement;
use super::numbers::Numbers;

/// The column that says what a number in a long table is.
const METRIC: &str = "metric";

/// Compares two Parquet files. Scale of the differences: the largest number of the column, in long tables that of the metric.
pub(super) fn compare(a: &Path, b: &Path) -> Result<Agreement, String> {
    let read = |path: &Path| parquet::read(path).map_err(|e| e.to_string());
    of_tables(&read(a)?, &read(b)?)
}

fn of_tables(a: &Table, b: &Table) -> Result<Agreement, String> {
    let names = |table: &Table| table.names().map(str::to_owned).collect::<Vec<_>>();
    if names(a) != names(b) {
        return Err("they have other columns".to_owned());
    }
    if a.rows() != b.rows() {
        return Err(format!("{} and {} rows", a.rows(), b.rows()));
    }
    let kinds = a.column(METRIC).map(|column| &column.values);
    let mut numbers = Numbers::default();
    for (x, y) in a.columns().iter().zip(b.columns()) {
        let scales = Scales::of(kinds, &[&x.values, &y.values]);
        for row in 0..a.rows() {
            match (x.values.cell(row), y.values.cell(row)) {
                (Cell::Number(x), Cell::Number(y)) => numbers.add(x, y, scales.at(kinds, row)),
                (x, y) if x == y => {}
                (first, second) => {
                    let (first, second) = (word(first), word(second));
                    return Err(format!(
                        "column '{}', row {}: {first} and {second}",
                        x.name,
                        row + 1
                    ));
                }
            }
        }
    }
    Ok(numbers.agreement())
}

/// The largest number of each metric, or of a whole column.
struct Scales(HashMap<Option<String>, f64>);

impl Scales {
    fn of(kinds: Option<&Values>, columns: &[&Values]) -> Self {
        let mut largest = HashMap::new();
        for column in columns {
            for (row, cell) in column.cells().enumerate() {
                if let Cell::Number(value) = cell
                    && value.is_finite()
                {
                    let scale: &mut f64 = largest.entry(kind(kinds, row)).or_default();
                    *scale = scale.max(value.abs());
                }
            }
        }
        Self(largest)
    }

    fn at(&self, kinds: Option<&Values>, row: usize) -> f64 {
        self.0.get(&kind(kinds, row)).copied().unwrap_or(0.0)
    }
}

fn kind(kinds: Option<&Values>, row: usize) -> Option<String> {
    match kinds?.cell(row) {
        Cell::Text(metric) => Some(metric.to_owned()),
        _ => None,
    }
}

fn word(cell: Cell<'_>) -> String {
    match cell {
        Cell::Null => "nothing".to_owned(),
        Cell::Text(text) => format!("'{text}'"),
        Cell::Number(number) => number.to_string(),
        Cell::Integer(number) => number.to_string(),
        Cell::Boolean(value) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use rsom_formats::table::Column;

    use super::*;

    fn table(metrics: [&str; 3], values: [Option<f64>; 3]) -> Table {
        Table::new(vec![
            Column::text("metric", metrics.map(Some)),
            Column::number("value", values),
        ])
        .unwrap()
    }

    #[test]
    fn a_number_is_compared_on_the_scale_of_its_metric() {
        let metrics = ["dice", "dice", "count"];
        let a = table(metrics, [Some(0.5), None, Some(1e6)]);
        let b = |value| table(metrics, [Some(value), None, Some(1e6)]);
        assert_eq!(of_tables(&a, &a), Ok(Agreement::Values));
        let Ok(Agreement::Digits(distance)) = of_tables(&a, &b(0.4999)) else {
            panic!()
        };
        assert_eq!(
            (distance.digits, distance.different, distance.of),
            (3, 1, 2)
        );
    }

    #[test]
    fn another_text_a_missing_value_and_other_rows_are_named() {
        let a = table(["dice", "ra", "iou"], [Some(0.5), None, Some(1.0)]);
        let b = table(["dice", "ra", "nsd"], [Some(0.5), None, Some(1.0)]);
        let said = of_tables(&a, &b).unwrap_err();
        assert_eq!(said, "column 'metric', row 3: 'iou' and 'nsd'");
        let b = table(["dice", "ra", "iou"], [Some(0.5), Some(2.0), Some(1.0)]);
        let said = of_tables(&a, &b).unwrap_err();
        assert_eq!(said, "column 'value', row 2: nothing and 2");
        let said = of_tables(&a, &a.take(&[0]).unwrap()).unwrap_err();
        assert_eq!(said, "3 and 1 rows");
        let other = Table::new(vec![Column::text("metric", [Some("dice"); 3])]).unwrap();
        assert!(of_tables(&a, &other).is_err());
    }
}
