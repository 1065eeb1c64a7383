//! The command `tests`, and the comparisons that it shows.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use crate::desk::{Desk, Kind, number, outcomes, study, three_arms};

#[test]
fn tests_stand_in_a_table_of_their_own_with_interval_effect_and_caveats() {
    let desk = Desk::with(&study(Kind::Integer));
    desk.compare("--metric dice,ra_vox --group-by net --adjust none")
        .expect_code(0);
    let t = outcomes(&desk.at("t.parquet"));
    let written = |more: &str, output: &str| {
        desk.run(&format!("tests --input t.parquet --output {output} {more}"))
            .expect_code(0);
        std::fs::read_to_string(desk.at(output)).unwrap()
    };
    let plain = written("", "plain.md");
    assert!(
        plain.contains("not adjusted") && !plain.contains("adjusted p"),
        "{plain}"
    );
    desk.compare("--metric dice,ra_vox --group-by net")
        .expect_code(0);
    let csv = written("--metric ra_vox", "o.csv");
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(
        lines[0],
        "metric,surface,label,unit,net,factor,level,baseline,n,n_level,n_baseline,n_lost,difference,ci_low,ci_high,ci_level,\
         effect_size,effect_low,effect_high,p_value,p_adjusted,note"
    );
    let fields: Vec<&str> = lines[1].split(',').collect();
    // All digits of the table of tests, row 2: Ra at s = 10.
    for (place, name) in [
        (8, "n"),
        (12, "hl"),
        (13, "ci_low"),
        (14, "ci_high"),
        (16, "effect_size"),
        (17, "effect_low"),
        (19, "p_value"),
    ] {
        assert_eq!(
            fields[place].parse::<f64>().unwrap(),
            number(&t, name, 2),
            "{name}"
        );
    }
    assert_eq!(lines.len(), 3);
    // All eight differences are -0.005 · √10 = -0.0158: the shift, its interval, and p = 2 / 2^8, four times as large by Holm: four tests
    // were planned, two of them at s = 1000.
    let markdown = written("--decimals 2,4 --metric dice,ra_vox", "o.md");
    let markdown = markdown.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        markdown
            .contains("| 10 | 0 | 8 | -0.0158 (-0.0158 to -0.0158) | -1.00 | 0.008 | 0.031\\* |"),
        "{markdown}"
    );
    assert!(
        markdown.contains("U-Net, 1000 against 0: no pairs: empty\\_prediction")
            && markdown.contains("| 0 (8 lost) |"),
        "{markdown}"
    );
    let latex = written("", "o.tex");
    assert!(latex.contains("\\begin{tabular}{llllccccc}"), "{latex}");
}

#[test]
fn what_is_no_table_of_tests_is_refused() {
    let desk = Desk::with(&study(Kind::Integer));
    let compared = "compare --input m.parquet --factor s --baseline 0 --output tests.parquet --metric dice --group-by net";
    desk.run(compared).expect_code(0);
    desk.fails(
        "tests --input m.parquet",
        3,
        "not a table of `compare` or `groups`",
    );
    desk.fails(
        "tests --input tests.parquet --decimals 1,2",
        2,
        "one for each of --metric",
    );
    desk.fails(
        "tests --input tests.parquet --output o.md --format csv",
        2,
        "does not fit the ending",
    );
}

#[test]
fn a_comparison_has_a_baseline_or_all_pairs_and_not_both() {
    let desk = Desk::with(&three_arms("1", 8, &["x", "y", "z"]));
    let line = |more: &str| {
        format!("compare --input m.parquet --metric dice --factor arm --output t.parquet {more}")
    };
    desk.fails(&line(""), 2, "--baseline is missing");
    desk.fails(
        &line("--baseline x --contrasts all_pairs"),
        2,
        "exclude each other",
    );
    desk.run(&line("--contrasts all_pairs")).expect_code(0);
    let t = outcomes(&desk.at("t.parquet"));
    let texts =
        |name: &str| -> Vec<String> { t.texts(name).unwrap().into_iter().flatten().collect() };
    assert_eq!(texts("level"), ["y", "z", "z"]);
    assert_eq!(texts("baseline"), ["x", "x", "y"]);
    desk.run("table --input m.parquet --rows arm --metric dice --tests t.parquet")
        .expect_code(3)
        .expect_said(&["several baselines"]);
}

#[test]
fn a_sentence_says_what_changed_and_how_sure_it_is() {
    let desk = Desk::with(&study(Kind::Integer));
    desk.compare("--metric dice,ra_vox --group-by net")
        .expect_code(0);
    let text = desk
        .run("tests --input t.parquet --sentence")
        .expect_code(0)
        .stdout;
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 4);
    // All eight differences are -0.005 · √10; W is the sum of the ranks of none.
    assert!(
        lines[2].starts_with("Network U-Net, Ra fell from a median of 0.1")
            && lines[2].contains("n = 8, W = 0, p = 0.008, adjusted p = 0.031"),
        "{text}"
    );
    assert!(
        lines[0].contains("did not differ significantly: median 0.8"),
        "{text}"
    );
    assert!(
        lines[3].contains("could not be tested at s = 1000 against s = 0: no pairs"),
        "{text}"
    );
    let apa = desk
        .run("tests --input t.parquet --sentence --style apa")
        .expect_code(0)
        .stdout;
    assert!(apa.contains("p = .008, adjusted p = .031"), "{apa}");
}

#[test]
fn every_format_has_the_same_texts() {
    let desk = Desk::with(&study(Kind::Integer));
    desk.compare("--metric dice,ra_vox --group-by net")
        .expect_code(0);
    for (file, start, minus) in [
        ("o.md", "| Metric", "-1.00"),
        ("o.tex", "% needs", "$-$1.00"),
        ("o.typ", "#block[", "−1.00"),
        ("o.html", "<!DOCTYPE html>", "−1.00"),
    ] {
        desk.run(&format!("tests --input t.parquet --output {file}"))
            .expect_code(0);
        let text = std::fs::read_to_string(desk.at(file)).unwrap();
        assert!(text.starts_with(start) && text.contains(minus), "{text}");
        assert!(
            text.contains("0.031") && text.contains("rsom-stats"),
            "{text}"
        );
    }
    let table = desk.run(
        "table --input m.parquet --tests t.parquet --rows net,s --metric dice --output table.typ",
    );
    table.expect_code(0);
    let text = std::fs::read_to_string(desk.at("table.typ")).unwrap();
    assert!(
        text.contains("table.header(\"Network\", \"s\", \"n\", \"Dice\", \"p\")"),
        "{text}"
    );
}

#[test]
fn a_wide_table_has_the_metrics_as_rows() {
    let desk = Desk::with(&study(Kind::Integer));
    desk.compare("--metric dice,ra_vox --group-by net")
        .expect_code(0);
    let line =
        "table --input m.parquet --tests t.parquet --rows net,s --metric dice,ra_vox --layout wide";
    let text = desk.run(line).expect_code(0).stdout;
    let lines: Vec<String> = text
        .lines()
        .map(|l| l.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(
        lines[0],
        "| Network, s | U-Net, 0 | U-Net, 10 | U-Net, 1000 |"
    );
    assert_eq!(lines[2], "| n | 8 | 8 | 8 |");
    assert!(lines[3].starts_with("| Dice | 0.8"), "{text}");
    assert!(lines[6].starts_with("| p, Ra | – | 0.031"), "{text}");
}
