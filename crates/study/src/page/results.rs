//! What the tests of a study found, with numbers.

use rsom_formats::table::{Table, parquet};
use rsom_pipeline::RecordedRun;
use serde::Serialize;

use super::comparisons::{LEVEL, Sentence, sentences, word};
use super::files::{Folder, MOST_BYTES, outputs};
use super::words::counted;

/// What a table of tests says.
#[derive(Debug, Serialize)]
pub(super) struct Finding {
    /// The file of the tests.
    pub path: String,
    /// How the tests were made, in a sentence.
    pub method: String,
    /// How many of all comparisons are significant.
    pub count: String,
    /// One for each measure and group, in the order of the file: no choice by p-values.
    pub sentences: Vec<Sentence>,
    /// Measures and groups that have no sentence here.
    pub more: usize,
}

/// Sentences of each table of tests.
const MOST: usize = 8;

/// The findings of all tables of tests, of pairs and of groups, in the order of the tasks. Those that cannot be read are named in
/// `left_out`.
pub(super) fn findings(
    recorded: &RecordedRun,
    folder: &Folder,
    left_out: &mut Vec<String>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (task, path, file) in outputs(recorded, ".parquet") {
        let is_of_tests = task.tool.as_deref() == Some("stats")
            && matches!(task.command.as_deref(), Some("compare" | "groups"));
        if !is_of_tests {
            continue;
        }
        let bytes = folder.read(file, MOST_BYTES);
        let table = bytes.and_then(|b| parquet::from_bytes(&b).map_err(|e| e.to_string()));
        let confidence = task.parameters.get("confidence");
        let confidence = confidence.and_then(serde_json::Value::as_f64);
        match table {
            Ok(table) => findings.extend(finding(path, &table, confidence)),
            Err(fault) => left_out.push(format!("{path}: {fault}")),
        }
    }
    findings
}

fn finding(path: &str, table: &Table, confidence: Option<f64>) -> Option<Finding> {
    let mut sentences = sentences(table, confidence)?;
    let parts = sentences.iter().flat_map(|sentence| &sentence.parts);
    let p: Vec<Option<f64>> = parts.map(|part| part.p).collect();
    let more = sentences.len().saturating_sub(MOST);
    sentences.truncate(MOST);
    Some(Finding {
        path: path.to_owned(),
        method: method(table),
        count: count(&p),
        sentences,
        more,
    })
}

/// `Of 12 comparisons, 5 have p < 0.05; 2 could not be tested.`
fn count(p: &[Option<f64>]) -> String {
    let tested: Vec<f64> = p.iter().copied().flatten().collect();
    let significant = tested.iter().filter(|p| **p < LEVEL).count();
    let have = if significant == 1 { "has" } else { "have" };
    let rest = match p.len() - tested.len() {
        0 => String::new(),
        rest => format!("; {rest} could not be tested"),
    };
    format!(
        "Of {}, {significant} {have} p < {LEVEL}{rest}.",
        counted(p.len(), "comparison")
    )
}

/// The method of the first row, which holds for all.
fn method(table: &Table) -> String {
    let text = |name: &str| {
        let cell = table.column(name).map(|column| word(column.values.cell(0)));
        cell.unwrap_or_default()
    };
    let listed = |name: &str, what: &str| match text(name).as_str() {
        "" => String::new(),
        columns => format!("{what}{}", columns.replace(',', ", ")),
    };
    let unit = [
        listed("pair_by", ", paired by "),
        listed("unit_by", ", unit: "),
        listed("cluster_by", ", in clusters by "),
    ];
    let adjustment = match text("adjustment").as_str() {
        "" | "none" => "not adjusted".to_owned(),
        name => format!("adjusted ({})", name.replace('_', "-")),
    };
    let (test, estimate) = match text("test_name").as_str() {
        "sign_flip" => ("sign-flip test", "mean difference"),
        "clustered_signed_rank" => ("signed-rank test of clustered pairs", HODGES_LEHMANN),
        "mann_whitney" => ("Mann\u{2013}Whitney test", HODGES_LEHMANN),
        "brunner_munzel" => ("Brunner\u{2013}Munzel test", HODGES_LEHMANN),
        _ => ("Wilcoxon signed-rank test", HODGES_LEHMANN),
    };
    format!(
        "Difference: {estimate}. p: {} {test}{}, {adjustment}.",
        text("alternative"),
        unit.concat()
    )
}

const HODGES_LEHMANN: &str = "Hodges\u{2013}Lehmann estimate";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparisons_are_counted() {
        let p = [Some(0.01), Some(0.05), None, Some(0.2)];
        assert_eq!(
            count(&p),
            "Of 4 comparisons, 1 has p < 0.05; 1 could not be tested."
        );
        assert_eq!(count(&[Some(0.3)]), "Of 1 comparison, 0 have p < 0.05.");
    }
}
