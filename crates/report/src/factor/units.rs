//! Averages the rows of one unit into one record.

use std::collections::BTreeMap;

use rsom_measures::Status;

use super::record::Record;
use super::summary::commonest;

/// Averages the rows of each unit, such as a subject, at each level in each group, so that a subject with many scans counts
/// as much as one with few. Sorted by unit, level and group.
///
/// As in the publication table, a row without a finite value is excluded from its unit's mean, and a unit without any
/// value stays as missing. A unit is `ok` when one of its rows is; otherwise it has the most frequent status.
pub fn of_units<U: Ord>(rows: impl IntoIterator<Item = (U, Record)>) -> Vec<Record> {
    let mut units: BTreeMap<(U, String, String), Vec<Record>> = BTreeMap::new();
    for (unit, record) in rows {
        let key = (unit, record.level.clone(), record.group.clone());
        units.entry(key).or_default().push(record);
    }
    let averaged = |((_, level, group), records): ((U, String, String), Vec<Record>)| Record {
        level,
        group,
        unit: records.first().map_or(String::new(), |r| r.unit.clone()),
        value: mean(&records),
        status: status(&records),
        measurements: records.iter().filter(|r| r.value.is_some()).count(),
    };
    units.into_iter().map(averaged).collect()
}

fn mean(records: &[Record]) -> Option<f64> {
    let values = records.iter().filter_map(|r| r.value);
    let values: Vec<f64> = values.filter(|v| v.is_finite()).collect();
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

fn status(records: &[Record]) -> String {
    if records.iter().any(|r| r.status == Status::Ok) {
        return Status::Ok.to_string();
    }
    commonest(&records.iter().collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(
        unit: &'static str,
        level: &str,
        value: Option<f64>,
        status: &str,
    ) -> (&'static str, Record) {
        let record = Record {
            level: level.to_owned(),
            group: String::new(),
            unit: unit.to_owned(),
            value,
            status: status.to_owned(),
            measurements: 1,
        };
        (unit, record)
    }

    #[test]
    fn a_subject_with_many_scans_counts_as_much_as_one_with_few() {
        let rows = [
            row("a", "0", Some(1.0), "ok"),
            row("a", "0", Some(2.0), "ok"),
            row("a", "0", Some(6.0), "ok"),
            row("b", "0", Some(5.0), "ok"),
            row("a", "10", Some(9.0), "ok"),
        ];
        let found = of_units(rows);
        let values: Vec<(&str, Option<f64>)> =
            found.iter().map(|r| (r.level.as_str(), r.value)).collect();
        assert_eq!(
            values,
            [("0", Some(3.0)), ("10", Some(9.0)), ("0", Some(5.0))]
        );
    }

    #[test]
    fn missing_rows_leave_the_mean_and_a_unit_without_values_stays() {
        let rows = [
            row("a", "0", Some(1.0), "ok"),
            row("a", "0", None, "empty_prediction"),
            row("a", "0", Some(f64::NAN), "undefined"),
            row("b", "0", None, "undefined"),
            row("b", "0", None, "empty_prediction"),
            row("b", "0", None, "empty_prediction"),
        ];
        let found = of_units(rows);
        let found: Vec<(Option<f64>, &str)> =
            found.iter().map(|r| (r.value, r.status.as_str())).collect();
        assert_eq!(found, [(Some(1.0), "ok"), (None, "empty_prediction")]);
    }

    #[test]
    fn a_value_counts_whatever_its_status() {
        // A network that finds nothing has a Dice of 0.
        let rows = [
            row("a", "0", Some(0.8), "ok"),
            row("a", "0", Some(0.0), "empty_prediction"),
        ];
        let found = of_units(rows);
        assert_eq!(
            (found[0].value, found[0].status.as_str()),
            (Some(0.4), "ok")
        );
    }
}
