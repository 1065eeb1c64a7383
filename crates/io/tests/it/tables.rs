//! Tables between spreadsheets and Parquet: `table long`, `table csv`, and CSV as input.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use rsom_formats::table::parquet;
use rsom_testing::{Folder, Program};

const IO: Program = Program::new(env!("CARGO_BIN_EXE_rsom-io"));

#[test]
fn a_spreadsheet_becomes_a_table_of_measures_and_comes_back_as_csv() {
    let folder = Folder::new();
    let sheet = "subject;group;thickness_um;dice\nS1;patient;81,5;0,9\nS2;control;70,25;\n";
    std::fs::write(folder.join("sheet.csv"), sheet).unwrap();
    IO.run(
        &folder,
        "table long --input sheet.csv --metric thickness_um,dice --output m.parquet",
    )
    .expect_code(0);
    let long = parquet::read(&folder.join("m.parquet")).unwrap();
    assert_eq!(long.rows(), 4);
    let values = long.numbers("value").unwrap();
    assert_eq!(values, [Some(81.5), Some(70.25), Some(0.9), None]);
    let groups = long.texts("group").unwrap();
    assert_eq!(groups[0].as_deref(), Some("patient"));
    IO.run(&folder, "table csv --input m.parquet --output m.csv")
        .expect_code(0);
    let text = std::fs::read_to_string(folder.join("m.csv")).unwrap();
    assert!(
        text.starts_with("subject,group,metric,value,unit,status"),
        "{text}"
    );
    // CSV is read as well as Parquet.
    IO.run(
        &folder,
        "table wide --input m.csv --keys subject,group --output w.csv",
    )
    .expect_code(0);
    let text = std::fs::read_to_string(folder.join("w.csv")).unwrap();
    assert!(text.contains("S1,patient,0.9,81.5"), "{text}");
}

#[test]
fn what_is_no_number_is_named() {
    let folder = Folder::new();
    std::fs::write(folder.join("sheet.csv"), "subject,dice\nS1,good\n").unwrap();
    IO.refused(
        &folder,
        "table long --input sheet.csv --metric dice --output m.parquet",
        3,
        "dice",
    );
}
