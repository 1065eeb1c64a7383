//! Reshapes a long table (one measurement per row) to a wide one (one column per metric).

use std::collections::BTreeMap;

use rsom_measures::{Units, column};

use super::{Column, Table, TableError, Values};

/// One row per combination of the `keys`, in order of appearance, and one column per metric of `metrics` (if empty:
/// all, sorted by name). Rows of single slices are skipped.
///
/// A metric of several labels or surfaces has several columns, `metric@label@surface` with the parts that differ.
/// Missing measurements are null.
///
/// # Errors
/// A key, or one of the columns `metric` and `value`, is missing; a metric has two values for the same keys, or values in
/// two units.
pub fn wide(table: &Table, keys: &[String], metrics: &[String]) -> Result<Table, TableError> {
    let WideRows { first_rows, found } = WideRows::of(table, keys, metrics)?;
    let wanted: Vec<&String> = match metrics {
        [] => found.keys().map(|[name, ..]| name).collect(),
        metrics => metrics.iter().collect(),
    };
    let whole = table.take(&first_rows)?;
    let of_keys = keys.iter().filter_map(|key| whole.column(key).cloned());
    let mut whole = Table::new(of_keys.collect())?;
    for name in wanted {
        let alike: Vec<&Parts> = found.keys().filter(|[metric, ..]| metric == name).collect();
        if alike.is_empty() {
            whole.push(Column::number(name, vec![None; first_rows.len()]))?;
        }
        for parts in &alike {
            let title = title(parts, &alike);
            // A requested metric with several columns adds all of them.
            if whole.column(&title).is_none() {
                let mut column = vec![None; first_rows.len()];
                found[*parts]
                    .iter()
                    .for_each(|(place, value)| column[*place] = *value);
                whole.push(Column::number(&title, column))?;
            }
        }
    }
    Ok(whole)
}

/// Metric, label and surface; empty if missing.
type Parts = [String; 3];

/// The values of the wide table.
struct WideRows {
    /// For each row of the wide table, the first row of the long table that belongs to it.
    first_rows: Vec<usize>,
    /// Values by metric, and by row of the wide table.
    found: BTreeMap<Parts, BTreeMap<usize, Option<f64>>>,
}

impl WideRows {
    fn of(table: &Table, keys: &[String], metrics: &[String]) -> Result<Self, TableError> {
        let (names, values) = (table.texts(column::METRIC)?, table.numbers(column::VALUE)?);
        let slices = match table.column(column::SLICE) {
            Some(_) => table.integers(column::SLICE)?,
            None => vec![None; table.rows()],
        };
        let units = match table.column(column::UNIT) {
            Some(_) => table.texts(column::UNIT)?,
            None => vec![None; table.rows()],
        };
        let mut one_unit = Units::default();
        let more = [column::LABEL, column::SURFACE].map(|name| table.column(name));
        let of_keys = keys.iter().map(|key| table.values(key));
        let of_keys: Vec<&Values> = of_keys.collect::<Result<_, _>>()?;
        let mut rows: BTreeMap<Vec<String>, usize> = BTreeMap::new();
        let mut placed = Self {
            first_rows: Vec::new(),
            found: BTreeMap::new(),
        };
        for row in 0..table.rows() {
            let Some(name) = names[row].as_ref().filter(|_| slices[row].is_none()) else {
                continue;
            };
            if !metrics.is_empty() && !metrics.contains(name) {
                continue;
            }
            if values[row].is_some() {
                one_unit.add(name, units[row].as_deref())?;
            }
            let key = of_keys.iter().map(|c| format!("{:?}", c.cell(row)));
            let next = rows.len();
            let place = *rows.entry(key.collect()).or_insert(next);
            if place == next {
                placed.first_rows.push(row);
            }
            let [label, surface] =
                more.map(|c| c.map_or(String::new(), |c| c.values.cell(row).to_string()));
            let found = placed.found.entry([name.clone(), label, surface]);
            if found.or_default().insert(place, values[row]).is_some() {
                return Err(TableError::Repeated {
                    metric: name.clone(),
                    keys: keys.join(", "),
                });
            }
        }
        Ok(placed)
    }
}

/// The column name of a metric among columns of the same metric.
fn title(parts: &Parts, alike: &[&Parts]) -> String {
    let differs = |part: usize| alike.iter().any(|other| other[part] != parts[part]);
    let told = (1..3).filter(|part| differs(*part) && !parts[*part].is_empty());
    told.fold(parts[0].clone(), |title, part| {
        format!("{title}@{}", parts[part])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scan, metric, surface, slice, value.
    type Row<'a> = (&'a str, &'a str, Option<&'a str>, Option<i64>, f64);

    fn measured(rows: &[Row<'_>]) -> Table {
        Table::new(vec![
            Column::text("scan", rows.iter().map(|r| Some(r.0))),
            Column::integer("slice", rows.iter().map(|r| r.3)),
            Column::text("surface", rows.iter().map(|r| r.2)),
            Column::text("metric", rows.iter().map(|r| Some(r.1))),
            Column::number("value", rows.iter().map(|r| Some(r.4))),
        ])
        .unwrap()
    }

    #[test]
    fn a_metric_in_two_units_is_refused() {
        let mut long = measured(&[
            ("a", "dice", None, None, 0.9),
            ("b", "dice", None, None, 90.0),
        ]);
        long.push(Column::text("unit", [Some("1"), Some("%")]))
            .unwrap();
        let error = wide(&long, &["scan".into()], &[]).unwrap_err();
        let said = error.to_string();
        assert!(said.starts_with("dice is measured in 1 and in %"), "{said}");
    }

    #[test]
    fn scans_become_rows_and_metrics_columns() {
        let long = measured(&[
            ("b", "dice", None, None, 0.5),
            ("b", "dice", None, Some(3), 0.1),
            ("b", "ra", Some("upper"), None, 1.0),
            ("b", "ra", Some("both"), None, 2.0),
            ("a", "dice", None, None, 0.25),
        ]);
        let wide = wide(&long, &["scan".into()], &[]).unwrap();
        let names: Vec<&str> = wide.names().collect();
        assert_eq!(names, ["scan", "dice", "ra@both", "ra@upper"]);
        assert_eq!(
            wide.texts("scan").unwrap(),
            [Some("b".into()), Some("a".into())]
        );
        assert_eq!(wide.numbers("dice").unwrap(), [Some(0.5), Some(0.25)]);
        assert_eq!(wide.numbers("ra@upper").unwrap(), [Some(1.0), None]);
    }

    #[test]
    fn metrics_come_in_the_order_asked_for_and_absent_ones_are_empty() {
        let long = measured(&[("a", "x", None, None, 1.0), ("a", "y", None, None, 2.0)]);
        let metrics = ["y", "gone", "x"].map(str::to_owned);
        let wide = wide(&long, &["scan".into()], &metrics).unwrap();
        let names: Vec<&str> = wide.names().collect();
        assert_eq!(names, ["scan", "y", "gone", "x"]);
        assert_eq!(wide.numbers("gone").unwrap(), [None]);
    }

    #[test]
    fn labels_that_are_numbers_tell_columns_apart_as_texts_do() {
        let long = Table::new(vec![
            Column::repeated("scan", "a", 2),
            Column::integer("label", [Some(1), Some(4)]),
            Column::repeated("metric", "dice", 2),
            Column::number("value", [Some(0.5), Some(0.25)]),
        ]);
        let wide = wide(&long.unwrap(), &["scan".into()], &[]).unwrap();
        let names: Vec<&str> = wide.names().collect();
        assert_eq!(names, ["scan", "dice@1", "dice@4"]);
    }

    #[test]
    fn two_values_under_one_key_are_an_error() {
        let long = measured(&[("a", "x", None, None, 1.0), ("a", "x", None, None, 2.0)]);
        let error = wide(&long, &["scan".into()], &[]).unwrap_err().to_string();
        assert!(error.contains("'x'") && error.contains("scan"), "{error}");
        assert!(wide(&long, &["gone".into()], &[]).is_err());
    }
}
