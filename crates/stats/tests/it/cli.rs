//! The commands `compare` and `table`, as programs.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeMap;

use rsom_formats::table::{Cell, Column, Table, parquet};

use crate::desk::{Desk, Kind, dice, number, outcomes, study, three_arms};

#[test]
fn the_baseline_matches_whatever_type_the_column_has() {
    let mut all = Vec::new();
    for kind in [Kind::Integer, Kind::Number, Kind::Text] {
        let desk = Desk::with(&study(kind));
        desk.compare("--metric dice,ra_vox --group-by net")
            .expect_code(0);
        all.push(outcomes(&desk.at("t.parquet")));
    }
    assert_eq!(all[0], all[1]);
    assert_eq!(all[0], all[2]);
}

#[test]
fn subjects_are_the_unit_and_a_collapsed_network_keeps_its_row() {
    let desk = Desk::with(&study(Kind::Integer));
    desk.compare("--metric dice,ra_vox --group-by net");
    let t = outcomes(&desk.at("t.parquet"));
    assert_eq!(t.rows(), 4);
    assert_eq!(t.texts("metric").unwrap()[2].as_deref(), Some("ra_vox"));
    // Two scans a subject, eight subjects; all differences of Ra have one sign: p = 2/2^8.
    assert_eq!(
        (number(&t, "n", 2), number(&t, "p_value", 2)),
        (8.0, 0.007_812_5)
    );
    assert_eq!(
        (number(&t, "level", 2), number(&t, "baseline", 2)),
        (10.0, 0.0)
    );
    assert!((number(&t, "hl", 2) + 0.005 * 10f64.sqrt()).abs() < 1e-12);
    let dead = 3;
    assert_eq!(
        t.texts("status").unwrap()[dead].as_deref(),
        Some("empty_prediction")
    );
    assert_eq!(t.values("p_value").unwrap().cell(dead), Cell::Null);
    assert_eq!(
        (number(&t, "n", dead), number(&t, "n_missing", dead)),
        (0.0, 8.0)
    );
    assert_eq!(number(&t, "n_undefined", dead), 16.0);
}

#[test]
fn scans_can_be_the_unit_and_results_are_repeatable() {
    let desk = Desk::with(&study(Kind::Integer));
    desk.compare(
        "--metric ra_vox@both --pair-by subject,scan --treat-slices-as-independent --threads 1",
    );
    let first = std::fs::read(desk.at("t.parquet")).unwrap();
    assert_eq!(number(&outcomes(&desk.at("t.parquet")), "n", 0), 16.0);
    desk.compare(
        "--metric ra_vox@both --pair-by subject,scan --treat-slices-as-independent --threads 2",
    );
    assert_eq!(std::fs::read(desk.at("t.parquet")).unwrap(), first);
}

#[test]
fn json_names_what_is_missing() {
    let desk = Desk::with(&study(Kind::Integer));
    let output = desk.compare("--metric ra_vox --json");
    let line = output.json();
    let dead = &line["result"]["comparisons"][1];
    assert_eq!(dead["missing"][0], "eye0 (empty_prediction)");
    assert_eq!(dead["p_value"], serde_json::Value::Null);
}

#[test]
fn the_layout_of_the_papers_table_comes_out_of_one_command() {
    let desk = Desk::with(&study(Kind::Text));
    desk.compare("--metric dice,ra_vox --group-by net");
    let output = desk.run(
        "table --input m.parquet --tests t.parquet --rows net,loss,s --metric dice,ra_vox --decimals 2,3",
    );
    let text = output.stdout;
    let lines: Vec<String> = text
        .lines()
        .map(|l| l.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(lines[0], "| Network | Loss | s | n | Dice | p | Ra | p |");
    assert_eq!(
        lines[2],
        "| U-Net | BCE | 0 | 8 | 0.84 ± 0.02 | – | 0.156 ± 0.024 | – |"
    );
    assert!(
        lines[3].starts_with("| U-Net | BCE+S | 10 | 8 | 0.84 ± 0.02 | >0.999 |"),
        "{text}"
    );
    assert!(lines[3].ends_with("| 0.140 ± 0.024 | 0.031\\* |"), "{text}");
    assert!(
        lines[4].contains("| 0.00 ± 0.00 (empty prediction) |"),
        "{text}"
    );
    assert!(lines[4].contains("| – (empty prediction) | – |"), "{text}");
    assert!(
        text.contains("Value of a unit: mean of 2 visits (scans)."),
        "{text}"
    );
    assert!(text.contains(
        "two-sided paired Wilcoxon signed-rank test (exact), zero differences dropped against s = 0"
    ));
}

#[test]
fn a_table_goes_to_its_output_in_every_format() {
    let desk = Desk::with(&study(Kind::Integer));
    for (format, start) in [
        ("markdown", "| s "),
        ("md", "| s "),
        ("latex", "% needs"),
        ("tex", "% needs"),
        ("csv", "s,dice_mean"),
    ] {
        let output = desk.run(&format!(
            "table --input m.parquet --rows s --metric dice --format {format} --output table.txt"
        ));
        assert_eq!(output.expect_code(0).stdout, "");
        let text = std::fs::read_to_string(desk.at("table.txt")).unwrap();
        assert!(text.starts_with(start), "{text}");
    }
}

#[test]
fn what_does_not_fit_the_table_is_a_usage_error_in_one_line() {
    let desk = Desk::with(&study(Kind::Integer));
    let compare = "compare --input m.parquet --output t.parquet";
    desk.fails(
        &format!("{compare} --metric dice --factor q --baseline 0"),
        2,
        "no column 'q'",
    );
    desk.fails(
        &format!("{compare} --metric dice --factor s --baseline 7"),
        2,
        "no row has the baseline s = 7",
    );
    desk.fails(
        &format!("{compare} --metric dise --factor s --baseline 0"),
        2,
        "metrics are dice, ra_vox@both",
    );
    desk.fails(
        &format!("{compare} --metric dice --factor s --baseline 0 --measured-per slice"),
        2,
        "see measured_per",
    );
    desk.fails(
        &format!("{compare} --metric dice --factor s --baseline 0 --aggregate none"),
        2,
        "several values",
    );
    desk.fails(
        &format!("{compare} --metric dice --factor s --baseline 0 --confidence 1"),
        2,
        "strictly between 0 and 1",
    );
    desk.fails(
        &format!("{compare} --metric dice --factor s --baseline 0 --group-by surface"),
        2,
        "'surface' is a column of the output",
    );
    desk.fails(
        &format!("{compare} --metric dice --factor s --baseline 0 --pair-by s"),
        2,
        "column 's' is given twice",
    );
    desk.fails(
        "table --input m.parquet --rows s --metric dice --decimals 1,2",
        2,
        "2 values for 1 metrics",
    );
}

/// Four subjects whose two scans are both called 1 and 2, with two slices each, at s = 0 and 10.
fn numbered_scans() -> Table {
    let mut rows: Vec<(String, i64, i64, i64)> = Vec::new();
    for s in [0, 10] {
        for subject in ["a", "b", "c", "d"] {
            for (scan, slice) in [(1, 0), (1, 1), (2, 0), (2, 1)] {
                rows.push((subject.to_owned(), scan, slice, s));
            }
        }
    }
    Table::new(vec![
        Column::text("subject", rows.iter().map(|r| Some(r.0.as_str()))),
        Column::integer("scan", rows.iter().map(|r| Some(r.1))),
        Column::integer("slice", rows.iter().map(|r| Some(r.2))),
        Column::repeated("metric", "dice", rows.len()),
        Column::number("value", (0..rows.len()).map(|i| Some(i as f64))),
        Column::integer("s", rows.iter().map(|r| Some(r.3))),
    ])
    .unwrap()
}

#[test]
fn scans_of_several_subjects_that_bear_one_name_are_not_merged() {
    let desk = Desk::with(&numbered_scans());
    let line = "compare --input m.parquet --metric dice --factor s --baseline 0 --measured-per slice --output t.parquet";
    for (pair_by, hint) in [
        ("scan", "write --pair-by subject,scan"),
        ("slice", "write --pair-by subject,scan,slice"),
        ("scan,slice", "write --pair-by subject,scan,slice"),
    ] {
        desk.fails(&format!("{line} --pair-by {pair_by}"), 2, hint);
        desk.fails(
            &format!("{line} --pair-by {pair_by}"),
            2,
            "several subjects ('a', 'b')",
        );
    }
    desk.fails(
        "table --input m.parquet --rows s --metric dice --measured-per slice --unit-by scan",
        2,
        "write --unit-by subject,scan",
    );
    for (pair_by, n) in [
        ("subject,scan", 8.0),
        ("subject,scan,slice", 16.0),
        ("subject", 4.0),
        ("scan --average-over subject", 2.0),
    ] {
        let output = desk.run(&format!(
            "{line} --pair-by {pair_by} --treat-slices-as-independent"
        ));
        output.expect_code(0);
        assert_eq!(number(&outcomes(&desk.at("t.parquet")), "n", 0), n);
    }
    // A scan's name that belongs to one subject alone says enough.
    let desk = Desk::with(&study(Kind::Integer));
    let output = desk.compare("--metric dice --pair-by scan --treat-slices-as-independent");
    output.expect_code(0);
    assert_eq!(number(&outcomes(&desk.at("t.parquet")), "n", 0), 16.0);
}

#[test]
fn a_table_that_breaks_the_contract_is_exit_code_3() {
    let table = study(Kind::Integer);
    let line = "compare --input m.parquet --metric dice --factor s --baseline 0 --output t.parquet";
    let without = |name: &str| {
        let kept = table.columns().iter().filter(|c| c.name != name).cloned();
        Table::new(kept.collect()).unwrap()
    };
    Desk::with(&without("value")).fails(line, 3, "no column 'value'");
    Desk::with(&without("metric")).fails(line, 3, "no column 'metric'");
    let twice = Table::concatenated(&[table.clone(), table.clone()]).unwrap();
    Desk::with(&twice).fails(line, 3, "dice is measured twice for eye0, eye0-0 (0)");
    let gap = Table::concatenated(&[table.clone(), without("s")]).unwrap();
    Desk::with(&gap).fails(line, 3, "column 's' has no value in row 97");
    let corrupt = Desk::with(&table);
    std::fs::write(corrupt.at("m.parquet"), b"PAR1 nonsense PAR1").unwrap();
    corrupt.fails(line, 3, "m.parquet");
}

/// The study with this unit at s = 10, and `1` elsewhere.
fn with_unit_at_ten(unit: Option<&str>) -> Table {
    let table = study(Kind::Integer);
    let s = table.integers("s").unwrap();
    let units = s
        .iter()
        .map(|s| if *s == Some(10) { unit } else { Some("1") });
    let units = Column::text("unit", units);
    let columns = table.columns().iter().cloned();
    let columns = columns.map(|c| if c.name == "unit" { units.clone() } else { c });
    Table::new(columns.collect()).unwrap()
}

#[test]
fn a_metric_in_two_units_is_exit_code_3_in_every_command() {
    let compare =
        "compare --input m.parquet --metric dice --factor s --baseline 0 --output t.parquet";
    let table = "table --input m.parquet --metric dice --rows s";
    for (unit, said) in [
        (Some("%"), "dice is measured in 1 and in %"),
        (None, "dice is measured in 1 and in no stated unit"),
    ] {
        let desk = Desk::with(&with_unit_at_ten(unit));
        desk.fails(compare, 3, said);
        desk.fails(table, 3, said);
        // Rows that are not used do not matter.
        desk.run(&format!("{table} --where s=0")).expect_code(0);
    }
}

#[test]
fn an_undeclared_column_that_tells_rows_apart_is_refused_until_it_is_declared() {
    let table = study(Kind::Integer);
    let seeded = |seed: i64| {
        let mut table = table.clone();
        table
            .push(Column::integer("seed", vec![Some(seed); table.rows()]))
            .unwrap();
        table
    };
    let desk = Desk::with(&Table::concatenated(&[seeded(1), seeded(2)]).unwrap());
    let line = "compare --input m.parquet --metric dice --factor s --baseline 0 --output t.parquet";
    desk.fails(line, 3, "average_over");
    desk.run(&format!("{line} --average-over seed"))
        .expect_code(0);
    desk.run(&format!("{line} --where seed=2")).expect_code(0);
    assert_eq!(number(&outcomes(&desk.at("t.parquet")), "n", 0), 8.0);
}

#[test]
fn different_subjects_in_each_group_are_exit_code_3_with_the_remedy() {
    let rows: Vec<_> = ["a", "b", "c", "d"]
        .iter()
        .enumerate()
        .map(|(i, s)| (*s, 1, None, if i < 2 { "patient" } else { "control" }, 0.5))
        .collect();
    let desk = Desk::with(&dice(&rows));
    let line = "compare --input m.parquet --metric dice --factor arm --baseline control --output t.parquet";
    desk.fails(line, 3, "no test was made: no subject has values at both");
    desk.fails(
        line,
        3,
        "for different subjects in each group, use `stats groups`",
    );
}

#[test]
fn levels_that_look_like_one_number_are_not_merged() {
    let mut rows = Vec::new();
    for (arm, gain) in [("1.1", 0.0), ("1.10", 0.1), ("1.2", 0.3)] {
        for (i, subject) in ["a", "b", "c", "d", "e", "f"].iter().enumerate() {
            rows.push((*subject, 1, None, arm, 0.5 + gain + i as f64 / 100.0));
        }
    }
    let desk = Desk::with(&dice(&rows));
    let line = "compare --input m.parquet --metric dice --factor arm --output t.parquet --baseline";
    desk.run(&format!("{line} 1.10")).expect_code(0);
    let t = outcomes(&desk.at("t.parquet"));
    let levels = t.texts("level").unwrap();
    assert_eq!(levels, [Some("1.1".to_owned()), Some("1.2".to_owned())]);
    let text = desk
        .run("table --input m.parquet --tests t.parquet --rows arm --metric dice")
        .stdout;
    let baseline = text.lines().find(|l| l.starts_with("| 1.10 ")).unwrap();
    assert!(baseline.contains("| –"), "{text}");
}

#[test]
fn a_test_over_slices_is_told_wherever_it_is_shown() {
    let mut rows = Vec::new();
    for (subject, s) in [("a", 0.0), ("b", 0.1), ("c", 0.2)] {
        for slice in 0..4i64 {
            let value = 0.3 + s + slice as f64 / 100.0;
            rows.push((subject, 1, Some(slice), "0", value));
            rows.push((subject, 1, Some(slice), "1", value + 0.1 + s / 10.0));
        }
        rows.push((subject, 1, None, "0", 0.3 + s));
        rows.push((subject, 1, None, "1", 0.4 + s));
    }
    let desk = Desk::with(&dice(&rows));
    let line = "compare --input m.parquet --metric dice --factor arm --baseline 0 --measured-per slice --pair-by subject,scan,slice --output t.parquet";
    desk.fails(
        line,
        2,
        "12 units come from 3 subjects and are not independent",
    );
    desk.run(&format!("{line} --treat-slices-as-independent"))
        .expect_code(0);
    let t = outcomes(&desk.at("t.parquet"));
    let note = t.texts("note").unwrap()[0].clone().unwrap();
    assert!(
        note.contains("12 pairs of 3 subjects are taken for independent"),
        "{note}"
    );
    assert_eq!(number(&t, "n_subjects", 0), 3.0);
    assert_eq!(
        t.texts("pair_by").unwrap()[0].as_deref(),
        Some("subject,scan,slice")
    );
    let table = desk.run("table --input m.parquet --tests t.parquet --rows arm --metric dice");
    let text = table.expect_code(0).stdout;
    assert!(text.contains("p: tested over 12 slices"), "{text}");
    assert!(text.contains("(12 pairs)"), "{text}");
}

#[test]
fn tests_of_several_designs_or_of_other_measurements_are_refused() {
    let desk = Desk::with(&three_arms("1", 8, &["x", "y", "z"]));
    let compare = |more: &str, output: &str| {
        let line = format!(
            "compare --input m.parquet --metric dice --factor arm --output {output} {more}"
        );
        desk.run(&line).expect_code(0);
    };
    compare("--baseline x", "t1.parquet");
    compare("--baseline y", "t2.parquet");
    compare("--baseline x --alternative less", "t3.parquet");
    compare("--baseline x --adjust none", "t4.parquet");
    let table = |input: &str, tests: &str| {
        format!("table --input {input} --tests {tests} --rows arm --metric dice")
    };
    for (tests, message) in [
        (
            "t1.parquet t2.parquet",
            "several baselines: arm = x, arm = y",
        ),
        (
            "t1.parquet t3.parquet",
            "several kinds (alternative): less, two-sided",
        ),
        (
            "t1.parquet t4.parquet",
            "several kinds (adjustment): holm, none",
        ),
    ] {
        desk.fails(&table("m.parquet", tests), 3, message);
    }
    desk.run(&table("m.parquet", "t1.parquet")).expect_code(0);
    for (name, other, message) in [
        (
            "unit",
            three_arms("%", 8, &["x", "y", "z"]),
            "in the unit '1', but the measurements have '%'",
        ),
        (
            "few",
            three_arms("1", 6, &["x", "y", "z"]),
            "tested over 8 pairs, but the measurements have 6 units",
        ),
        (
            "gone",
            three_arms("1", 8, &["x", "y"]),
            "dice at arm = z was tested over 8 pairs, but there are no measurements",
        ),
    ] {
        let file = format!("{name}.parquet");
        parquet::write(&desk.at(&file), &other, &BTreeMap::new()).unwrap();
        desk.fails(&table(&file, "t1.parquet"), 3, message);
    }
}

#[test]
fn the_ending_of_the_output_is_the_format_of_the_table() {
    let desk = Desk::with(&three_arms("1", 8, &["x", "y"]));
    let table = |more: &str| format!("table --input m.parquet --rows arm --metric dice {more}");
    for (output, start) in [
        ("o.md", "| arm"),
        ("o.tex", "\\begin"),
        ("o.csv", "arm,"),
        ("o.txt", "| arm"),
    ] {
        desk.run(&table(&format!("--output {output}")))
            .expect_code(0);
        let text = std::fs::read_to_string(desk.at(output)).unwrap();
        assert!(text.contains(start), "{output}: {text}");
    }
    for (format, output) in [("md", "o.tex"), ("latex", "o.csv"), ("csv", "o.md")] {
        let line = table(&format!("--format {format} --output {output}"));
        desk.fails(&line, 2, "does not fit the ending of --output");
    }
    desk.run(&table("--format tex --output o.tex"))
        .expect_code(0);
    desk.run(&table("--format csv --output o.txt"))
        .expect_code(0);
}

#[test]
fn a_condition_that_no_row_meets_names_the_values_and_an_empty_table_is_a_fault() {
    let desk = Desk::with(&three_arms("1", 8, &["x", "y"]));
    let line =
        "compare --input m.parquet --metric dice --factor arm --baseline x --output t.parquet";
    desk.fails(
        &format!("{line} --where subject=q"),
        2,
        "--where subject=q: no row has this value; the values are a, b, c, d, e, f, g, h",
    );
    desk.fails(
        &format!("{line} --where subject=a|q"),
        2,
        "--where subject=q: no row has this value",
    );
    desk.run(&format!("{line} --where subject=a|b|c"))
        .expect_code(0);
    let pairs = outcomes(&desk.at("t.parquet")).integers("n").unwrap();
    assert_eq!(pairs, [Some(3)]);
    std::fs::remove_file(desk.at("t.parquet")).unwrap();
    let empty = dice(&[]);
    parquet::write(&desk.at("m.parquet"), &empty, &BTreeMap::new()).unwrap();
    desk.fails(line, 3, "the tables have no rows");
}

#[test]
fn a_level_of_other_subjects_is_unpaired_and_slices_of_one_subject_are_told() {
    let mut rows = Vec::new();
    for i in 0..6i64 {
        let value = 0.5 + i as f64 / 100.0;
        for slice in 0..2 {
            rows.push(("s", i, Some(slice), "x", value));
            rows.push(("s", i, Some(slice), "y", value + 0.1 + value / 10.0));
            rows.push(("other", i, Some(slice), "z", value));
        }
    }
    let desk = Desk::with(&dice(&rows));
    let design = "--measured-per slice";
    desk.run(&format!("compare --input m.parquet --metric dice --factor arm --baseline x --pair-by subject,scan,slice --treat-slices-as-independent --output t.parquet {design}")).expect_code(0);
    let t = outcomes(&desk.at("t.parquet"));
    assert_eq!(t.texts("status").unwrap()[1].as_deref(), Some("unpaired"));
    let note = t.texts("note").unwrap()[1].clone().unwrap();
    assert!(
        note.contains("no pairs: no unit has values at both"),
        "{note}"
    );
    let table = desk.run(&format!("table --input m.parquet --tests t.parquet --rows arm --metric dice --unit-by subject,scan,slice {design}"));
    let text = table.expect_code(0).stdout;
    assert!(
        text.contains("12 pairs of 1 subjects were taken for independent"),
        "{text}"
    );
}

#[test]
fn published_values_stand_next_to_ours_and_rows_without_a_counterpart_are_named() {
    let desk = Desk::with(&study(Kind::Integer));
    let published = "name: paper\nsource: Table 1 of a paper\nrows:\n\
        - { s: 0, values: { dice: 0.87 ± 0.09, ra_vox: \"0.120\" } }\n\
        - { s: 2500, values: { dice: \"0.85\" } }\n";
    std::fs::write(desk.at("p.yaml"), published).unwrap();
    let table = "table --input m.parquet --published p.yaml --rows s --metric dice,ra_vox";
    let text = desk.run(table).expect_code(0).stdout;
    let words = |line: &str| -> Vec<String> {
        line.split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    let lines: Vec<_> = text.lines().map(words).collect();
    let header = ["", "s", "n", "Dice", "paper", "Ra (voxels)", "paper", ""];
    assert_eq!(lines[0][3..5], header[3..5], "{text}");
    let first = &lines[2];
    assert_eq!((first[1].as_str(), first[4].as_str()), ("0", "0.87 ± 0.09"));
    assert_eq!(first[6], "0.120");
    assert_eq!((lines[3][4].as_str(), lines[3][6].as_str()), ("–", "–"));
    assert!(
        text.contains("paper: Table 1 of a paper. paper also has: 2500."),
        "{text}"
    );
    let csv = desk.run(&format!("{table} --format csv")).expect_code(0);
    let header = csv.stdout.lines().next().unwrap();
    assert!(header.contains("dice_status,dice_published,"), "{header}");

    for (wrong, message) in [
        (
            "- { s: 0, net: unet, values: {} }\n",
            "row 1: 'net' is not a factor",
        ),
        ("- { values: { dice: \"1\" } }\n", "row 1: no level of 's'"),
        (
            "- { s: 0, values: { iou: \"1\" } }\n",
            "row 1: 'iou' is not a metric",
        ),
        (
            "- { s: 0, values: { dice: 0.90 } }\n",
            "row 1: dice: 0.9 is a number",
        ),
        (
            "- { s: 0, values: {} }\n- { s: 0, values: {} }\n",
            "row 2: it repeats the levels",
        ),
    ] {
        let file = format!("name: paper\nsource: a paper\nrows:\n{wrong}");
        std::fs::write(desk.at("p.yaml"), file).unwrap();
        desk.fails(table, 3, message);
    }
}
