//! The command `factor`: axes, tests, references, styles, printed sizes.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeMap;

use rsom_formats::table::{Column, Table, parquet};
use rsom_testing::{Folder, Program};

use crate::svg::{elements, paths, text};

const REPORT: Program = Program::new(env!("CARGO_BIN_EXE_rsom-report"));
const LINE: &str = "factor --input m.parquet --metric dice --factor s --group net --output f.svg";
const LEVELS: [i64; 4] = [0, 10, 100, 1000];

fn write(folder: &Folder, name: &str, columns: Vec<Column>) {
    let table = Table::new(columns).unwrap();
    parquet::write(&folder.join(name), &table, &BTreeMap::new()).unwrap();
}

/// Dice of three subjects by two networks at four levels of s, and the tests of a comparison with s = 0.
pub fn folder() -> Folder {
    let folder = Folder::new();
    let rows: Vec<(i64, &str, usize)> = LEVELS
        .into_iter()
        .flat_map(|s| ["fcn7", "unet"].map(|net| (s, net)))
        .flat_map(|(s, net)| (0..3).map(move |subject| (s, net, subject)))
        .collect();
    let n = rows.len();
    write(
        &folder,
        "m.parquet",
        vec![
            Column::text("subject", rows.iter().map(|r| Some(format!("p{}", r.2)))),
            Column::repeated("metric", "dice", n),
            Column::integer("slice", vec![None; n]),
            Column::text("surface", vec![None::<String>; n]),
            Column::repeated("label", "epidermis", n),
            Column::number("value", rows.iter().map(|r| Some(0.8 + 0.03 * r.2 as f64))),
            Column::repeated("unit", "1", n),
            Column::repeated("status", "ok", n),
            Column::integer("s", rows.iter().map(|r| Some(r.0))),
            Column::text("net", rows.iter().map(|r| Some(r.1))),
        ],
    );
    let levels = [10.0, 100.0, 10.0, 100.0];
    write(
        &folder,
        "t.parquet",
        vec![
            Column::repeated("metric", "dice", 4),
            Column::repeated("label", "epidermis", 4),
            Column::repeated("factor", "s", 4),
            Column::number("level", levels.map(Some)),
            Column::number("baseline", [Some(0.0); 4]),
            Column::text("net", ["fcn7", "fcn7", "unet", "unet"].map(Some)),
            Column::number("p_adjusted", [Some(0.012), Some(0.000_4), Some(0.6), None]),
            Column::repeated("test_name", "signed_rank", 4),
            Column::repeated("adjustment", "holm", 4),
        ],
    );
    folder
}

#[test]
fn bars_of_percent_end_at_a_hundred() {
    let folder = folder();
    let table = parquet::read(&folder.join("m.parquet")).unwrap();
    let columns = table
        .columns()
        .iter()
        .cloned()
        .map(|c| match c.name.as_str() {
            "unit" => Column::repeated("unit", "%", table.rows()),
            "value" => Column::number(
                "value",
                (0..table.rows()).map(|i| Some(91.0 + 4.0 * (i % 3) as f64)),
            ),
            _ => c,
        });
    write(&folder, "m.parquet", columns.collect());
    REPORT.done(&folder, format!("{LINE} --data f.csv"));
    let numbers = folder.text("f.csv");
    assert!(
        numbers.contains("dice,summary,fcn7,0,,,,95.0,91.0,99.0,"),
        "{numbers}"
    );
}

#[test]
fn values_beyond_whiskers_have_points_and_few_values_no_box() {
    let folder = folder();
    let line = LINE.replace(
        "--factor s --group net",
        "--factor net --marks box --unit-by subject,s",
    );
    let table = parquet::read(&folder.join("m.parquet")).unwrap();
    // 12 values of each network, one of them far away.
    let columns = table
        .columns()
        .iter()
        .cloned()
        .map(|c| match c.name.as_str() {
            "value" => Column::number(
                "value",
                (0..table.rows()).map(|i| Some(if i == 0 { 0.2 } else { 0.8 + 0.001 * i as f64 })),
            ),
            _ => c,
        });
    write(&folder, "m.parquet", columns.collect());
    let drawn = |line: &str| {
        REPORT.done(
            &folder,
            format!("{line} --points none --lines none --data f.csv"),
        );
        let figure = elements(&folder.text("f.svg"));
        ["unit", "box", "median"].map(|class| paths(&figure, "class", class).len())
    };
    assert_eq!(drawn(&line), [1, 2, 2]);
    let numbers = folder.text("f.csv");
    assert!(
        numbers.contains("dice,unit,,fcn7,,,\"p0, 0\",0.2,"),
        "{numbers}"
    );
    // Three subjects.
    assert_eq!(drawn(&line.replace("subject,s", "subject")), [6, 0, 2]);
    let svg = folder.text("f.svg");
    assert!(svg.contains("no box for"), "{svg}");
}

#[test]
fn levels_stand_where_the_axis_says() {
    let folder = folder();
    let places = |axis: &str| {
        REPORT.done(&folder, format!("{LINE} --axis {axis}"));
        let figure = elements(&folder.text("f.svg"));
        LEVELS.map(|s| text(&figure, &s.to_string()).number("x"))
    };
    let symlog = places("symlog");
    assert_eq!(symlog, places("auto"));
    let [a, b, c] = [1, 2, 3].map(|i| symlog[i] - symlog[i - 1]);
    assert!((a - b).abs() < 0.02 && (b - c).abs() < 0.02, "{symlog:?}");
    REPORT.done(&folder, format!("{LINE} --axis linear"));
    let linear = elements(&folder.text("f.svg"));
    // 10 of 1000: the label would touch that of 0, so only its tick stays.
    assert!(linear.iter().all(|e| e.text != "10"));
    REPORT.refused(&folder, format!("{LINE} --axis log"), 2, "--axis symlog");
    let words = LINE.replace("--factor s --group net", "--factor net --axis linear");
    REPORT.refused(&folder, words, 2, "'fcn7' is no number");
}

#[test]
fn tests_are_brackets_of_their_group() {
    let folder = folder();
    REPORT.done(&folder, format!("{LINE} --tests t.parquet --data f.csv"));
    let figure = elements(&folder.text("f.svg"));
    assert_eq!(paths(&figure, "class", "bracket").len(), 3);
    for words in ["p = 0.012", "p &lt; 0.001", "p = 0.60"] {
        text(&figure, words);
    }
    assert!(folder.text("f.svg").contains("Wilcoxon signed-rank, Holm"));
    assert!(
        folder
            .text("f.csv")
            .contains("dice,test,fcn7,0,fcn7,10,,0.012,")
    );
    let brackets = |more: &str| {
        REPORT.done(&folder, format!("{LINE} --tests t.parquet {more}"));
        paths(&elements(&folder.text("f.svg")), "class", "bracket").len()
    };
    assert_eq!((brackets("--largest-p 0.05"), brackets("--p none")), (2, 0));
    let by_net = LINE.replace("--factor s --group net", "--factor subject");
    REPORT.refused(
        &folder,
        format!("{by_net} --tests t.parquet"),
        2,
        "holds tests of s, not of subject",
    );
    REPORT.refused(
        &folder,
        format!("{LINE} --tests m.parquet"),
        3,
        "no tests of 'stats compare'",
    );
}

#[test]
fn tests_of_other_units_or_of_another_number_are_said() {
    let folder = folder();
    let table = parquet::read(&folder.join("t.parquet")).unwrap();
    let tests = |pair_by: &str, n: i64| {
        let mut columns: Vec<Column> = table.columns().to_vec();
        columns.push(Column::repeated("pair_by", pair_by, table.rows()));
        columns.push(Column::integer("n", vec![Some(n); table.rows()]));
        write(&folder, "u.parquet", columns);
        let done = REPORT.done(&folder, format!("{LINE} --tests u.parquet"));
        (folder.text("f.svg"), done.stderr)
    };
    let (svg, said) = tests("subject", 3);
    assert!(svg.contains("paired by subject, n = 3"), "{svg}");
    assert!(!said.contains("--tests"), "{said}");
    let (svg, said) = tests("subject", 6);
    assert!(svg.contains("paired by subject, n = 6"), "{svg}");
    assert!(
        said.contains("a test has 6 pairs, but the figure 3"),
        "{said}"
    );
    let (_, said) = tests("subject,visit", 3);
    assert!(
        said.contains("they pair by subject,visit, but the figure shows units by subject"),
        "{said}"
    );
}

#[test]
fn tests_between_groups_are_brackets_at_each_level() {
    let folder = folder();
    let table = |with_levels: bool| {
        let mut columns = vec![
            Column::repeated("metric", "dice", 2),
            Column::repeated("factor", "net", 2),
            Column::text("level", [Some("unet"); 2]),
            Column::text("baseline", [Some("fcn7"); 2]),
            Column::number("p_adjusted", [Some(0.03), Some(0.2)]),
        ];
        if with_levels {
            columns.push(Column::integer("s", [Some(0), Some(1000)]));
        }
        write(&folder, "g.parquet", columns);
    };
    table(true);
    REPORT.done(&folder, format!("{LINE} --tests g.parquet"));
    let figure = elements(&folder.text("f.svg"));
    let brackets = paths(&figure, "class", "bracket");
    let middle = |i: usize| (brackets[i].bounds()[0] + brackets[i].bounds()[2]) / 2.0;
    // Each stands over its level, from one network to the other.
    assert_eq!(brackets.len(), 2);
    assert!((middle(0) - text(&figure, "0").number("x")).abs() < 0.02);
    assert!((middle(1) - text(&figure, "1000").number("x")).abs() < 0.02);
    table(false);
    let line = format!("{LINE} --tests g.parquet");
    REPORT.refused(
        &folder,
        line,
        2,
        "make them with stats compare --group-by s",
    );
}

#[test]
fn references_are_lines_with_a_name() {
    let folder = folder();
    let words = [
        "factor",
        "--input",
        "m.parquet",
        "--metric",
        "dice",
        "--factor",
        "s",
        "--output",
        "f.svg",
    ];
    let with = |reference: &'static str| [&words[..], &["--reference", reference]].concat();
    REPORT
        .run(&folder, with("human repeatability=0.93"))
        .expect_code(0);
    let figure = elements(&folder.text("f.svg"));
    assert_eq!(paths(&figure, "class", "reference").len(), 1);
    text(&figure, "human repeatability");
    let run = REPORT.run(&folder, with("human=high")).expect_code(2);
    run.expect_said(&["--reference human=high: 'high' is no number"]);
    let run = REPORT.run(&folder, with("human@iou=0.9")).expect_code(2);
    run.expect_said(&["the figure does not show 'iou', but dice"]);
}

#[test]
fn a_figure_has_its_width_in_print_and_its_style() {
    let folder = folder();
    std::fs::write(
        folder.join("style.yaml"),
        "font_size: 7\ncolors: [\"#112233\", \"#445566\"]\n",
    )
    .unwrap();
    REPORT.done(&folder, format!("{LINE} --width single --style style.yaml"));
    let svg = folder.text("f.svg");
    assert!(
        svg.contains("width=\"85mm\"")
            && svg.contains("#112233")
            && svg.contains("font-size=\"7\"")
    );
    for element in elements(&svg).iter().filter(|e| e.name == "text") {
        // Coordinates are points.
        assert!(element.number("font-size") >= 6.0);
    }
    REPORT.done(
        &folder,
        format!("{} --width 120 --dpi 200", LINE.replace("f.svg", "f.png")),
    );
    let file = std::io::BufReader::new(std::fs::File::open(folder.join("f.png")).unwrap());
    let reader = png::Decoder::new(file).read_info().unwrap();
    // 120 mm are 4.7244 inches.
    assert_eq!(reader.info().width, 945);
    assert_eq!(reader.info().pixel_dims.unwrap().xppu, 7875);
    REPORT.refused(
        &folder,
        format!("{LINE} --width wide"),
        2,
        "write single, double, or a number of mm",
    );
    std::fs::write(folder.join("style.yaml"), "colour: red").unwrap();
    REPORT.refused(
        &folder,
        format!("{LINE} --style style.yaml"),
        3,
        "unknown key 'colour' (did you mean 'colors'?)",
    );
}

#[test]
fn letters_that_the_font_lacks_are_named() {
    let folder = folder();
    let line = format!("{LINE} --names unet=U-Net皮膚");
    let done = REPORT.done(&folder, line.replace("f.svg", "f.pdf"));
    done.expect_said(&["f.pdf: the font has no 皮, 膚: they are boxes"]);
    // An SVG leaves letters to the fonts of its reader.
    let done = REPORT.done(&folder, line);
    assert!(!done.stderr.contains("the font has no"), "{done:?}");
    let done = REPORT.done(&folder, LINE.replace("f.svg", "f.png"));
    assert!(!done.stderr.contains("the font has no"), "{done:?}");
}
