//! Publication tables in their formats, on a small study with a collapsed network.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeMap;

use rsom_stats::publication::{
    Layout, MetricColumn, PValues, Printing, PublicationTable, Statistic, Style, TestedLevel,
    to_csv, to_latex, to_markdown,
};
use rsom_stats::{Aggregate, Level, Measurement, Quantity, gather};

fn quantity(metric: &str, surface: Option<&str>) -> Quantity {
    Quantity {
        metric: metric.to_owned(),
        label: None,
        surface: surface.map(str::to_owned),
    }
}

fn rows(net: &str, s: f64, quantity: &Quantity, values: [Option<f64>; 3]) -> Vec<Measurement> {
    let measured = |(eye, value): (usize, Option<f64>)| Measurement {
        quantity: quantity.clone(),
        condition: vec![Level::text(net), Level::number(s)],
        unit: vec![Level::text(&format!("eye{eye}"))],
        occasion: Vec::new(),
        value,
        status: if value.is_some() {
            "ok"
        } else {
            "empty_prediction"
        }
        .to_owned(),
    };
    values.into_iter().enumerate().map(measured).collect()
}

/// Two networks, two strengths, Dice and Ra; the second network collapses at s = 100.
fn table() -> PublicationTable {
    let (dice, ra) = (quantity("dice", None), quantity("ra_vox", Some("both")));
    let measurements = [
        rows("unet", 0.0, &dice, [Some(0.8), Some(0.9), Some(0.85)]),
        rows("unet", 100.0, &dice, [Some(0.8), Some(0.9), Some(0.84)]),
        rows("a_b", 0.0, &dice, [Some(0.6), Some(0.7), Some(0.65)]),
        rows("a_b", 100.0, &dice, [Some(0.6), None, Some(0.7)]),
        rows("unet", 0.0, &ra, [Some(0.12), Some(0.13), Some(0.125)]),
        rows("unet", 100.0, &ra, [Some(0.05), Some(0.06), Some(0.055)]),
        rows("a_b", 0.0, &ra, [Some(2.0), Some(2.1), Some(2.2)]),
        rows("a_b", 100.0, &ra, [None, None, None]),
    ]
    .concat();
    let samples = gather(&measurements, Aggregate::Mean).unwrap();
    let tested = |net: &str, p: Option<f64>| TestedLevel {
        quantity: ra.clone(),
        condition: vec![
            ("net".to_owned(), Level::text(net)),
            ("s".to_owned(), Level::number(100.0)),
        ],
        baseline: Level::number(0.0),
        p_adjusted: p,
        n_pairs: p.map(|_| 3),
        smallest_p: p.map(|_| 0.0001),
        note: p.is_none().then(|| "no pairs: empty_prediction".to_owned()),
    };
    let orders = [
        vec![Level::text("unet"), Level::text("a_b")],
        vec![Level::number(0.0), Level::number(100.0)],
    ];
    let column = |quantity: &Quantity, unit: Option<&str>, decimals| MetricColumn {
        quantity: quantity.clone(),
        unit: unit.map(str::to_owned),
        decimals,
    };
    let columns = vec![column(&dice, None, 2), column(&ra, Some("µm"), 3)];
    let factors = ["net".to_owned(), "s".to_owned()];
    let tests = [tested("unet", Some(0.0004)), tested("a_b", None)];
    let mut table = PublicationTable::new(&factors, &orders, columns, &samples, &tests);
    table.notes.push("Mean & sd of 100 % of eyes.".to_owned());
    table
}

fn style(p_values: PValues) -> Style {
    Style {
        layout: Layout::Long,
        statistic: Statistic::MeanSd,
        p_values,
        printing: Printing {
            style: rsom_stats::publication::JournalStyle::Plain,
            alpha: 0.05,
            names: BTreeMap::new(),
        },
    }
}

#[test]
fn markdown_shows_values_missing_units_collapse_baseline_and_significance() {
    let expected = "\
| Network | s   | n   | Dice                                         | Ra (µm)              | p        |
| ------- | --- | :-: | :------------------------------------------: | :------------------: | :------: |
| U-Net   | 0   | 3   | 0.85 ± 0.05                                  | 0.125 ± 0.005        | –        |
| U-Net   | 100 | 3   | 0.85 ± 0.05                                  | 0.055 ± 0.005        | <0.001\\* |
| a\\_b    | 0   | 3   | 0.65 ± 0.05                                  | 2.100 ± 0.100        | –        |
| a\\_b    | 100 | 3   | 0.65 ± 0.07 (1 of 3 empty prediction, n = 2) | – (empty prediction) | –        |

Mean & sd of 100 % of eyes. \\* p < 0.05.
";
    assert_eq!(to_markdown(&table(), &style(PValues::Column)), expected);
}

#[test]
fn latex_escapes_and_rules_between_groups() {
    let text = to_latex(&table(), &style(PValues::Column));
    let expected = "\
% needs \\usepackage{booktabs}
\\begin{tabular}{@{}c@{}}
\\begin{tabular}{llcccc}
\\toprule
Network & s & n & Dice & Ra ($\\mu$m) & p \\\\
\\midrule
U-Net & 0 & 3 & 0.85 $\\pm$ 0.05 & 0.125 $\\pm$ 0.005 & -- \\\\
U-Net & 100 & 3 & 0.85 $\\pm$ 0.05 & 0.055 $\\pm$ 0.005 & $<$0.001$^{*}$ \\\\
\\midrule
a\\_b & 0 & 3 & 0.65 $\\pm$ 0.05 & 2.100 $\\pm$ 0.100 & -- \\\\
a\\_b & 100 & 3 & 0.65 $\\pm$ 0.07 (1 of 3 empty prediction, n = 2) & -- (empty prediction) & -- \\\\
\\bottomrule
\\end{tabular} \\\\
\\addlinespace
\\begin{minipage}{0.9\\linewidth}\\footnotesize\\raggedright
Mean \\& sd of 100 \\% of eyes. $^{*}$ p $<$ 0.05.
\\end{minipage}
\\end{tabular}
";
    assert_eq!(text, expected);
}

#[test]
fn csv_holds_every_number_in_full_and_leaves_missing_ones_empty() {
    let text = to_csv(&table());
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 5);
    let fields = |line: usize| lines[line].split(',').collect::<Vec<_>>();
    let at =
        |line: usize, name: &str| fields(line)[fields(0).iter().position(|f| *f == name).unwrap()];
    assert!((1..5).all(|line| fields(line).len() == fields(0).len()));
    let mean: f64 = at(1, "dice_mean").parse().unwrap();
    assert!((mean - 0.85).abs() < 1e-15);
    assert_eq!(at(2, "ra_vox_both_p_adjusted"), "0.0004");
    assert_eq!(
        (at(4, "ra_vox_both_mean"), at(4, "ra_vox_both_n")),
        ("", "0")
    );
    assert_eq!((at(4, "dice_n"), at(4, "dice_n_missing")), ("2", "1"));
}

#[test]
fn csv_states_status_pairs_and_note_after_all_other_columns() {
    let text = to_csv(&table());
    let mut lines = text.lines();
    let header = lines.next().unwrap();
    assert!(
        header.ends_with(",dice_status,ra_vox_both_status,ra_vox_both_n_pairs,ra_vox_both_note"),
        "{header}"
    );
    let rows: Vec<&str> = lines.collect();
    assert!(rows[0].ends_with(",ok,ok,,"), "{}", rows[0]);
    assert!(rows[1].ends_with(",ok,ok,3,"), "{}", rows[1]);
    let last = ",1 of 3 empty prediction,empty prediction,0,no pairs: empty_prediction";
    assert!(rows[3].ends_with(last), "{}", rows[3]);
}

/// One row and one metric.
fn single(name: &str, values: [f64; 3], test: Option<TestedLevel>) -> PublicationTable {
    let dice = quantity("dice", None);
    let rows = rows(name, 0.0, &dice, values.map(Some));
    let samples = gather(&rows, Aggregate::Mean).unwrap();
    let column = MetricColumn {
        quantity: dice,
        unit: None,
        decimals: 3,
    };
    let factors = ["arm".to_owned(), "s".to_owned()];
    let tests: Vec<TestedLevel> = test.into_iter().collect();
    PublicationTable::new(&factors, &[], vec![column], &samples, &tests)
}

fn test_of_dice(p: f64, n_pairs: usize, smallest_p: f64) -> TestedLevel {
    TestedLevel {
        quantity: quantity("dice", None),
        condition: vec![
            ("arm".to_owned(), Level::text("x")),
            ("s".to_owned(), Level::number(0.0)),
        ],
        baseline: Level::number(1.0),
        p_adjusted: Some(p),
        n_pairs: Some(n_pairs),
        smallest_p: Some(smallest_p),
        note: None,
    }
}

#[test]
fn fewer_pairs_than_units_and_a_test_that_cannot_reach_alpha_are_said() {
    let table = single("x", [0.5, 0.6, 0.7], Some(test_of_dice(0.25, 2, 0.25)));
    let text = to_markdown(&table, &style(PValues::Column));
    assert!(text.contains("| 0.250† (2 pairs) |"), "{text}");
    assert!(text.contains("† cannot reach p < 0.05"), "{text}");
    let text = to_markdown(&table, &style(PValues::Mark));
    assert!(text.contains("0.600 ± 0.100† (2 pairs)"), "{text}");
    // As many pairs as units, and enough of them: nothing to say.
    let table = single("x", [0.5, 0.6, 0.7], Some(test_of_dice(0.0496, 3, 0.001)));
    let text = to_markdown(&table, &style(PValues::Column));
    assert!(text.contains("| 0.0496\\* |"), "{text}");
    assert!(!text.contains('†') && !text.contains("pairs"), "{text}");
}

#[test]
fn a_tested_level_without_measurements_has_a_row() {
    let test = TestedLevel {
        condition: vec![
            ("arm".to_owned(), Level::text("gone")),
            ("s".to_owned(), Level::number(0.0)),
        ],
        p_adjusted: None,
        ..test_of_dice(1.0, 0, 1.0)
    };
    let text = to_markdown(&single("x", [0.5; 3], Some(test)), &style(PValues::Column));
    let row = text.lines().find(|l| l.contains("| gone")).unwrap();
    let words: Vec<&str> = row.split_whitespace().collect();
    assert_eq!(words.join(" "), "| gone | 0 | 0 | – (absent) | – |");
}

#[test]
fn small_numbers_keep_three_digits() {
    let table = single("x", [5e-13, 6e-13, 7e-13], None);
    let text = to_markdown(&table, &style(PValues::None));
    assert!(text.contains("| 6.00e-13 ± 1.00e-13 |"), "{text}");
}

#[test]
fn names_with_special_characters_are_escaped_in_markdown() {
    let table = single("a|b*c_d`e<f[g]~h$i&amp;", [0.5; 3], None);
    let text = to_markdown(&table, &style(PValues::None));
    let escaped = r"a\|b\*c\_d\`e\<f\[g\]\~h\$i\&amp;";
    assert!(text.contains(escaped), "{text}");
}

#[test]
fn names_in_greek_are_set_in_math_by_latex() {
    let table = single("α ≥ 0.5, λ×10⁻³", [0.5; 3], None);
    let text = to_latex(&table, &style(PValues::None));
    let expected = r"$\alpha$ $\geq$ 0.5, $\lambda\times$10$^{-}{}^{3}$ &";
    assert!(text.contains(expected), "{text}");
    assert!(text.is_ascii(), "{text}");
}

#[test]
fn a_mark_takes_the_place_of_the_p_column() {
    let text = to_markdown(&table(), &style(PValues::Mark));
    assert!(text.contains("0.055 ± 0.005\\*"), "{text}");
    assert!(!text.contains("| p "), "{text}");
    let text = to_markdown(&table(), &style(PValues::None));
    assert!(!text.contains("\\*"), "{text}");
}

#[test]
fn medians_stand_with_their_quartiles_and_declared_names_win() {
    let style = Style {
        layout: Layout::Long,
        statistic: Statistic::MedianIqr,
        printing: Printing {
            names: BTreeMap::from([("unet".to_owned(), "[U]".to_owned())]),
            ..style(PValues::None).printing
        },
        ..style(PValues::None)
    };
    let text = to_latex(&table(), &style);
    assert!(
        text.contains("\n{}[U] & 0 & 3 & 0.85 [0.82, 0.88] &"),
        "{text}"
    );
}
