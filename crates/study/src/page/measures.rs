//! The measures of each scan, to sort scans by and to read beside their slices.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use rsom_formats::table::{Table, parquet};
use rsom_measures::{Metric, column};
use rsom_pipeline::{RecordedFile, RecordedRun, RecordedTask};
use rsom_stage::Kind;
use serde::Serialize;

use super::files::{Folder, MOST_BYTES};
use super::words::factors;

/// The measures of all scans.
#[derive(Debug, Serialize)]
pub(super) struct Measures {
    /// Titles of the measures.
    pub columns: Vec<String>,
    /// Of each scan, what was measured, and its measures in the order of `columns`.
    pub scans: BTreeMap<String, Vec<Row>>,
}

/// The measures of one prediction of a scan.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub name: String,
    pub values: Vec<Option<f64>>,
}

/// The measures that one task took of a scan.
struct Measured<'a> {
    scan: &'a str,
    task: &'a RecordedTask,
    values: Vec<(Key, f64)>,
}

/// The metric, label and surface of a measure.
type Key = (String, String, String);

/// Metrics of a study that compares none.
const USUAL: [&str; 5] = ["dice", "iou", "precision", "recall", "ra_vox"];

/// The measures of scans by those metrics that the study compares or tabulates. `None` if no task of a scan wrote such a table. Tables
/// that cannot be read are named in `left_out`.
pub(super) fn measures(
    recorded: &RecordedRun,
    folder: &Folder,
    left_out: &mut Vec<String>,
) -> Option<Measures> {
    let metrics = metrics(recorded);
    let mut tables: Vec<(&str, &RecordedTask, &RecordedFile)> = Vec::new();
    for task in recorded.tasks.iter().filter(|task| task.is_made()) {
        let is_table = |file: &&RecordedFile| {
            let is_parquet = |path: &String| path.ends_with(".parquet");
            file.kind == Some(Kind::Table) && file.path.as_ref().is_some_and(is_parquet)
        };
        if let Some(scan) = &task.scan {
            let files = task.outputs.values().filter(is_table);
            tables.extend(files.map(|file| (scan.as_str(), task, file)));
        }
    }
    let read = |(_, _, file): &(&str, &RecordedTask, &RecordedFile)| {
        let bytes = folder.read(file, MOST_BYTES)?;
        let table = parquet::from_bytes(&bytes).map_err(|e| e.to_string())?;
        Ok(values(&table, &metrics))
    };
    let found: Vec<Result<Vec<(Key, f64)>, String>> = tables.par_iter().map(read).collect();
    let mut rows = Vec::new();
    for ((scan, task, file), found) in tables.into_iter().zip(found) {
        match found {
            Ok(values) if values.is_empty() => {}
            Ok(values) => rows.push(Measured { scan, task, values }),
            Err(fault) => {
                let path = file.path.as_deref().unwrap_or("");
                left_out.push(format!("{path}: {fault}"));
            }
        }
    }
    (!rows.is_empty()).then(|| arranged(&rows, &metrics))
}

/// The metrics that tasks of `stats` name, in their order.
fn metrics(recorded: &RecordedRun) -> Vec<String> {
    let of_stats = |task: &&RecordedTask| task.tool.as_deref() == Some("stats");
    let lists = recorded.tasks.iter().filter(of_stats);
    let lists = lists.filter_map(|task| task.parameters.get("metric")?.as_array());
    let mut metrics: Vec<String> = Vec::new();
    for name in lists.flatten().filter_map(|name| name.as_str()) {
        if !metrics.iter().any(|known| known == name) {
            metrics.push(name.to_owned());
        }
    }
    match metrics.is_empty() {
        true => USUAL.map(str::to_owned).to_vec(),
        false => metrics,
    }
}

/// The values of a long table: of the whole scan, or means over its slices where it has no other.
fn values(table: &Table, metrics: &[String]) -> Vec<(Key, f64)> {
    let texts = |name: &str| table.texts(name).unwrap_or_default();
    let (names, labels, surfaces) = (
        texts(column::METRIC),
        texts(column::LABEL),
        texts(column::SURFACE),
    );
    let slices = table.integers(column::SLICE).unwrap_or_default();
    let numbers = table.numbers(column::VALUE).unwrap_or_default();
    let mut whole: BTreeMap<Key, f64> = BTreeMap::new();
    let mut of_slices: BTreeMap<Key, (f64, f64)> = BTreeMap::new();
    let text = |texts: &[Option<String>], row: usize| texts.get(row).cloned().flatten();
    for (row, value) in numbers.iter().enumerate() {
        let (Some(name), Some(value)) = (text(&names, row), value.filter(|v| v.is_finite())) else {
            continue;
        };
        if !metrics.contains(&name) {
            continue;
        }
        let key = (
            name,
            text(&labels, row).unwrap_or_default(),
            text(&surfaces, row).unwrap_or_default(),
        );
        match slices.get(row).copied().flatten() {
            None => {
                whole.insert(key, value);
            }
            Some(_) => {
                let (sum, count) = of_slices.entry(key).or_default();
                *sum += value;
                *count += 1.0;
            }
        }
    }
    for (key, (sum, count)) in of_slices {
        whole.entry(key).or_insert(sum / count);
    }
    whole.into_iter().collect()
}

fn arranged(rows: &[Measured<'_>], metrics: &[String]) -> Measures {
    let all: BTreeSet<&Key> = rows
        .iter()
        .flat_map(|row| row.values.iter().map(|(key, _)| key))
        .collect();
    let mut keys: Vec<&Key> = all.into_iter().collect();
    keys.sort_by_key(|key| metrics.iter().position(|name| *name == key.0));
    let labels: BTreeSet<&String> = keys.iter().map(|key| &key.1).collect();
    let title = |key: &&Key| {
        let surfaces = keys
            .iter()
            .filter(|other| other.0 == key.0 && other.1 == key.1);
        let mut title = titled(&key.0);
        if labels.len() > 1 && !key.1.is_empty() {
            title = format!("{title}, {}", key.1);
        }
        match surfaces.count() > 1 && !key.2.is_empty() {
            true => format!("{title}, {}", key.2),
            false => title,
        }
    };
    let steps: BTreeSet<&str> = rows.iter().map(|row| row.task.stage.as_str()).collect();
    let mut scans: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for Measured { scan, task, values } in rows {
        let values: BTreeMap<&Key, f64> = values.iter().map(|(key, value)| (key, *value)).collect();
        let factors = factors(task);
        let name = match (steps.len() > 1, factors.is_empty()) {
            (false, false) => factors,
            (_, true) => task.stage.clone(),
            (true, false) => format!("{}, {factors}", task.stage),
        };
        scans.entry((*scan).to_owned()).or_default().push(Row {
            name,
            values: keys
                .iter()
                .map(|key| values.get(key).map(|v| rounded(*v)))
                .collect(),
        });
    }
    Measures {
        columns: keys.iter().map(title).collect(),
        scans,
    }
}

/// `Ra (voxels)`.
fn titled(name: &str) -> String {
    let Some(metric) = Metric::named(name) else {
        return name.to_owned();
    };
    match metric.unit.as_str() {
        "" | "1" => metric.title.to_owned(),
        unit => format!("{} ({unit})", metric.title),
    }
}

/// Five digits: more are not read.
fn rounded(value: f64) -> f64 {
    format!("{value:.4e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use rsom_formats::table::Column;

    use super::*;

    #[test]
    fn the_value_of_the_scan_goes_before_the_mean_of_its_slices() {
        let text = |name: &str, values: &[&str]| {
            Column::text(name, values.iter().map(|value| Some(*value)))
        };
        let table = Table::new(vec![
            text(
                column::METRIC,
                &["dice", "dice", "ra_vox", "ra_vox", "ra_vox", "assd_um"],
            ),
            Column::integer(
                column::SLICE,
                [None, Some(0), Some(0), Some(1), Some(2), None],
            ),
            Column::number(
                column::VALUE,
                [
                    Some(0.9),
                    Some(0.1),
                    Some(0.25),
                    Some(0.75),
                    None,
                    Some(1.0),
                ],
            ),
        ])
        .unwrap();
        let found = values(&table, &["ra_vox".to_owned(), "dice".to_owned()]);
        let key = |name: &str| (name.to_owned(), String::new(), String::new());
        assert_eq!(found, [(key("dice"), 0.9), (key("ra_vox"), 0.5)]);
    }
}
