//! Checks that scans and slices identify units only within a subject.

use std::collections::BTreeMap;

use rsom_measures::column;
use rsom_stage::StageError;

use crate::measurement::unit_name;
use crate::{Level, Measurement};

/// Columns whose values are unique only within a subject.
const WITHIN_A_SUBJECT: [&str; 2] = [column::SCAN, column::SLICE];

/// Refuses units that are identified by scan or slice without subject, when one of them occurs in several subjects: two
/// scans named `1` of two subjects are different scans, and their values must not be merged.
///
/// The first entry of each occasion is the subject. Other units, such as a clinic, may include several subjects, and so
/// may any unit when the caller averages over subjects explicitly.
///
/// # Errors
/// Exit code 2; the message states the unit, two of its subjects, and the correct parameter.
pub(super) fn require_one_subject(
    measurements: &[Measurement],
    unit: &[String],
    unit_parameter: &str,
    average_over: &[String],
) -> Result<(), StageError> {
    let names = |name: &str| unit.iter().any(|column| column == name);
    let is_declared = names(column::SUBJECT) || average_over.iter().any(|c| c == column::SUBJECT);
    if is_declared || !WITHIN_A_SUBJECT.into_iter().any(names) {
        return Ok(());
    }
    let mut subjects: BTreeMap<&[Level], &Level> = BTreeMap::new();
    for measurement in measurements {
        let Some(Some(subject)) = measurement.occasion.first() else {
            continue;
        };
        let first = subjects.entry(&measurement.unit).or_insert(subject);
        if *first != subject {
            return Err(StageError::usage(format_args!(
                "{unit_parameter} {}: '{}' occurs in several subjects ('{first}', '{subject}'), whose values would be \
                 merged; write {unit_parameter} {}",
                unit.join(","),
                unit_name(&measurement.unit),
                with_subject(unit).join(",")
            )));
        }
    }
    Ok(())
}

/// The columns, with the subject (and for slices the scan) inserted before columns that are unique only within them.
fn with_subject(unit: &[String]) -> Vec<&str> {
    let mut columns = vec![column::SUBJECT];
    if unit.iter().any(|name| name == column::SLICE) {
        columns.push(column::SCAN);
    }
    let others = unit.iter().map(String::as_str);
    let others: Vec<&str> = others.filter(|name| !columns.contains(name)).collect();
    columns.extend(others);
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slice_is_counted_within_its_scan_and_a_scan_within_its_subject() {
        let hint = |unit: &str| {
            let unit: Vec<String> = unit.split(',').map(str::to_owned).collect();
            with_subject(&unit).join(",")
        };
        assert_eq!(hint("scan"), "subject,scan");
        assert_eq!(hint("slice"), "subject,scan,slice");
        assert_eq!(hint("scan,slice"), "subject,scan,slice");
        assert_eq!(hint("clinic,scan"), "subject,clinic,scan");
    }
}
