//! `rsom init` and a spreadsheet as people write them: what cannot be right is refused, what may be wrong is said, each in one line
//! with line and column.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use rsom_testing::Folder;

use crate::RSOM;
use crate::init::{SHAPE, save_mask, save_scan};

const INIT: [&str; 8] = [
    "init",
    "--scans",
    "scans",
    "--masks",
    "masks",
    "--table",
    "people.csv",
    "study",
];

/// Scans and masks of four subjects, the first with two visits.
fn scans() -> Folder {
    let folder = Folder::new();
    for (n, name) in ["S01_v1", "S01_v2", "S02_v1", "S03_v1", "S04_v1"]
        .into_iter()
        .enumerate()
    {
        save_scan(&folder, &format!("scans/{name}.nii.gz"), n, SHAPE);
        save_mask(&folder, &format!("masks/{name}_mask.nii.gz"), n, false);
    }
    folder.write("notes.txt", "not in the folders of scans and masks");
    folder
}

#[test]
fn what_cannot_be_right_is_refused_with_line_and_column() {
    let folder = scans();
    for (table, said) in [
        (
            "subject,group\nS01,control\nS01,patient\n",
            "lines 2 and 3 are both of 'S01', but 'group' is 'control' and 'patient'; correct one, or",
        ),
        (
            "subject,visit\nS01,1\nS01,2\n",
            "as in --table-scan '{subject}_{visit}'",
        ),
        (
            "subject,age\nS01,\"1,5\"\nS02,1.5\n",
            "column 'age' has a decimal comma in line 2 and a decimal point in line 3",
        ),
        (
            "subject,age\nS01,40\nS02,Mar-24\n",
            "line 3, column 'age': 'Mar-24' is a date, but the column holds numbers",
        ),
        (
            "subject,group\nS01,Control\nS02,control\n",
            "column 'group' has 'Control' in line 2 and 'control' in line 3",
        ),
        ("name,group\nS01,a\n", "--subject-column"),
    ] {
        folder.write("people.csv", table);
        let (code, error) = RSOM.failed(&folder, INIT);
        assert!(code == 3 && error.contains(said), "{table}: {error}");
        assert_eq!(error.trim_end().lines().count(), 1, "{error}");
        assert!(!folder.join("study").exists());
    }
}

#[test]
fn what_may_be_wrong_is_said() {
    for (table, said) in [
        (
            "subject;group;age\nS01;a ;1,5\nS02;a;\nS03;b;2\nS04;b;3\n",
            "the table has no value for 'age' in line 3",
        ),
        (
            "subject,seen\nS01,01.02.2024\nS02,Mar-24\nS03,\nS04,\n",
            "dates of two forms, '01.02.2024' in line 2 and 'Mar-24' in line 3",
        ),
        (
            "subject,Größe\nS01,1\nS02,2\nS03,1\nS04,2\n",
            "column 'Größe' of the table is called Groesse in the study",
        ),
        (
            "subject,group\nS01,a\nS99,b\n",
            "1 rows of the table have no scan: S99 (line 3)",
        ),
        (
            "subject,group\nS01,a\n",
            "have no row in the table: S02, S03, S04",
        ),
        (
            "subject,group\n1,a\n2,b\n",
            "no row of the table belongs to a scan: the table has 1 (line 2), the scans S01",
        ),
    ] {
        let folder = scans();
        folder.write("people.csv", table);
        let done = RSOM.done(&folder, INIT);
        assert!(done.stdout.contains(said), "{said}: {}", done.stdout);
        // Files next to the folders are nobody's business.
        assert!(!done.stdout.contains("notes.txt"), "{}", done.stdout);
    }
}

#[test]
fn a_warning_is_given_once() {
    let folder = scans();
    // Windows-1252.
    folder.write("people.csv", b"subject;Gr\xf6\xdfe\nS01;1\nS02;2\n");
    let done = RSOM.done(&folder, INIT);
    assert_eq!(
        done.stderr.matches("Windows-1252").count(),
        1,
        "{}",
        done.stderr
    );
    assert!(folder.text("study/manifest.yaml").contains("Groesse: 1"));
}

#[test]
fn a_matlab_file_that_is_no_raw_scan_is_told_how_it_is_imported() {
    let folder = Folder::new();
    folder.write("scans/S01.mat", "MATLAB 7.3 MAT-file");
    let (code, error) = RSOM.failed(&folder, ["init", "--scans", "scans", "study"]);
    assert!(
        code == 3 && error.contains("rsom io import hdf5 --input S01.mat"),
        "{error}"
    );
    // A name that is no name of a scan says which letters are.
    save_scan(&folder, "named/Müller.nii.gz", 1, SHAPE);
    save_mask(&folder, "named/Müller_mask.nii.gz", 1, false);
    let (code, error) = RSOM.failed(&folder, ["init", "--scans", "named", "study"]);
    assert!(
        code == 2 && error.contains("letters from a to z"),
        "{error}"
    );
    assert!(error.contains("rename the file"), "{error}");
}
