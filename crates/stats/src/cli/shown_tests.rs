//! The tests that a publication table shows: reads tables of `compare`, and refuses those that do not fit.

use std::collections::BTreeSet;

use rsom_formats::table::Table;
use rsom_measures::column;
use rsom_parameters::Choice;
use rsom_stage::StageError;

use super::compared_table::is_own_column;
use super::factor::level_of;
use super::measurements::{MeasuredPer, SelectedMeasurements};
use crate::publication::TestedLevel;
use crate::{Level, Quantity, Samples};

/// Columns with one word for all tests of a table.
const DESIGN: [&str; 5] = [
    "test_name",
    "alternative",
    "zero_method",
    "missing_policy",
    "adjustment",
];

/// Refuses tests that one table cannot show together: of different designs, or with several baselines of a factor.
///
/// # Errors
/// Exit code 3; the message names both.
pub(super) fn require_one_design(table: &Table) -> Result<(), StageError> {
    require_one_kind(table)?;
    let (Ok(factors), Ok(baselines)) = (table.values("factor"), table.values("baseline")) else {
        return Ok(());
    };
    for factor in distinct(table, "factor") {
        let pairs = factors.cells().zip(baselines.cells());
        let of_factor = pairs.filter(|(f, _)| f.to_string() == factor);
        let levels: BTreeSet<Level> = of_factor.filter_map(|(_, b)| level_of(b)).collect();
        let found: BTreeSet<String> = levels.iter().map(|l| format!("{factor} = {l}")).collect();
        if found.len() > 1 {
            return Err(several("baselines", &found));
        }
    }
    Ok(())
}

/// Refuses different tests, or tests of different alternatives, treatments of zeros, policies for missing results or corrections.
///
/// # Errors
/// Exit code 3; the message names them.
pub(super) fn require_one_kind(table: &Table) -> Result<(), StageError> {
    for name in DESIGN {
        let found = distinct(table, name);
        if found.len() > 1 {
            return Err(several(&format!("kinds ({name})"), &found));
        }
    }
    Ok(())
}

fn several(what: &str, found: &BTreeSet<String>) -> StageError {
    let found: Vec<&str> = found.iter().map(String::as_str).collect();
    StageError::inputs(format_args!(
        "tests: the tables have tests of several {what}: {}; give tests of one, and write one table for each",
        found.join(", ")
    ))
}

/// Refuses tests that do not belong to the measurements: another unit, a level with pairs but without measurements, or more
/// pairs than units.
///
/// `where` leaves out levels on purpose: then tests of other levels are not shown. The number of pairs is compared with that of
/// the units if the tests paired these units (`is_same_unit`).
///
/// # Errors
/// Exit code 3; the message names the test.
pub(super) fn require_measurements(
    tests: &[TestedLevel],
    rows: &[String],
    samples: &Samples,
    (is_filtered, is_same_unit): (bool, bool),
) -> Result<(), StageError> {
    for test in tests {
        let Some(conditions) = samples.get(&test.quantity) else {
            continue;
        };
        let holds = |condition: &Vec<Level>| {
            test.condition.iter().all(|(name, level)| {
                let place = rows.iter().position(|row| row == name);
                place.and_then(|place| condition.get(place)) == Some(level)
            })
        };
        let units = conditions.iter().filter(|(c, _)| holds(c));
        let units = units.map(|(_, sample)| sample.len()).max();
        let pairs = test.n_pairs.unwrap_or(0);
        let named: Vec<String> = (test.condition.iter())
            .map(|(name, level)| format!("{name} = {level}"))
            .collect();
        let fault = match units {
            None if pairs > 0 && !is_filtered => "there are no measurements there".to_owned(),
            Some(units) if pairs > units && is_same_unit => {
                format!("the measurements have {units} units there")
            }
            _ => continue,
        };
        return Err(StageError::inputs(format_args!(
            "tests: {} at {} was tested over {pairs} pairs, but {fault}; run compare again on these measurements",
            test.quantity,
            named.join(", ")
        )));
    }
    Ok(())
}

/// Refuses tests of values in another unit than that of the measurements.
///
/// # Errors
/// Exit code 3; the message names both units.
pub(super) fn require_units(
    table: &Table,
    tests: &[TestedLevel],
    selected: &SelectedMeasurements,
) -> Result<(), StageError> {
    let Ok(units) = table.texts(column::UNIT) else {
        return Ok(());
    };
    for (test, tested) in tests.iter().zip(units) {
        let here = selected.traits.get(&test.quantity);
        let here = here.and_then(|traits| traits.unit.as_ref());
        if let (Some(tested), Some(here)) = (&tested, here)
            && tested != here
        {
            return Err(StageError::inputs(format_args!(
                "tests: {} was tested in the unit '{tested}', but the measurements have '{here}'; run compare again on these measurements",
                test.quantity
            )));
        }
    }
    Ok(())
}

/// Reads the rows of a table that `compare` wrote.
pub(super) fn tested_levels(
    table: &Table,
    rows: &[String],
) -> Result<Vec<TestedLevel>, StageError> {
    let bad = |e| StageError::inputs(format_args!("tests: {e}"));
    let texts = |name: &str| table.texts(name).map_err(bad);
    let (metrics, surfaces, factors) = (
        texts(column::METRIC)?,
        texts(column::SURFACE)?,
        texts("factor")?,
    );
    let p_adjusted = table.numbers("p_adjusted").map_err(bad)?;
    let smallest = numbers_if_any(table, "smallest_attainable_p_adjusted")?;
    let pairs = numbers_if_any(table, "n")?;
    let notes = match table.column("note") {
        Some(_) => texts("note")?,
        None => vec![None; table.rows()],
    };
    let level = |name: &str, row: usize| Ok(level_of(table.values(name).map_err(bad)?.cell(row)));
    let groups: Vec<&str> = table.names().filter(|name| !is_own_column(name)).collect();
    let mut tests = Vec::new();
    for row in 0..table.rows() {
        let (Some(metric), Some(factor)) = (&metrics[row], &factors[row]) else {
            return Err(StageError::inputs(format_args!(
                "tests: row {} has no metric or no factor",
                row + 1
            )));
        };
        let mut condition = Vec::new();
        for (name, column) in groups
            .iter()
            .map(|g| (*g, *g))
            .chain([(factor.as_str(), "level")])
        {
            if !rows.iter().any(|r| r == name) {
                return Err(StageError::usage(format_args!(
                    "--rows: the tests are grouped by '{name}'; add it to --rows"
                )));
            }
            // When there are several tables, some may lack this group.
            if let Some(level) = level(column, row)? {
                condition.push((name.to_owned(), level));
            }
        }
        tests.push(TestedLevel {
            quantity: Quantity {
                metric: metric.clone(),
                label: level(column::LABEL, row)?,
                surface: surfaces[row].clone(),
            },
            condition,
            baseline: level("baseline", row)?.ok_or_else(|| {
                StageError::inputs(format_args!("tests: row {} has no baseline", row + 1))
            })?,
            p_adjusted: p_adjusted[row],
            n_pairs: pairs[row].map(|n| n as usize),
            smallest_p: smallest[row],
            note: notes[row].clone(),
        });
    }
    Ok(tests)
}

/// A column that tables of other programs may lack.
pub(super) fn numbers_if_any(table: &Table, name: &str) -> Result<Vec<Option<f64>>, StageError> {
    match table.column(name) {
        Some(_) => {
            let numbers = table.numbers(name);
            numbers.map_err(|e| StageError::inputs(format_args!("tests: {e}")))
        }
        None => Ok(vec![None; table.rows()]),
    }
}

/// States what was tested, where the tests paired other units than the table counts.
pub(super) fn pairs_note(
    table: &Table,
    unit_by: &[String],
    measured_per: MeasuredPer,
) -> Option<String> {
    let pair_by = words(table, "pair_by")?;
    let tested_per = words(table, "measured_per")?;
    if pair_by == unit_by.join(",") && tested_per == measured_per.as_str() {
        return dependent_note(table);
    }
    let counts = numbers_if_any(table, "n").ok()?;
    let counts: Vec<u64> = counts.into_iter().flatten().map(|n| n as u64).collect();
    let (fewest, most) = (counts.iter().min()?, counts.iter().max()?);
    let number = match fewest == most {
        true => most.to_string(),
        false => format!("{fewest}–{most}"),
    };
    let unit = match pair_by.rsplit(',').next()? {
        column::SUBJECT => "subjects".to_owned(),
        column::SCAN => "scans".to_owned(),
        column::SLICE => "slices".to_owned(),
        other => format!("pairs by {other}"),
    };
    let independent = match unit.as_str() {
        "slices" | "scans" => {
            format!("; {unit} of one subject are taken for independent, so p may be far too small")
        }
        _ => String::new(),
    };
    Some(format!(
        "p: tested over {number} {unit} (paired by {}, measured per {tested_per}), not over the n units of this \
         table{independent}.",
        pair_by.replace(',', ", ")
    ))
}

/// States that several pairs of one subject were taken for independent, if the table says so.
fn dependent_note(table: &Table) -> Option<String> {
    let (pairs, subjects) = (
        numbers_if_any(table, "n").ok()?,
        numbers_if_any(table, "n_subjects").ok()?,
    );
    let (pairs, subjects) = (pairs.iter().zip(&subjects))
        .filter_map(|(pairs, subjects)| Some(((*pairs)?, (*subjects)?)))
        .find(|(pairs, subjects)| subjects < pairs)?;
    Some(format!(
        "p: {pairs} pairs of {subjects} subjects were taken for independent, so p may be far too small."
    ))
}

/// Whether the tests paired the units of a table of these settings.
pub(super) fn is_same_unit(table: &Table, unit_by: &[String], measured_per: MeasuredPer) -> bool {
    words(table, "pair_by") == Some(unit_by.join(","))
        && words(table, "measured_per").as_deref() == Some(measured_per.as_str())
}

/// The distinct words of a column; `None` without any.
pub(super) fn words(table: &Table, name: &str) -> Option<String> {
    let words: Vec<String> = distinct(table, name).into_iter().collect();
    (!words.is_empty()).then(|| words.join("/"))
}

fn distinct(table: &Table, name: &str) -> BTreeSet<String> {
    let cells = table.values(name).into_iter().flat_map(|v| v.cells());
    cells
        .map(|c| c.to_string())
        .filter(|w| !w.is_empty())
        .collect()
}
