//! What a correction did to measures: a task of tables is run once more with the output as it was.

use std::collections::BTreeMap;
use std::path::Path;

use rsom_formats::table::{Table, parquet};
use rsom_io::ports::at_input;
use rsom_measures::column;
use rsom_pipeline::{Correction, Plan};
use rsom_stage::{Kind, StageError, atomic};

/// Columns that identify a measurement of a whole scan.
const KEYS: [&str; 3] = [column::LABEL, column::METRIC, column::SURFACE];

/// The measures of a task that reads a correction, without and with it. Empty for a task without tables.
///
/// # Errors
/// Exit code 1: the task fails with the original. Exit code 3: a table cannot be read.
pub(super) fn difference(
    plan: &Plan,
    correction: &Correction,
    task: usize,
) -> Result<String, StageError> {
    let outputs = &plan.tasks[task].outputs;
    let is_table = |number: &usize| outputs[*number].kind == Kind::Table;
    let Some(number) = (0..outputs.len()).find(is_table) else {
        return Ok(String::new());
    };
    let now = plan.workdir.join(&outputs[number].path);
    if !now.is_file() {
        return Ok(format!("  {}: not run yet\n", plan.tasks[task].label));
    }
    let folder = plan.workdir.join(".rsom/original");
    std::fs::create_dir_all(&folder).map_err(|e| StageError::output(&folder, atomic::plain(&e)))?;
    let made = plan.run_with_original(correction, task, &folder);
    let read = |path: &Path| parquet::read(path).map_err(|fault| at_input(path, fault));
    let tables = made.and_then(|made| Ok((read(&made[number].1)?, read(&now)?)));
    // The folder holds nothing but what was just made.
    let _ = std::fs::remove_dir_all(&folder);
    let (before, after) = tables?;
    Ok(format!(
        "  {}\n{}",
        plan.tasks[task].label,
        lines(&values(&before), &values(&after))
    ))
}

/// A value for each measurement of a whole scan.
type Values = BTreeMap<Vec<String>, Option<f64>>;

fn values(table: &Table) -> Values {
    let texts = |name: &str| {
        table
            .texts(name)
            .unwrap_or_else(|_| vec![None; table.rows()])
    };
    let keys = KEYS.map(texts);
    let slices = texts(column::SLICE);
    let numbers = table
        .numbers(column::VALUE)
        .unwrap_or_else(|_| vec![None; table.rows()]);
    let rows = (0..table.rows()).filter(|row| slices[*row].is_none());
    let row = |row: usize| {
        let key = keys
            .iter()
            .map(|column| column[row].clone().unwrap_or_default());
        (key.collect(), numbers[row])
    };
    rows.map(row).collect()
}

/// The measures that differ.
fn lines(before: &Values, after: &Values) -> String {
    let number =
        |value: Option<f64>| value.map_or_else(|| "none".to_owned(), |v| format!("{v:.4}"));
    let changed = after.iter().filter_map(|(key, now)| {
        let was = before.get(key).copied().flatten();
        let is_same = match (was, *now) {
            (Some(a), Some(b)) => (a - b).abs() <= 1e-12 * a.abs().max(b.abs()),
            (a, b) => a == b,
        };
        let name: Vec<&str> = key
            .iter()
            .map(String::as_str)
            .filter(|part| !part.is_empty())
            .collect();
        (!is_same).then(|| {
            format!(
                "    {}: {} → {}\n",
                name.join(" "),
                number(was),
                number(*now)
            )
        })
    });
    let text: String = changed.collect();
    match text.is_empty() {
        true => "    no measure changed\n".to_owned(),
        false => text,
    }
}
