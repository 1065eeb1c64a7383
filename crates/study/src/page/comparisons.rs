//! The comparisons of a table of tests as sentences, one for each measure and group.

use std::collections::BTreeSet;

use rsom_formats::table::{Cell, Table};
use rsom_measures::Metric;
use serde::Serialize;

/// The comparisons of a measure within a group.
#[derive(Debug, Serialize)]
pub(super) struct Sentence {
    /// `Ra (voxels), net = unet, compared with s = 0`.
    pub start: String,
    /// One for each level.
    pub parts: Vec<Part>,
}

/// A comparison.
#[derive(Debug, Serialize)]
pub(super) struct Part {
    pub text: String,
    /// The adjusted p-value, if it was tested.
    #[serde(skip)]
    pub p: Option<f64>,
    /// Whether the p-value is below 0.05 after its adjustment, and nothing is noted.
    pub is_significant: bool,
}

/// Adjusted p-values below it are significant.
pub(super) const LEVEL: f64 = 0.05;
/// Columns before those of the groups.
const BEFORE_GROUPS: [&str; 4] = ["metric", "unit", "label", "surface"];
/// Value of the column `surface` of a metric over both surfaces.
const BOTH: &str = "both";

/// The sentences of a table, in its order. Where a measure was tested over both surfaces, tests of each alone are left out. `None` if it is
/// no table of tests.
pub(super) fn sentences(table: &Table, confidence: Option<f64>) -> Option<Vec<Sentence>> {
    let rows = Rows::of(table, confidence)?;
    let of_both: BTreeSet<String> = (0..table.rows())
        .filter(|row| rows.text("surface", *row) == BOTH)
        .map(|row| rows.text("metric", row))
        .collect();
    let mut sentences: Vec<Sentence> = Vec::new();
    for row in 0..table.rows() {
        let is_part = of_both.contains(&rows.text("metric", row));
        if is_part && rows.text("surface", row) != BOTH {
            continue;
        }
        let (start, part) = (rows.start(row), rows.part(row));
        match sentences.iter_mut().find(|known| known.start == start) {
            Some(known) => known.parts.push(part),
            None => sentences.push(Sentence {
                start,
                parts: vec![part],
            }),
        }
    }
    (!sentences.is_empty()).then_some(sentences)
}

struct Rows<'t> {
    table: &'t Table,
    groups: Vec<&'t str>,
    has_labels: bool,
    confidence: Option<f64>,
}

impl<'t> Rows<'t> {
    fn of(table: &'t Table, confidence: Option<f64>) -> Option<Self> {
        let names: Vec<&str> = table.names().collect();
        let factor = names.iter().position(|name| *name == "factor")?;
        let groups = names[..factor].iter().copied();
        let labels = table.column("label").map(|column| {
            let rows = (0..table.rows()).map(|row| word(column.values.cell(row)));
            rows.collect::<BTreeSet<String>>()
        });
        Some(Self {
            table,
            groups: groups
                .filter(|name| !BEFORE_GROUPS.contains(name))
                .collect(),
            has_labels: labels.is_some_and(|labels| labels.len() > 1),
            confidence,
        })
    }

    fn text(&self, name: &str, row: usize) -> String {
        let column = self.table.column(name);
        column.map_or_else(String::new, |column| word(column.values.cell(row)))
    }

    fn number(&self, name: &str, row: usize) -> Option<f64> {
        match self.table.column(name)?.values.cell(row) {
            Cell::Number(number) => Some(number),
            Cell::Integer(number) => Some(number as f64),
            _ => None,
        }
    }

    /// `Ra (voxels) of skin, upper surface, net = unet, compared with s = 0`.
    fn start(&self, row: usize) -> String {
        let text = |name: &str| self.text(name, row);
        let metric = text("metric");
        let title = Metric::named(&metric).map_or(metric.clone(), |metric| metric.title.to_owned());
        let unit = match text("unit").as_str() {
            "" | "1" => String::new(),
            unit => format!(" ({unit})"),
        };
        let label = match text("label").as_str() {
            "" => String::new(),
            label if self.has_labels => format!(" of {label}"),
            _ => String::new(),
        };
        let surface = match text("surface").as_str() {
            "" => String::new(),
            BOTH => ", both surfaces".to_owned(),
            surface => format!(", {surface} surface"),
        };
        let groups = self.groups.iter().filter_map(|name| {
            let value = text(name);
            (!value.is_empty()).then(|| format!(", {name} = {value}"))
        });
        format!(
            "{title}{unit}{label}{surface}{}, compared with {} = {}",
            groups.collect::<String>(),
            text("factor"),
            text("baseline")
        )
    }

    /// `s = 100: −0.269 (95 % interval −0.403 to −0.134), p = 0.004, n = 10`.
    fn part(&self, row: usize) -> Part {
        let number = |name: &str| self.number(name, row);
        let at = format!("{} = {}", self.text("factor", row), self.text("level", row));
        let [estimate, low, high] = match self.text("test_name", row).as_str() {
            "sign_flip" => [
                "mean_difference",
                "mean_difference_low",
                "mean_difference_high",
            ],
            _ => ["hl", "ci_low", "ci_high"],
        };
        let note = self.text("note", row);
        let Some((difference, p)) = number(estimate).zip(number("p_adjusted")) else {
            let why = if note.is_empty() { "no values" } else { &note };
            return Part {
                text: format!("{at}: not tested ({why})"),
                p: None,
                is_significant: false,
            };
        };
        let interval = match (number(low), number(high), self.confidence) {
            (Some(low), Some(high), Some(confidence)) => {
                let percent = 100.0 * confidence;
                format!(" ({percent} % interval {} to {})", short(low), short(high))
            }
            _ => String::new(),
        };
        let n = match number("n_level").zip(number("n_baseline")) {
            Some((level, baseline)) => format!("{level} and {baseline}"),
            None => self.text("n", row),
        };
        let noted = match note.is_empty() {
            true => String::new(),
            false => format!(" (note: {note})"),
        };
        Part {
            text: format!(
                "{at}: {}{interval}, {}, n = {n}{noted}",
                short(difference),
                p_value(p)
            ),
            p: Some(p),
            is_significant: p < LEVEL && note.is_empty(),
        }
    }
}

pub(super) fn word(cell: Cell<'_>) -> String {
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

    fn table(surfaces: [&str; 3], p: [f64; 3]) -> Table {
        let same = |name: &str, text: &str| Column::text(name, [Some(text); 3]);
        let number = |name: &str, values: [f64; 3]| Column::number(name, values.map(Some));
        Table::new(vec![
            same("metric", "ra_vox"),
            same("unit", "voxels"),
            same("label", "skin"),
            Column::text("surface", surfaces.map(Some)),
            same("net", "unet"),
            same("factor", "s"),
            number("level", [10.0, 10.0, 100.0]),
            number("baseline", [0.0; 3]),
            Column::integer("n", [Some(10); 3]),
            number("hl", [-0.1, -0.2, -0.26866]),
            number("ci_low", [-0.2, -0.3, -0.403]),
            number("ci_high", [0.0, -0.1, -0.1344]),
            number("p_adjusted", p),
            same("test_name", "signed_rank"),
        ])
        .unwrap()
    }

    #[test]
    fn a_measure_has_one_sentence_in_the_order_of_the_table() {
        let table = table(["upper"; 3], [0.9, 0.05, 0.0039]);
        let found = sentences(&table, Some(0.95)).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].start,
            "Roughness Ra (voxels), upper surface, net = unet, compared with s = 0"
        );
        assert_eq!(
            found[0].parts[2].text,
            "s = 100: \u{2212}0.269 (95 % interval \u{2212}0.403 to \u{2212}0.134), p = 0.004, n = 10"
        );
        let bold: Vec<bool> = found[0].parts.iter().map(|p| p.is_significant).collect();
        assert_eq!(bold, [false, false, true]);
    }

    #[test]
    fn tests_over_both_surfaces_stand_for_those_of_each() {
        let table = table(["upper", "both", "both"], [0.9, 0.05, 0.0039]);
        let found = sentences(&table, None).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].parts.len(), 2);
        assert!(found[0].start.contains("both surfaces"));
    }
}
