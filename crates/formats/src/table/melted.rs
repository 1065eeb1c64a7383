//! Reshapes a wide table (one column per metric) to a long one (one measurement per row).

use rsom_measures::{Metric, Status, column};

use super::{Column, Table, TableError};

/// One row per row of the table and metric, metric by metric: the other columns as they are, then metric, value, unit, status and
/// better direction. Unit and direction are those of `rsom`'s metrics; others have none.
///
/// # Errors
/// A metric is no column of numbers; another column has the name of a column that is added.
pub fn melted(table: &Table, metrics: &[String]) -> Result<Table, TableError> {
    let rows = table.rows();
    let repeated: Vec<usize> = metrics.iter().flat_map(|_| 0..rows).collect();
    let keys = table
        .columns()
        .iter()
        .filter(|c| !metrics.contains(&c.name));
    let keys = Table::new(keys.cloned().collect())?;
    let mut long = match keys.columns().is_empty() {
        true => Table::new(Vec::new())?,
        false => keys.take(&repeated)?,
    };
    let mut values = Vec::with_capacity(repeated.len());
    for metric in metrics {
        let numbers = table.numbers(metric)?;
        values.extend(numbers.into_iter().map(|v| v.filter(|v| v.is_finite())));
    }
    let known = |of: fn(Metric) -> Option<&'static str>| -> Vec<Option<&'static str>> {
        let of_metric = metrics.iter().map(|name| Metric::named(name).and_then(of));
        of_metric.flat_map(|word| vec![word; rows]).collect()
    };
    let better = metrics
        .iter()
        .map(|name| Metric::named(name)?.higher_is_better);
    let status = |value: &Option<f64>| match value {
        Some(_) => Status::Ok,
        None => Status::Undefined,
    };
    let names = metrics
        .iter()
        .flat_map(|name| vec![Some(name.as_str()); rows]);
    long.push(Column::text(column::METRIC, names))?;
    let statuses: Vec<Status> = values.iter().map(status).collect();
    long.push(Column::number(column::VALUE, values))?;
    long.push(Column::text(column::UNIT, known(|m| Some(m.unit.as_str()))))?;
    long.push(Column::text(
        column::STATUS,
        statuses.iter().map(|s| Some(s.as_str())),
    ))?;
    let better: Vec<Option<bool>> = better.flat_map(|b| vec![b; rows]).collect();
    long.push(Column::boolean(column::HIGHER_IS_BETTER, better))?;
    Ok(long)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "helpers of tests")]

    use super::*;

    fn sheet() -> Table {
        Table::new(vec![
            Column::text("subject", ["a", "b"].map(Some)),
            Column::number("dice", [Some(0.9), None]),
            Column::integer("score", [Some(3), Some(4)]),
        ])
        .unwrap()
    }

    #[test]
    fn each_metric_of_each_row_is_a_row() {
        let long = melted(&sheet(), &["dice".to_owned(), "score".to_owned()]).unwrap();
        assert_eq!(long.rows(), 4);
        let texts = |name: &str| -> Vec<String> {
            long.texts(name)
                .unwrap()
                .into_iter()
                .map(Option::unwrap_or_default)
                .collect()
        };
        assert_eq!(texts("subject"), ["a", "b", "a", "b"]);
        assert_eq!(texts("metric"), ["dice", "dice", "score", "score"]);
        assert_eq!(texts("status"), ["ok", "undefined", "ok", "ok"]);
        assert_eq!(texts("unit"), ["1", "1", "", ""]);
        let values = long.numbers("value").unwrap();
        assert_eq!(values, [Some(0.9), None, Some(3.0), Some(4.0)]);
        assert_eq!(long.booleans("higher_is_better").unwrap()[0], Some(true));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        assert!(melted(&sheet(), &["subject".to_owned()]).is_err());
        assert!(melted(&sheet(), &["iou".to_owned()]).is_err());
    }
}
