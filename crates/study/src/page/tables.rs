//! The publication tables of a study, as it wrote them.

use std::path::Path;

use rsom_pipeline::RecordedRun;
use serde::Serialize;

use super::markdown;

/// A table of the page.
#[derive(Debug, Serialize)]
pub(super) struct Table {
    /// The file without its ending.
    pub name: String,
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
    pub notes: Vec<String>,
    /// The same table as LaTeX, if the study wrote it.
    pub latex: Option<String>,
    /// Rows that are not on the page.
    pub more: usize,
}

const MOST_ROWS: usize = 1000;

/// The tables that tasks wrote as Markdown, in the order of the tasks.
pub(super) fn tables(recorded: &RecordedRun, folder: &Path) -> Vec<Table> {
    let made = recorded.tasks.iter().filter(|task| task.is_made());
    let paths = made.flat_map(|task| task.outputs.values().filter_map(|file| file.path.as_ref()));
    let read = |path: &String| {
        let stem = path.strip_suffix(".md")?;
        let text = std::fs::read_to_string(folder.join(path)).ok()?;
        let table = markdown::table(&text)?;
        let latex = std::fs::read_to_string(folder.join(format!("{stem}.tex"))).ok();
        let more = table.rows.len().saturating_sub(MOST_ROWS);
        Some(Table {
            name: stem.to_owned(),
            header: table.header,
            rows: table.rows.into_iter().take(MOST_ROWS).collect(),
            notes: table.notes,
            latex,
            more,
        })
    };
    paths.filter_map(read).collect()
}
