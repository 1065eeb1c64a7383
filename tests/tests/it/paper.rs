//! The paper's study at the size of its profile `smoke`.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use rsom_formats::table::parquet;
use rsom_testing::{Folder, checkout};

use crate::RSOM;

#[test]
fn the_papers_study_gives_its_tables() {
    let workdir = Folder::new();
    let folder = workdir.to_string_lossy().into_owned();
    let words = [
        "run",
        "pipelines/gerl2020.yaml",
        "--profile",
        "smoke",
        "--set",
        "net=[unet]",
        "--set",
        "trees=[1]",
        "-j",
        "2",
        "--workdir",
        &folder,
    ];
    RSOM.run(checkout(), words).expect_code(0);
    // Six held-out scans of four B-scans, each measured with two folds.
    let table = workdir.text("results/table1.csv");
    let mut rows = table
        .lines()
        .map(|line| line.split(',').collect::<Vec<_>>());
    let header = rows.next().unwrap();
    let column = |name: &str| header.iter().position(|title| *title == name).unwrap();
    let count = column("dice_epidermis_n");
    let found: Vec<_> = rows
        .map(|row| (row[0].to_owned(), row[1].to_owned(), row[count].to_owned()))
        .collect();
    let expected = ["0", "100", "1000 from the start"];
    let expected = expected.map(|s| ("unet".to_owned(), s.to_owned(), "24".to_owned()));
    assert_eq!(found, expected);
    // The paper's numbers stand next to ours.
    assert!(table.lines().nth(1).unwrap().contains("0.87 ± 0.09"));
    // One pair of folds for each held-out scan and s.
    let agreement = parquet::read(&workdir.join("measures/h01_unet_s0_agreement.parquet")).unwrap();
    let firsts = agreement.texts("first").unwrap();
    assert!(
        firsts
            .iter()
            .all(|name| name.as_deref() == Some("h01_unet_s0_fold0.nii.gz"))
    );
    // Of the 25 scans, those of the folds 0 and 1 were left out of one training.
    let tests = parquet::read(&workdir.join("results/tests_by_subject.parquet")).unwrap();
    let metrics = tests.texts("metric").unwrap();
    let dice = metrics
        .iter()
        .position(|m| m.as_deref() == Some("dice"))
        .unwrap();
    assert_eq!(tests.integers("n").unwrap()[dice], Some(10));
    // Table 2: sixteen scans of skin, without a mask and with three masks.
    let vessels = workdir.text("results/table2.csv");
    let masks: Vec<_> = vessels
        .lines()
        .skip(1)
        .map(|line| line.split(',').next().unwrap())
        .collect();
    assert_eq!(masks, ["none", "bce", "smooth", "true"]);
    assert!(vessels.contains("0.619 ± 0.187") && vessels.contains("0.810 ± 0.095"));
    assert!(
        workdir
            .text("results/figure4.svg")
            .contains(">U-Net</text>")
    );
}
