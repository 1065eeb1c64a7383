//! The command `agreement`.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeMap;

use rsom_formats::table::{Column, Table, parquet};
use rsom_testing::{Folder, Program};

const REPORT: Program = Program::new(env!("CARGO_BIN_EXE_rsom-report"));
const DRAW: &str = "agreement --input points.parquet --measures measures.parquet --output plot.svg";

fn write(folder: &Folder, name: &str, columns: Vec<Column>) {
    let table = Table::new(columns).unwrap();
    parquet::write(&folder.join(name), &table, &BTreeMap::new()).unwrap();
}

/// Three pairs for each of so many devices, and the measures of each.
pub fn folder(devices: usize) -> Folder {
    let folder = Folder::new();
    let device = |row: usize, rows: usize| format!("device{}", row / rows);
    let common = |rows: usize| {
        let all = devices * rows;
        vec![
            Column::repeated("metric", "layer_thickness_um", all),
            Column::repeated("unit", "µm", all),
            Column::repeated("factor", "method", all),
            Column::repeated("level", "auto", all),
            Column::repeated("baseline", "manual", all),
            Column::text("device", (0..all).map(|row| Some(device(row, rows)))),
        ]
    };
    let repeated = |values: [f64; 3]| vec![values; devices].concat().into_iter().map(Some);
    let mut points = common(3);
    points.push(Column::text(
        "subject",
        (0..3 * devices).map(|i| Some(format!("s{i}"))),
    ));
    points.push(Column::number("mean", repeated([50.0, 60.0, 70.0])));
    points.push(Column::number("difference", repeated([-2.0, 1.0, 2.5])));
    write(&folder, "points.parquet", points);
    let mut measures = common(3);
    let names = ["bias", "limit_lower", "limit_upper"];
    measures.push(Column::text(
        "measure",
        (0..3 * devices).map(|i| Some(names[i % 3])),
    ));
    measures.push(Column::number("value", repeated([0.5, -4.0, 5.0])));
    measures.push(Column::number("ci_low", repeated([-2.0, -9.0, 1.0])));
    measures.push(Column::number("ci_high", repeated([3.0, -1.0, 9.0])));
    measures.push(Column::number("ci_level", repeated([0.9; 3])));
    write(&folder, "measures.parquet", measures);
    folder
}

#[test]
fn points_lines_and_intervals_of_a_comparison_are_drawn() {
    let folder = folder(1);
    REPORT.run(&folder, DRAW).expect_code(0);
    let svg = folder.text("plot.svg");
    for words in [
        "Mean of both (µm)",
        "auto − manual (µm)",
        "upper limit",
        ">5.00<",
        ">0.500<",
        ">−4.00<",
    ] {
        assert!(svg.contains(words), "{words}: {svg}");
    }
    assert_eq!(svg.matches("fill-opacity=\"0.7\"").count(), 3);
    // The interval of the mean can be told from those of the limits, also where they overlap, as these do.
    let bars = svg
        .lines()
        .filter(|line| line.contains("class=\"interval\""));
    let mut bars: Vec<bool> = bars.map(|line| line.contains("#757575")).collect();
    bars.sort_unstable();
    assert_eq!(bars, [false, false, true]);
    let note = "bars at the right: 90 % confidence intervals, of the mean in gray; n = 3.";
    assert!(svg.contains(note), "{svg}");
    // The numbers are those of 'stats agreement', as they are.
    let data = DRAW.to_owned() + " --data plot.csv";
    REPORT.run(&folder, data).expect_code(0);
    let numbers = folder.text("plot.csv");
    assert!(
        numbers.contains("point,60.0,1.0") && numbers.contains("upper limit,,5.0,1.0,9.0"),
        "{numbers}"
    );
}

#[test]
fn each_comparison_has_a_panel_and_too_many_are_refused() {
    let folder = folder(2);
    REPORT.run(&folder, DRAW).expect_code(0);
    let svg = folder.text("plot.svg");
    assert!(svg.contains("device0") && svg.contains("device1"));
    REPORT
        .run(
            &folder,
            format!("{DRAW} --where device=device1").replace("plot", "one"),
        )
        .expect_code(0);
    assert!(!folder.text("one.svg").contains("device0"));
    let line = format!("{DRAW} --where device=device7").replace("plot", "none");
    REPORT.refused(&folder, line, 2, "no row has this value");
    let many = self::folder(13);
    REPORT.refused(&many, DRAW, 2, "13 comparisons");
}

#[test]
fn equal_differences_have_a_mean_and_units_without_a_pair_are_counted() {
    let folder = folder(1);
    let all = parquet::read(&folder.join("measures.parquet")).unwrap();
    let mut columns: Vec<Column> = all.columns().to_vec();
    columns.push(Column::integer("n_missing", [Some(4); 3]));
    let others = columns.iter().cloned().map(|c| match c.name.as_str() {
        "measure" => Column::repeated("measure", "icc_1_1", 3),
        _ => c,
    });
    write(&folder, "icc.parquet", others.collect());
    write(&folder, "measures.parquet", columns);
    REPORT.run(&folder, DRAW).expect_code(0);
    let svg = folder.text("plot.svg");
    assert!(svg.contains("n = 3 (4 without"), "{svg}");
    let line = DRAW.replace("measures.parquet", "icc.parquet");
    REPORT
        .run(&folder, line.replace("plot.svg", "icc.svg"))
        .expect_code(0);
    let svg = folder.text("icc.svg");
    assert!(svg.contains("no limits of agreement: the differences have no spread"));
    assert!(svg.contains(">mean<") && svg.contains(">0.500<"), "{svg}");
}
