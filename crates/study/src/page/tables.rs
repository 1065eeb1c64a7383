//! The publication tables of a study, as it wrote them.

use std::collections::BTreeMap;

use rsom_pipeline::{RecordedFile, RecordedRun};
use serde::Serialize;

use super::files::{Folder, MOST_BYTES, outputs};
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

/// The tables that tasks wrote as Markdown, in the order of the tasks. Those that cannot be shown are named in `left_out`.
pub(super) fn tables(
    recorded: &RecordedRun,
    folder: &Folder,
    left_out: &mut Vec<String>,
) -> Vec<Table> {
    let latex: BTreeMap<&str, &RecordedFile> = outputs(recorded, ".tex")
        .filter_map(|(_, path, file)| Some((path.strip_suffix(".tex")?, file)))
        .collect();
    let mut tables = Vec::new();
    for (_, path, file) in outputs(recorded, ".md") {
        let text = match folder.read(file, MOST_BYTES) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(fault) => {
                left_out.push(format!("{path}: {fault}"));
                continue;
            }
        };
        // Other documents may be Markdown, too.
        let Some(table) = markdown::table(&text) else {
            continue;
        };
        let stem = path.strip_suffix(".md").unwrap_or(path);
        let latex = latex.get(stem);
        let latex = latex.and_then(|file| folder.read(file, MOST_BYTES).ok());
        let more = table.rows.len().saturating_sub(MOST_ROWS);
        tables.push(Table {
            name: stem.to_owned(),
            header: table.header,
            rows: table.rows.into_iter().take(MOST_ROWS).collect(),
            notes: table.notes,
            latex: latex.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
            more,
        });
    }
    tables
}
