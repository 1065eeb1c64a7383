//! `manifest create` with a spreadsheet: columns become attributes; what does not fit is named.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeMap;

use rsom_manifest::ScanEntry;
use rsom_testing::{Folder, Program};

use crate::manifest::{create, study};

const RSOM_IO: Program = Program::new(env!("CARGO_BIN_EXE_rsom-io"));

/// The words that create a manifest of [`study`] with a table.
fn with_table<'a>(more: &[&'a str]) -> Vec<&'a str> {
    create(&[&["--table", "participants.csv"], more].concat())
}

#[test]
fn columns_of_a_table_become_attributes_and_balance_the_folds() {
    let folder = study();
    let mut table = "Subject;Age (years);sex;height\n".to_owned();
    for n in 1..=12 {
        let sex = ["f", "m"][n / 2 % 2];
        table += &format!("S{n:02};{};{sex};1,{}\n", 20 + 5 * n, 60 + n);
    }
    folder.write("participants.csv", &table);
    let words = with_table(&["--folds", "3", "--stratify", "group,sex,Age_years"]);
    let done = RSOM_IO.done(&folder, words);
    done.expect_said(&["column 'Age (years)' is the attribute Age_years"]);
    let manifest = rsom_manifest::read(&folder.join("study.yaml")).unwrap();
    let mut counts = BTreeMap::new();
    for scan in &manifest.scans {
        let n: i64 = scan.subject.trim_start_matches('S').parse().unwrap();
        assert_eq!(scan.attribute("Age_years").unwrap(), 20 + 5 * n);
        assert_eq!(scan.attribute("height").unwrap(), (160 + n) as f64 / 100.0);
        let sex = scan.attribute("sex").unwrap();
        let cell = (scan.fold.unwrap(), scan.group.clone(), sex.to_string());
        *counts.entry(cell).or_insert(0) += 1;
    }
    // Twelve cells: three folds, two groups, two sexes.
    assert_eq!(counts.len(), 12, "{counts:?}");
    assert!(counts.values().all(|count| *count == 1), "{counts:?}");
}

#[test]
fn a_row_is_a_visit_where_the_scan_is_composed_of_columns() {
    let folder = study();
    let mut table = "id,visit,treated\n".to_owned();
    for n in 1..=12 {
        for visit in 1..=2 {
            table += &format!("S{n:02},{visit},{}\n", visit == 1);
        }
    }
    folder.write("participants.csv", &table);
    let fault = RSOM_IO.run(&folder, with_table(&[])).expect_code(3).error();
    assert!(
        fault.contains("lines 2 and 3 are both of 'S01', but 'visit' is '1' and '2'")
            && fault.contains("--table-scan"),
        "{fault}"
    );
    let done = RSOM_IO.done(&folder, with_table(&["--table-scan", "{id}_{visit}"]));
    done.expect_said(&["12 rows of the table have no scan: S01_2 (line 3), S02_2 (line 5)"]);
    let manifest = rsom_manifest::read(&folder.join("study.yaml")).unwrap();
    let treated = |scan: &ScanEntry| scan.attribute("treated").unwrap() == true;
    assert!(manifest.scans.iter().all(treated));
}

/// A row for each subject.
fn rows(of: impl Fn(usize) -> String) -> String {
    (1..=12).map(|n| format!("S{n:02},{}\n", of(n))).collect()
}

fn refused(table: &str, flags: &[&str], said: &str) {
    let folder = study();
    folder.write("participants.csv", table);
    let fault = RSOM_IO
        .run(&folder, with_table(flags))
        .expect_code(3)
        .error();
    assert!(
        fault.contains("participants.csv") && fault.contains(said),
        "{said}: {fault}"
    );
    assert!(!folder.join("study.yaml").exists());
}

#[test]
fn a_table_that_does_not_fit_is_refused_with_its_place() {
    let ages = rows(|n| n.to_string());
    let said = "no column is named subject; name the one with the subject by --subject-column; it has: name, age";
    refused(&format!("name,age\n{ages}"), &[], said);
    let said = "lines 2 and 14 are both of 'S01', but 'age' is '1' and '99'";
    refused(&format!("subject,age\n{ages}S01,99\n"), &[], said);
    let said = "line 14: the cell of 'subject' is empty";
    refused(&format!("subject,age\n{ages},3\n"), &[], said);
    let said = "the columns 'a b' and 'a_b' would both be the attribute 'a_b'";
    refused(
        &format!("subject,a b,a_b\n{}", rows(|_| "1,2".into())),
        &[],
        said,
    );
    let said = "line 2, column 'visit': '2', but the files of the scan 'S01_1' say '1'";
    refused(
        &format!("subject,visit\n{}", rows(|_| "2".into())),
        &[],
        said,
    );
    let said = "line 2: the fold 'x1' is no whole number";
    refused(
        &format!("subject,fold\n{}", rows(|n| format!("x{n}"))),
        &[],
        said,
    );
    let said = "it has no column 'day'; it has: subject, age";
    let flags = ["--table-scan", "{subject}_{day}"];
    refused(&format!("subject,age\n{ages}"), &flags, said);
    let group = |n: usize| ["control", "patient", "Control"][if n == 4 { 2 } else { n % 2 }];
    let said = "column 'group' has 'control' in line 3 and 'Control' in line 5";
    refused(
        &format!("subject,group\n{}", rows(|n| group(n).to_owned())),
        &[],
        said,
    );
}

#[test]
fn rows_and_scans_without_each_other_are_listed_and_unknown_attributes_refused() {
    let folder = study();
    let ages = rows(|n| n.to_string()).replace("S07", "S7");
    folder.write("participants.csv", format!("subject,age\n{ages}"));
    RSOM_IO.done(&folder, with_table(&[])).expect_said(&[
        "1 rows of the table have no scan: S7 (line 8)",
        "1 subjects or scans have no row in the table, and so none of its attributes: S07",
    ]);
    let folder = study();
    let unknown = RSOM_IO.run(&folder, create(&["--folds", "2", "--stratify", "sex"]));
    let unknown = unknown.expect_code(2).error();
    assert!(
        unknown.contains("no scan has the attribute 'sex'"),
        "{unknown}"
    );
    let alone = RSOM_IO.run(&folder, create(&["--subject-column", "id"]));
    assert!(alone.expect_code(2).error().contains("add --table FILE"));
}

#[test]
fn zeros_that_a_spreadsheet_program_removed_are_named() {
    let folder = Folder::new();
    for n in 1..=3 {
        folder.write(&format!("data/{n:03}.nii.gz"), format!("scan {n}"));
    }
    folder.write("participants.csv", "subject,age\n1,30\n2,31\n3,32\n");
    let words = "manifest create --input data --output m.yaml --name demo --files image={subject}.nii.gz --table participants.csv";
    let fault = RSOM_IO.run(&folder, words).expect_code(3).error();
    let said = "line 2: '1' has no scan, and '001' has no row; a spreadsheet program may have removed zeros: write '001'";
    assert!(fault.contains(said), "{fault}");
}

#[test]
fn a_folder_is_no_table_and_a_column_of_subjects_is_found_by_its_name() {
    let folder = study();
    let run = RSOM_IO.run(&folder, create(&["--table", "data"]));
    let fault = run.expect_code(3).error();
    assert!(fault.ends_with("data: it is a folder"), "{fault}");
    folder.write("participants.csv", "Subject_ID,age\nS01,30\n");
    RSOM_IO.done(&folder, with_table(&[]));
    let manifest = rsom_manifest::read(&folder.join("study.yaml")).unwrap();
    assert_eq!(manifest.scans[0].attribute("age").unwrap(), 30);
}

#[test]
fn ids_with_a_point_stay_as_they_were_typed() {
    let folder = Folder::new();
    for name in ["1.1", "1.10", "1.2"] {
        folder.write(&format!("data/{name}.nii.gz"), name);
    }
    folder.write("participants.csv", "subject,arm\n1.1,a\n1.10,b\n1.2,a\n");
    let words = "manifest create --input data --output study.yaml --name demo --files image={subject}.nii.gz --scan {subject} --table participants.csv";
    RSOM_IO.done(&folder, words);
    let text = folder.text("study.yaml");
    assert!(
        text.contains("subject: '1.10'\n  attributes:\n    arm: b"),
        "{text}"
    );
}

#[test]
fn a_column_with_a_name_of_the_manifest_gets_another_one() {
    let folder = study();
    let table = format!("subject,id\n{}", rows(|n| n.to_string()));
    folder.write("participants.csv", table);
    RSOM_IO.done(&folder, with_table(&[]));
    assert!(folder.text("study.yaml").contains("id_in_table: 1"));
}
