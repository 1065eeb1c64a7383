//! What the tests of a study found, in sentences with numbers.

use std::collections::BTreeSet;

use rsom_formats::table::{Cell, Table, parquet};
use rsom_measures::Metric;
use rsom_pipeline::RecordedRun;
use serde::Serialize;

use super::files::{Folder, MOST_BYTES, outputs};

/// What a table of tests says.
#[derive(Debug, Serialize)]
pub(super) struct Finding {
    /// The file of the tests.
    pub path: String,
    /// How the tests were made, in a sentence.
    pub method: String,
    /// The comparisons with the smallest p-values first.
    pub sentences: Vec<Sentence>,
    /// Comparisons that are not among the sentences.
    pub more: usize,
}

/// A comparison.
#[derive(Debug, Serialize)]
pub(super) struct Sentence {
    pub text: String,
    /// Whether the p-value is below 0.05 after its adjustment.
    pub is_significant: bool,
}

/// Sentences of each table of tests.
const MOST: usize = 6;
/// Columns before those of the groups.
const BEFORE_GROUPS: [&str; 4] = ["metric", "unit", "label", "surface"];
const LEVEL: f64 = 0.05;

/// The findings of all tables of paired tests, in the order of the tasks. Those that cannot be read are named in `left_out`.
pub(super) fn findings(
    recorded: &RecordedRun,
    folder: &Folder,
    left_out: &mut Vec<String>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (task, path, file) in outputs(recorded, ".parquet") {
        let is_of_tests =
            task.tool.as_deref() == Some("stats") && task.command.as_deref() == Some("compare");
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
    let names: Vec<&str> = table.names().collect();
    let factor = names.iter().position(|name| *name == "factor")?;
    let groups: Vec<&str> = names[..factor]
        .iter()
        .copied()
        .filter(|name| !BEFORE_GROUPS.contains(name))
        .collect();
    let p = table.numbers("p_adjusted").ok()?;
    let mut rows: Vec<(f64, usize)> = (p.iter().enumerate())
        .filter_map(|(row, p)| Some(((*p)?, row)))
        .collect();
    rows.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    if rows.is_empty() {
        return None;
    }
    let notes = table.texts("note").unwrap_or_default();
    let sentences = rows.iter().take(MOST).filter_map(|(p, row)| {
        let note = notes.get(*row).cloned().flatten().unwrap_or_default();
        let text = sentence(table, &groups, (*row, confidence))?;
        Some(Sentence {
            is_significant: *p < LEVEL && note.is_empty(),
            text: match note.is_empty() {
                true => text,
                false => format!("{text}. Note: {note}"),
            },
        })
    });
    Some(Finding {
        path: path.to_owned(),
        method: method(table),
        sentences: sentences.collect(),
        more: rows.len().saturating_sub(MOST),
    })
}

/// `Ra (voxels), both surfaces, net = unet, s = 100 instead of 0: mean difference −0.269 (95 % interval −0.403 to −0.134), p = 0.004, n = 10`.
fn sentence(
    table: &Table,
    groups: &[&str],
    (row, confidence): (usize, Option<f64>),
) -> Option<String> {
    let text = |name: &str| {
        table
            .column(name)
            .map(|column| word(column.values.cell(row)))
    };
    let number = |name: &str| table.numbers(name).ok()?.get(row).copied().flatten();
    let metric = text("metric")?;
    let unit = text("unit").unwrap_or_default();
    let title = Metric::named(&metric).map_or(metric.clone(), |metric| metric.title.to_owned());
    let of: Vec<String> = (groups.iter())
        .filter_map(|name| Some(format!("{name} = {}", text(name)?)))
        .collect();
    let surface = match text("surface").as_deref() {
        None | Some("") => String::new(),
        Some("both") => ", both surfaces".to_owned(),
        Some(surface) => format!(", {surface} surface"),
    };
    let of = match of.is_empty() {
        true => surface,
        false => format!("{surface}, {}", of.join(", ")),
    };
    let unit = match unit.as_str() {
        "" | "1" => String::new(),
        unit => format!(" ({unit})"),
    };
    let difference = number("mean_difference")?;
    let (low, high) = (
        number("mean_difference_low"),
        number("mean_difference_high"),
    );
    let interval = match (low, high, confidence) {
        (Some(low), Some(high), Some(confidence)) => {
            let percent = 100.0 * confidence;
            format!(" ({percent} % interval {} to {})", short(low), short(high))
        }
        _ => String::new(),
    };
    let several = table.texts("label").is_ok_and(|labels| {
        let different: BTreeSet<&String> = labels.iter().flatten().collect();
        different.len() > 1
    });
    let label = text("label").filter(|label| several && !label.is_empty());
    let label = label.map_or_else(String::new, |label| format!(" of {label}"));
    Some(format!(
        "{title}{unit}{label}{of}, {} = {} instead of {}: mean difference {}{interval}, {}, n = {}",
        text("factor")?,
        text("level")?,
        text("baseline")?,
        short(difference),
        p_value(number("p_adjusted")?),
        text("n").unwrap_or_default(),
    ))
}

/// The method of the first row, which holds for all.
fn method(table: &Table) -> String {
    let text = |name: &str| {
        let cell = table.column(name).map(|column| word(column.values.cell(0)));
        cell.unwrap_or_default()
    };
    let unit = match text("pair_by").as_str() {
        "" => String::new(),
        unit => format!("; unit: {}", unit.replace(',', ", ")),
    };
    let adjustment = match text("adjustment").as_str() {
        "" | "none" => "not adjusted".to_owned(),
        name => format!("adjusted ({name})"),
    };
    let test = text("test_name").replace('_', " ");
    format!(
        "Test: {test}, {}{unit}; p-values {adjustment}.",
        text("alternative")
    )
}

fn word(cell: Cell<'_>) -> String {
    match cell {
        Cell::Text(text) => text.to_owned(),
        Cell::Number(number) => format!("{number}"),
        Cell::Integer(number) => format!("{number}"),
        Cell::Boolean(is) => format!("{is}"),
        Cell::Null => String::new(),
    }
}

/// Three decimals, and more where they would hide on which side of 0.05 it is.
fn p_value(p: f64) -> String {
    match p {
        p if p < 0.001 => "p < 0.001".to_owned(),
        p if format!("{p:.3}") == "0.050" && p != LEVEL => format!("p = {p:.5}"),
        p => format!("p = {p:.3}"),
    }
}

/// Three significant digits.
fn short(number: f64) -> String {
    if number == 0.0 || !number.is_finite() {
        return "0".to_owned();
    }
    // The digits before the point are those of the rounded number: 9.996 has two.
    let scientific = format!("{number:.2e}");
    let exponent = scientific.split_once('e').map(|(_, exponent)| exponent);
    let text = match exponent.and_then(|e| e.parse::<i32>().ok()).unwrap_or(0) {
        exponent @ -6..=2 => format!("{number:.*}", (2 - exponent) as usize),
        3..=6 => format!("{number:.0}"),
        _ => scientific,
    };
    text.replace('-', "\u{2212}")
}

#[cfg(test)]
mod tests {
    use rsom_formats::table::Column;

    use super::*;

    #[test]
    fn numbers_have_three_digits() {
        for (number, text) in [
            (0.26866, "0.269"),
            (-12.34, "\u{2212}12.3"),
            (1234.5, "1234"),
            (0.0, "0"),
            (0.000_456, "0.000456"),
            (9.996, "10.0"),
            (99.96, "100"),
            (1.0e-12, "1.00e\u{2212}12"),
        ] {
            assert_eq!(short(number), text);
        }
    }

    #[test]
    fn a_row_becomes_a_sentence() {
        let one = |name: &str, text: &str| Column::text(name, [Some(text)]);
        let number = |name: &str, value: f64| Column::number(name, [Some(value)]);
        let table = Table::new(vec![
            one("metric", "ra_vox"),
            one("unit", "voxels"),
            one("label", "skin"),
            one("surface", "upper"),
            one("net", "unet"),
            one("factor", "s"),
            number("level", 100.0),
            number("baseline", 0.0),
            Column::integer("n", [Some(10)]),
            number("mean_difference", -0.26866),
            number("mean_difference_low", -0.403),
            number("mean_difference_high", -0.1344),
            number("ci_level", 0.95),
            number("p_adjusted", 0.0039),
            one("test_name", "signed_rank"),
            one("alternative", "two-sided"),
            one("adjustment", "holm"),
            one("pair_by", "subject"),
        ])
        .unwrap();
        let found = finding("t.parquet", &table, Some(0.95)).unwrap();
        assert_eq!(
            found.method,
            "Test: signed rank, two-sided; unit: subject; p-values adjusted (holm)."
        );
        let text = &found.sentences[0].text;
        assert!(
            text.ends_with(", upper surface, net = unet, s = 100 instead of 0: mean difference \u{2212}0.269 (95 % interval \u{2212}0.403 to \u{2212}0.134), p = 0.004, n = 10"),
            "{text}"
        );
        assert!(found.sentences[0].is_significant);
    }
}
