//! Reshapes a wide table (one column per metric) to a long one (one measurement per row).

use rsom_measures::{Metric, Status, Surface, column};

use super::{Column, Table, TableError};

/// One row per row of the table and metric, metric by metric: the other columns as they are, then metric, value, unit, status and
/// better direction. Unit and direction are those of `rsom`'s metrics; others have none.
///
/// `metric@label@surface`, as the wide table calls one of several columns of a metric, is taken apart into columns `label` and `surface`.
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
    let parts: Vec<Parts<'_>> = metrics.iter().map(|name| Parts::of(name)).collect();
    let known = |of: fn(Metric) -> Option<&'static str>| -> Vec<Option<&'static str>> {
        let of_metric = (parts.iter()).map(|parts| Metric::named(parts.metric).and_then(of));
        of_metric.flat_map(|word| vec![word; rows]).collect()
    };
    let better = parts
        .iter()
        .map(|parts| Metric::named(parts.metric)?.higher_is_better);
    let status = |value: &Option<f64>| match value {
        Some(_) => Status::Ok,
        None => Status::Undefined,
    };
    push_names(&mut long, &parts, rows)?;
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

/// Adds the metric of each row, and its label and surface where there are any.
fn push_names(long: &mut Table, parts: &[Parts<'_>], rows: usize) -> Result<(), TableError> {
    let repeat = |of: fn(&Parts<'_>) -> Option<String>| -> Vec<Option<String>> {
        let of_metric = parts.iter();
        of_metric.flat_map(|parts| vec![of(parts); rows]).collect()
    };
    let metrics = repeat(|parts| Some(parts.metric.to_owned()));
    long.push(Column::text(column::METRIC, metrics))?;
    for (name, texts) in [
        (
            column::LABEL,
            repeat(|parts| parts.label.map(str::to_owned)),
        ),
        (
            column::SURFACE,
            repeat(|parts| parts.surface.map(str::to_owned)),
        ),
    ] {
        if texts.iter().any(Option::is_some) {
            long.push(Column::text(name, texts))?;
        }
    }
    Ok(())
}

/// The parts of the name of a column of the wide table.
struct Parts<'n> {
    metric: &'n str,
    label: Option<&'n str>,
    surface: Option<&'n str>,
}

impl<'n> Parts<'n> {
    fn of(name: &'n str) -> Self {
        let (metric, rest) = match name.split_once('@') {
            Some((metric, rest)) => (metric, Some(rest)),
            None => (name, None),
        };
        let is_surface = |text: &str| Surface::ALL.iter().any(|s| s.as_str() == text);
        let (label, surface) = match rest.map(|rest| (rest, rest.rsplit_once('@'))) {
            None => (None, None),
            Some((rest, _)) if is_surface(rest) => (None, Some(rest)),
            Some((_, Some((label, surface)))) if is_surface(surface) => {
                (Some(label), Some(surface))
            }
            Some((rest, _)) => (Some(rest), None),
        };
        Self {
            metric,
            label,
            surface,
        }
    }
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

    #[test]
    fn columns_of_a_label_and_a_surface_are_taken_apart() {
        let names = ["dice@dermis", "ra_um@dermis@upper", "ra_um@both", "dice"];
        let columns = names.map(|name| Column::number(name, [Some(0.5)]));
        let table = Table::new(columns.to_vec()).unwrap();
        let long = melted(&table, &names.map(str::to_owned)).unwrap();
        let texts = |name: &str| long.texts(name).unwrap();
        let owned = |texts: [Option<&str>; 4]| texts.map(|text| text.map(str::to_owned));
        assert_eq!(
            texts("metric"),
            owned([Some("dice"), Some("ra_um"), Some("ra_um"), Some("dice")])
        );
        assert_eq!(
            texts("label"),
            owned([Some("dermis"), Some("dermis"), None, None])
        );
        assert_eq!(
            texts("surface"),
            owned([None, Some("upper"), Some("both"), None])
        );
        assert_eq!(texts("unit")[1], Some("µm".to_owned()));
    }
}
