//! The contents of a table of results, for the checks of pipelines.

use rsom_stage::TableContents;

/// These columns, and the metrics and columns of the measures.
pub(super) fn contents(columns: &str) -> TableContents {
    TableContents {
        columns: columns.split_whitespace().map(str::to_owned).collect(),
        of_inputs: vec!["input".to_owned()],
        ..TableContents::default()
    }
}
