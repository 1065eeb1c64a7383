//! The rows of tables of measurements as panels of a factor figure.

use std::collections::BTreeMap;

use rsom_formats::table::{Cell, Table, TableError};
use rsom_measures::{Metric, Unit, Units, column, of_reference};
use rsom_parameters::Choice;
use rsom_stage::StageError;

use super::settings::FactorSettings;
use crate::factor::{Panel, Record, Reference, of_units, ordered};

/// The table columns that a figure uses.
pub struct Rows {
    metric: Vec<Option<String>>,
    slice: Vec<Option<i64>>,
    surface: Vec<Option<String>>,
    label: Vec<Option<String>>,
    value: Vec<Option<f64>>,
    unit: Vec<Option<String>>,
    status: Vec<Option<String>>,
    level: Vec<String>,
    group: Vec<String>,
    /// For each row, the values of the unit columns.
    unit_key: Vec<Vec<Option<String>>>,
}

impl Rows {
    pub fn of(table: &Table, parameters: &FactorSettings) -> Result<Self, TableError> {
        let names = |column: &str| -> Result<Vec<String>, TableError> {
            let name = |cell: Cell<'_>| match cell {
                Cell::Null => "(none)".to_owned(),
                cell => cell.to_string(),
            };
            Ok(table.values(column)?.cells().map(name).collect())
        };
        Ok(Self {
            metric: table.texts(column::METRIC)?,
            slice: table.integers(column::SLICE)?,
            surface: table.texts(column::SURFACE)?,
            label: table.texts(column::LABEL)?,
            value: table.numbers(column::VALUE)?,
            unit: table.texts(column::UNIT)?,
            status: table.texts(column::STATUS)?,
            unit_key: unit_keys(table, &parameters.unit_by)?,
            level: names(&parameters.factor)?,
            group: match &parameters.group {
                Some(group) => names(group)?,
                None => vec![String::new(); table.rows()],
            },
        })
    }

    /// Indices of the rows of a metric that match the parameters.
    fn chosen(&self, metric: &str, parameters: &FactorSettings) -> Vec<usize> {
        let fits = |i: &usize| {
            let surface = self.surface[*i].as_deref();
            self.metric[*i].as_deref() == Some(metric)
                && self.slice[*i].is_some() == parameters.slices
                && surface.is_none_or(|s| s == parameters.surface.as_str())
                && (parameters.label.is_none() || self.label[*i] == parameters.label)
        };
        (0..self.metric.len()).filter(fits).collect()
    }

    /// The records of the given rows: one per unit, level and group.
    fn records(&self, chosen: &[usize], unit_by: &[String]) -> Result<Vec<Record>, StageError> {
        let record = |i: &usize| {
            let named = |(value, column): (&Option<String>, &String)| {
                value.clone().ok_or_else(|| {
                    let row = i + 1;
                    StageError::inputs(format_args!("column '{column}' has no value in row {row}"))
                })
            };
            let unit = self.unit_key[*i].iter().zip(unit_by).map(named);
            let unit = unit.collect::<Result<Vec<String>, StageError>>()?;
            let record = Record {
                level: self.level[*i].clone(),
                group: self.group[*i].clone(),
                value: self.value[*i],
                unit: unit.join(", "),
                status: self.status[*i].clone().unwrap_or_default(),
                measurements: 1,
            };
            Ok((unit, record))
        };
        let records: Vec<_> = chosen
            .iter()
            .map(record)
            .collect::<Result<_, StageError>>()?;
        Ok(of_units(records))
    }

    pub fn require_one_label(&self, parameters: &FactorSettings) -> Result<(), StageError> {
        let labels = ordered(self.label.iter().map(|l| l.as_deref().unwrap_or("(none)")));
        if parameters.label.is_none() && labels.len() > 1 {
            return Err(StageError::usage(format_args!(
                "the tables have several structures; choose one with --label: {}",
                labels.join(", ")
            )));
        }
        Ok(())
    }
}

/// The panel of a metric.
///
/// # Errors
/// Exit code 2: the tables have no such rows. Exit code 3: rows in different units, or without a unit of the design.
pub fn panel(rows: &Rows, metric: &str, parameters: &FactorSettings) -> Result<Panel, StageError> {
    let chosen = rows.chosen(metric, parameters);
    if chosen.is_empty() {
        let known = ordered(rows.metric.iter().filter_map(Option::as_deref));
        let kind = if parameters.slices {
            "single B-scans"
        } else {
            "whole scans"
        };
        return Err(StageError::usage(format_args!(
            "--metric {metric}: the tables have no such rows of {kind}; their metrics are {}",
            known.join(", ")
        )));
    }
    let of_reference = rows.chosen(&of_reference(metric), parameters);
    // The line of the reference has the axis of the metric.
    let mut units = Units::default();
    for row in chosen.iter().chain(&of_reference) {
        if rows.value[*row].is_some() {
            let unit = rows.unit[*row].as_deref();
            units.add(metric, unit).map_err(StageError::inputs)?;
        }
    }
    let stated = chosen.iter().find_map(|row| rows.unit[*row].as_deref());
    let levels = &parameters.levels;
    let mut reference = rows.records(&of_reference, &parameters.unit_by)?;
    reference.retain(|record| levels.is_empty() || levels.contains(&record.level));
    let mut records = rows.records(&chosen, &parameters.unit_by)?;
    records.retain(|record| levels.is_empty() || levels.contains(&record.level));
    let unit = units.of(metric).or(stated);
    let title = match parameters.names.get(metric) {
        Some(name) => with_unit(name, unit),
        None => title(metric, unit),
    };
    Ok(Panel {
        metric: metric.to_owned(),
        title,
        records,
        references: of_masks(&reference),
        range: range_of(metric, unit),
        tests: Vec::new(),
    })
}

/// Largest relative difference of means that is only rounding.
const SAME: f64 = 1e-9;

/// The mean over the reference masks: one where all levels and groups have the same, as of networks on the same scans, otherwise one
/// for each, as of healthy people and patients.
fn of_masks(records: &[Record]) -> Vec<Reference> {
    let mut cells: BTreeMap<(&str, &str), Vec<f64>> = BTreeMap::new();
    for record in records {
        if let Some(value) = record.value.filter(|v| v.is_finite()) {
            let cell = (record.level.as_str(), record.group.as_str());
            cells.entry(cell).or_default().push(value);
        }
    }
    let mean = |values: &Vec<f64>| values.iter().sum::<f64>() / values.len() as f64;
    let reference = |((level, group), values): (&(&str, &str), &Vec<f64>)| Reference {
        words: "reference masks".to_owned(),
        value: mean(values),
        cell: Some(((*level).to_owned(), (*group).to_owned())),
    };
    let all: Vec<Reference> = cells.iter().map(reference).collect();
    let Some(first) = all.first() else {
        return all;
    };
    let is_same = |other: &Reference| {
        let size = first.value.abs().max(other.value.abs());
        (first.value - other.value).abs() <= SAME * size
    };
    match all.iter().all(is_same) {
        true => vec![Reference {
            cell: None,
            ..first.clone()
        }],
        false => all,
    }
}

/// Lowest and highest possible value: overlap lies between 0 and 1, or 100 %, and what is better when lower is an error, at least 0.
fn range_of(metric: &str, unit: Option<&str>) -> [f64; 2] {
    match Metric::named(metric).map(|known| (known.higher_is_better, known.unit)) {
        Some((Some(true), Unit::One)) => match unit.map(str::trim) {
            None | Some("" | "1") => [0.0, 1.0],
            Some("%") => [0.0, 100.0],
            Some(_) => [0.0, f64::INFINITY],
        },
        Some((Some(false), _)) => [0.0, f64::INFINITY],
        _ => [f64::NEG_INFINITY, f64::INFINITY],
    }
}

fn unit_keys(table: &Table, unit_by: &[String]) -> Result<Vec<Vec<Option<String>>>, TableError> {
    let mut keys = vec![Vec::new(); table.rows()];
    for column in unit_by {
        for (key, cell) in keys.iter_mut().zip(table.values(column)?.cells()) {
            key.push((cell != Cell::Null).then(|| cell.to_string()));
        }
    }
    Ok(keys)
}

/// A measure's name in print, with its unit.
fn title(metric: &str, unit: Option<&str>) -> String {
    with_unit(
        Metric::named(metric).map_or(metric, |known| known.title),
        unit,
    )
}

fn with_unit(name: &str, unit: Option<&str>) -> String {
    match unit {
        Some(unit) if unit != Unit::One.as_str() && !unit.is_empty() => format!("{name} ({unit})"),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_that_differ_have_a_value_for_each_level() {
        let record = |level: &str, value: f64| Record {
            level: level.to_owned(),
            group: String::new(),
            unit: "a".to_owned(),
            value: Some(value),
            status: "ok".to_owned(),
            measurements: 1,
        };
        let same = of_masks(&[record("unet", 80.0), record("fcn", 80.0)]);
        assert_eq!((same.len(), &same[0].cell), (1, &None));
        let differing = of_masks(&[
            record("control", 80.0),
            record("control", 84.0),
            record("psoriasis", 90.0),
        ]);
        let values: Vec<f64> = differing.iter().map(|r| r.value).collect();
        assert_eq!(values, [82.0, 90.0]);
        assert_eq!(
            differing[1].cell,
            Some(("psoriasis".to_owned(), String::new()))
        );
    }

    #[test]
    fn the_range_of_a_measure_has_its_unit() {
        assert_eq!(range_of("dice", Some("1")), [0.0, 1.0]);
        assert_eq!(range_of("dice", Some("%")), [0.0, 100.0]);
        assert_eq!(range_of("dice", Some("‰")), [0.0, f64::INFINITY]);
        assert_eq!(range_of("hd95_mm", Some("mm")), [0.0, f64::INFINITY]);
    }

    #[test]
    fn titles_carry_units_but_not_of_ratios() {
        assert_eq!(title("dice", Some("1")), "Dice");
        assert_eq!(title("ra_um", Some("µm")), "Roughness Ra (µm)");
        assert_eq!(title("vessel_beauty", None), "vessel_beauty");
    }
}
