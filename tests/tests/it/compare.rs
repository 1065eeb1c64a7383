//! `rsom compare`: folders of masks become measures, tests, tables and figures; what does not fit is named.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeMap;

use ndarray::Array3;
use rsom_formats::nifti;
use rsom_formats::table::{Table, parquet};
use rsom_testing::{Folder, names};
use rsom_volume::{Grid, LabelMap, Spacing};

use crate::RSOM;

const SHAPE: [usize; 3] = [14, 3, 24];
const SUBJECTS: usize = 8;

/// Writes a map of two layers, the upper one from depth 6 to 10, the lower one from 10 to 16, whose lower ends are `deeper`.
fn save(folder: &Folder, name: &str, deeper: usize, second: bool) {
    let voxels = Array3::from_shape_fn(SHAPE, |(_, _, z)| match z {
        _ if z >= 6 && z < 10 + if second { 0 } else { deeper } => 1,
        _ if second && z >= 10 && z < 16 + deeper => 2,
        _ => 0,
    });
    let grid = Grid::new(SHAPE, Spacing::RSOM).unwrap();
    let map = LabelMap::new(grid, voxels, BTreeMap::new()).unwrap();
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    nifti::write_labels(&path, &map).unwrap();
}

/// References, a method that is exact, and one whose lower end is a voxel too deep, or two for every third subject.
fn study(second: bool) -> Folder {
    let folder = Folder::new();
    let mut table = "Participant_ID;Group;age\n".to_owned();
    for n in 1..=SUBJECTS {
        save(&folder, &format!("drawn/S{n:02}_v1_mask.nii.gz"), 0, second);
        save(&folder, &format!("exact/S{n:02}_v1.nii.gz"), 0, second);
        save(
            &folder,
            &format!("deep/fold{}/pred_S{n:02}_v1.nii.gz", n % 2),
            1 + usize::from(n % 3 == 0),
            second,
        );
        table += &format!("S{n:02};{};{}\n", ["control", "patient"][n % 2], 40 + n);
    }
    folder.write("people.csv", table);
    folder
}

fn compare<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let words = [
        "compare",
        "--reference",
        "drawn",
        "--prediction",
        "exact=exact",
        "--prediction",
        "deep=deep",
        "--output",
        "out",
    ];
    [&words[..], more].concat()
}

/// The values of a column of the rows that have these texts in others.
fn numbers(table: &Table, wanted: &[(&str, &str)], column: &str) -> Vec<f64> {
    let of = |name: &str| table.texts(name).unwrap();
    let columns: Vec<_> = wanted
        .iter()
        .map(|(name, text)| (of(name), *text))
        .collect();
    let values = table.numbers(column).unwrap();
    let rows = (0..table.rows()).filter(|row| {
        columns
            .iter()
            .all(|(texts, text)| texts[*row].as_deref() == Some(text))
    });
    rows.map(|row| values[row].unwrap()).collect()
}

#[test]
fn folders_of_masks_become_measures_tests_and_tables() {
    let folder = study(false);
    let done = RSOM.done(&folder, compare(&["--table", "people.csv", "-j", "2"]));
    // The table is printed; the references look like layers.
    assert!(
        done.stdout.contains("| exact  | 8   | 1.000 ± 0.000 |"),
        "{}",
        done.stdout
    );
    done.expect_said(&[
        "8 scans, such as S01_v1",
        "the references look like layers: --measures overlap,roughness,boundary",
    ]);
    let results = names(folder.join("out/results"));
    for name in [
        "methods.svg",
        "methods.png",
        "scans.csv",
        "scans.parquet",
        "table.csv",
        "table.md",
        "table.tex",
        "tests.csv",
        "tests.md",
        "tests.parquet",
        "tests.tex",
    ] {
        assert!(results.contains(&name.to_owned()), "{name}: {results:?}");
    }
    let scans = parquet::read(&folder.join("out/results/scans.parquet")).unwrap();
    // 4 voxels of each column, and one or two more: 2·4 / (4 + 5) and 2·4 / (4 + 6).
    let dice = numbers(&scans, &[("method", "deep")], "dice");
    let expected: Vec<f64> = (1..=SUBJECTS)
        .map(|n| 8.0 / if n % 3 == 0 { 10.0 } else { 9.0 })
        .collect();
    assert!(
        dice.iter()
            .zip(&expected)
            .all(|(a, b)| (a - b).abs() < 1e-12),
        "{dice:?}"
    );
    let tests = parquet::read(&folder.join("out/results/tests.parquet")).unwrap();
    // Eight differences of one sign: 2 / 2^8.
    let p = numbers(&tests, &[("metric", "dice")], "p_value");
    assert_eq!(p, [0.0078125]);
    // Attributes of the spreadsheet are columns of every table.
    let measures = parquet::read(&folder.join("out/measures/S03_v1_deep.parquet")).unwrap();
    assert_eq!(measures.integers("age").unwrap()[0], Some(43));
    assert_eq!(
        measures.texts("Group").unwrap()[0].as_deref(),
        Some("patient")
    );
    assert_eq!(
        measures.texts("subject").unwrap()[0].as_deref(),
        Some("S03")
    );
    // Nothing is computed twice, and a changed mask only where it counts.
    let again = RSOM.done(&folder, compare(&["--table", "people.csv"]));
    assert!(!again.stderr.contains("[1/"), "{}", again.stderr);
    save(&folder, "deep/fold1/pred_S01_v1.nii.gz", 3, false);
    let again = RSOM.done(&folder, compare(&["--table", "people.csv"]));
    assert!(
        again.stderr.contains("evaluate S01_v1") && !again.stderr.contains("evaluate S02_v1"),
        "{}",
        again.stderr
    );
}

#[test]
fn all_pairs_of_methods_are_compared_if_asked() {
    let folder = study(false);
    for n in 1..=SUBJECTS {
        save(&folder, &format!("deepest/S{n:02}_v1.nii.gz"), 4, false);
    }
    let three = ["--prediction", "deepest=deepest", "--all-pairs"];
    let done = RSOM.done(&folder, compare(&three));
    let tests = parquet::read(&folder.join("out/results/tests.parquet")).unwrap();
    let of = |name: &str| tests.texts(name).unwrap();
    let pairs: Vec<(String, String)> = (of("metric").into_iter())
        .zip(of("level").into_iter().zip(of("baseline")))
        .filter(|(metric, _)| metric.as_deref() == Some("dice"))
        .map(|(_, (level, baseline))| (level.unwrap(), baseline.unwrap()))
        .collect();
    let pair = |level: &str, baseline: &str| (level.to_owned(), baseline.to_owned());
    let mut expected = [
        pair("deep", "exact"),
        pair("deepest", "exact"),
        pair("deepest", "deep"),
    ];
    let mut found = pairs.clone();
    found.sort();
    expected.sort();
    // Each pair once, whichever of the two comes first.
    for (found, expected) in found.iter().zip(&expected) {
        let (a, b) = found;
        assert!(
            found == expected || (b.clone(), a.clone()) == *expected,
            "{pairs:?}"
        );
    }
    assert_eq!(found.len(), 3);
    // Eight differences of one sign have the smallest p, 2 / 2^8. Holm multiplies it by the number of all tests.
    let family = numbers(&tests, &[("metric", "dice")], "family_size");
    assert!(family[0] > 3.0, "{family:?}");
    let expected = (family[0] * 2.0 / 256.0).min(1.0);
    let p = numbers(&tests, &[("metric", "dice")], "p_adjusted");
    assert_eq!(p, [expected; 3]);
    assert!(done.stdout.contains("against"), "{}", done.stdout);
    assert!(!folder.text("out/results/table.md").contains("p-"));
    let (code, error) = RSOM.failed(&folder, compare(&["--all-pairs", "--baseline", "deep"]));
    assert!(code == 2 && error.contains("--baseline"), "{error}");
}

#[test]
fn a_pattern_chooses_the_masks_of_a_method_in_a_folder_of_many() {
    let folder = study(false);
    for n in 1..=SUBJECTS {
        save(&folder, &format!("masks/S{n:02}_v1_s0.nii.gz"), 1, false);
        save(&folder, &format!("masks/S{n:02}_v1_s100.nii.gz"), 0, false);
    }
    let line = "compare --reference drawn/*_mask.nii.gz --prediction s0=masks/*_s0.* --prediction s100=masks/*_s100.* --output out";
    RSOM.done(&folder, line);
    let scans = parquet::read(&folder.join("out/results/scans.parquet")).unwrap();
    assert_eq!(
        numbers(&scans, &[("method", "s100")], "dice"),
        [1.0; SUBJECTS]
    );
    assert_eq!(
        numbers(&scans, &[("method", "s0")], "dice"),
        [8.0 / 9.0; SUBJECTS]
    );
    let (code, error) = RSOM.failed(&folder, line.replace("_s100.*", "_s9.*").as_str());
    assert!(
        code == 3 && error.contains("no NIfTI file (.nii.gz or .nii) named *_s9.*"),
        "{error}"
    );
}

#[test]
fn each_label_and_each_group_has_rows_and_tests_of_its_own() {
    let folder = study(true);
    let labels = [
        "--labels",
        "1=epidermis,2=dermis",
        "--table",
        "people.csv",
        "--group-by",
        "Group",
    ];
    RSOM.done(&folder, compare(&labels));
    let table = folder.text("out/results/table.md");
    for row in ["| Dice dermis", "| p, Dice epidermis"] {
        assert!(table.contains(row), "{row}: {table}");
    }
    assert!(!table.contains("absent"), "{table}");
    let tests = parquet::read(&folder.join("out/results/tests.parquet")).unwrap();
    let of = |label: &str, group: &str| {
        numbers(
            &tests,
            &[("metric", "dice"), ("label", label), ("Group", group)],
            "n",
        )
    };
    assert_eq!(of("dermis", "control"), [4.0]);
    assert_eq!(of("epidermis", "patient"), [4.0]);
    assert!(folder.join("out/results/epidermis.png").exists());
    // Without --labels, all labels are measured.
    let other = RSOM.done(&folder, [&compare(&[])[..8], &["out2"]].concat());
    other.expect_said(&["--labels '1=label 1,2=label 2'"]);
}

#[test]
fn what_does_not_fit_is_named() {
    let folder = study(false);
    let refused = |more: &[&str], code: i32, said: &str| {
        let (found, error) = RSOM.failed(&folder, compare(more));
        assert!(
            found == code && error.contains(said),
            "{more:?}: {found}: {error}"
        );
    };
    refused(
        &["--baseline", "unet"],
        2,
        "no method has this name; there are: exact, deep",
    );
    refused(&["--group-by", "sex"], 2, "--group-by needs --table");
    refused(
        &["--table", "people.csv", "--group-by", "sex"],
        2,
        "no scan has this attribute",
    );
    refused(&["--labels", "epidermis"], 2, "such as 1=epidermis");
    refused(&["--labels", "7=skin"], 3, "no reference has the label 7");
    refused(&["--measures", "dice"], 2, "choose from overlap, cldice");
    refused(&["--prediction", "1=deep"], 2, "begin with a letter");
    refused(
        &["--prediction", "deep=exact"],
        2,
        "another method has the name",
    );
    refused(&["--prediction", "exact"], 2, "give the method a name");
    refused(&["--prediction", "empty=."], 3, "without a partner");
    refused(&["--subject", "{person}_v1"], 2, "no part {subject}");
    std::fs::remove_file(folder.join("exact/S04_v1.nii.gz")).unwrap();
    refused(&[], 3, "drawn: S04_v1_mask.nii.gz");
    RSOM.done(&folder, compare(&["--allow-unpaired"]))
        .expect_said(&["left out, because a folder has no partner"]);
    let scans = parquet::read(&folder.join("out/results/scans.parquet")).unwrap();
    assert_eq!(scans.rows(), 2 * (SUBJECTS - 1));
    // What the user changed stays.
    let edited = folder.text("out/compare.yaml").replace("exact", "Exact");
    folder.write("out/compare.yaml", &edited);
    refused(&["--allow-unpaired"], 4, "the file was edited");
    assert_eq!(folder.text("out/compare.yaml"), edited);
}

/// Twelve names of six persons with two visits, as references and as masks of one method, and a table of the persons.
fn visits(name: impl Fn(usize, usize) -> String, mask: impl Fn(usize, usize) -> String) -> Folder {
    let folder = Folder::new();
    let mut table = "id,group\n".to_owned();
    for n in 1..=6 {
        for visit in 1..=2 {
            save(
                &folder,
                &format!("drawn/{}.nii.gz", name(n, visit)),
                0,
                false,
            );
            save(
                &folder,
                &format!("exact/{}.nii.gz", mask(n, visit)),
                n % 3,
                false,
            );
        }
        table += &format!("{n},{}\n", ["control", "patient"][n % 2]);
    }
    folder.write("people.csv", table);
    folder
}

const VISITS: &str =
    "compare --reference drawn --prediction exact=exact --table people.csv --output out";

#[test]
fn a_number_of_a_visit_is_not_taken_for_a_person() {
    let name = |n: usize, visit: usize| format!("{n}_{visit}");
    let folder = visits(name, name);
    RSOM.done(&folder, VISITS);
    let manifest = folder.text("out/scans.yaml");
    for n in 1..=6 {
        for visit in 1..=2 {
            let entry = format!("id: '{n}_{visit}'\n  subject: '{n}'");
            assert!(manifest.contains(&entry), "{manifest}");
        }
    }
}

#[test]
fn names_that_can_be_read_in_two_ways_are_refused() {
    type Name = fn(usize, usize) -> String;
    let lettered: Name = |n, visit| format!("S{n:02}_{visit}");
    let zeros: Name = |n, visit| format!("{n:03}_v{visit}");
    let other: Name = |n, visit| format!("{n}_v{visit}");
    let next: Name = |n, visit| format!("{n}_v{}", 3 - visit);
    let unknown: Name = |n, visit| format!("x{n}y_v{visit}");
    for (name, mask, words) in [
        (
            lettered,
            lettered,
            "the subject of S01_1 may be '1' or 'S01'",
        ),
        (zeros, zeros, "'001' in 001_v1 may be '1' of the table"),
        (unknown, unknown, "no scan has a row in the table"),
    ] {
        let folder = visits(name, mask);
        RSOM.run(&folder, VISITS)
            .expect_code(2)
            .expect_said(&[words]);
        assert!(!folder.join("out").exists());
    }
    // Masks of the first visit only, and references of the second.
    let folder = visits(other, next);
    for n in 1..=6 {
        std::fs::remove_file(folder.join(format!("drawn/{n}_v1.nii.gz"))).unwrap();
        std::fs::remove_file(folder.join(format!("exact/{n}_v2.nii.gz"))).unwrap();
    }
    RSOM.run(&folder, VISITS)
        .expect_code(3)
        .expect_said(&["two visits"]);
}

#[test]
fn an_empty_group_is_named_before_anything_runs() {
    let folder = study(false);
    let table = folder.text("people.csv").replace("S03;patient", "S03;");
    folder.write("people.csv", table);
    let words = compare(&["--table", "people.csv", "--group-by", "Group"]);
    RSOM.run(&folder, words).expect_code(3).expect_said(&[
        "people.csv: line 4: the cell of 'Group' is empty, but --group-by Group needs a value",
    ]);
    assert!(!folder.join("out").exists());
}

#[test]
fn a_row_of_the_table_can_be_a_visit() {
    let name = |n: usize, visit: usize| format!("S{n:02}_v{visit}");
    let folder = visits(name, name);
    let rows = (1..=6)
        .flat_map(|n| (1..=2).map(move |visit| format!("S{n:02},{visit},{}\n", 10 * n + visit)));
    folder.write(
        "people.csv",
        format!("id,visit,score\n{}", rows.collect::<String>()),
    );
    let (code, error) = RSOM.failed(&folder, VISITS);
    assert_eq!(code, 3, "{error}");
    assert!(
        error.contains("as in --table-scan '{subject}_{visit}'"),
        "{error}"
    );
    let wrong = format!("{VISITS} --table-scan {{id}}_{{visit}}");
    RSOM.run(&folder, &*wrong).expect_code(2).expect_said(&[
        "there are scans such as 'S01_v1', and --table-scan '{id}_{visit}' makes 'S01_1' of line 2",
    ]);
    RSOM.done(
        &folder,
        &*format!("{VISITS} --table-scan {{id}}_v{{visit}}"),
    );
    let manifest = folder.text("out/scans.yaml");
    assert!(
        manifest.contains("id: S02_v1\n  subject: S02\n  attributes:\n    score: 21"),
        "{manifest}"
    );
}

#[test]
fn references_with_1_and_with_255_are_one_structure() {
    let folder = study(false);
    let path = folder.join("drawn/S02_v1_mask.nii.gz");
    let map = nifti::read_labels(&path).unwrap();
    let bright = map.labels().mapv(|label| 255 * label);
    let bright = LabelMap::new(map.grid().clone(), bright, BTreeMap::new()).unwrap();
    nifti::write_labels(&path, &bright).unwrap();
    RSOM.done(&folder, compare(&[])).expect_said(&[
        "references hold 1 (such as S01_v1_mask.nii.gz) or 255 (such as S02_v1_mask.nii.gz)",
    ]);
    let tests = parquet::read(&folder.join("out/results/tests.parquet")).unwrap();
    assert_eq!(numbers(&tests, &[("metric", "dice")], "n"), [8.0]);
    // Two other numbers may be two structures.
    let other = map.labels().mapv(|label| 3 * label);
    let other = LabelMap::new(map.grid().clone(), other, BTreeMap::new()).unwrap();
    nifti::write_labels(&path, &other).unwrap();
    let words = [&compare(&[])[..8], &["out2"]].concat();
    RSOM.run(&folder, words).expect_code(3).expect_said(&[
        "S01_v1_mask.nii.gz has 1, S02_v1_mask.nii.gz has 3; write one value for one structure",
    ]);
}
