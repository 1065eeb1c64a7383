//! `manifest update`: new, changed and lost files enter the manifest; what a user wrote there stays.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeMap;

use rsom_manifest::{Manifest, edited};
use rsom_testing::{Folder, Program};

use crate::manifest::{create, study};

const RSOM_IO: Program = Program::new(env!("CARGO_BIN_EXE_rsom-io"));
const PREVIEW: [&str; 3] = ["manifest", "update", "study.yaml"];
const UPDATE: [&str; 5] = ["manifest", "update", "study.yaml", "--output", "study.yaml"];

fn read(folder: &Folder) -> Manifest {
    rsom_manifest::read(&folder.join("study.yaml")).unwrap()
}

/// A study with a manifest in which a user wrote comments, an attribute and another name of a scan.
fn edited_study() -> Folder {
    let folder = study();
    RSOM_IO.done(&folder, create(&["--folds", "3", "--stratify", "group"]));
    let text = folder.text("study.yaml");
    let text = text
        .replacen("name: demo", "# Our study.\nname: demo  # short", 1)
        .replacen("- id: S03_1\n", "# the one with the tattoo\n- id: S03_first   # renamed\n  attributes: {note: tattoo, visit: '1'}\n", 1)
        .replacen("  attributes:\n    visit: '1'\n  files:\n    image:\n    - path: patient/S03_1", "  files:\n    image:\n    - path: patient/S03_1", 1);
    folder.write("study.yaml", &text);
    assert_eq!(read(&folder).scans[2].id, "S03_first");
    folder
}

#[test]
fn new_scans_enter_gone_ones_leave_and_the_text_of_the_others_stays() {
    let folder = edited_study();
    let before = folder.text("study.yaml");
    let old = read(&folder);
    for name in [
        "data/patient/S03_2.nii.gz",
        "data/control/S13_1.nii.gz",
        "data/patient/S14_1.nii.gz",
        "data/patient/S15_1.nii.gz",
    ] {
        folder.write(name, name);
    }
    folder.write("data/control/S02_1.nii.gz", "another scan");
    std::fs::remove_file(folder.join("data/patient/S05_1.nii.gz")).unwrap();
    // Without --output, nothing is written.
    let preview = RSOM_IO.done(&folder, PREVIEW);
    preview.clone().expect_said(&[
        "1 scans have no files, or no image, any more and leave the manifest (--keep-gone keeps them): S05_1",
        "S02_1: control/S02_1.nii.gz has another content",
    ]);
    let said = "4 scans new (S03_2, S13_1, S14_1, S15_1), 1 scan gone, 1 change; nothing is written without --output study.yaml";
    assert_eq!(preview.stdout.trim(), said);
    assert_eq!(folder.text("study.yaml"), before);
    RSOM_IO.done(&folder, UPDATE);
    let (after, new) = (folder.text("study.yaml"), read(&folder));
    // Each line stays but those of S05 and the hash of S02; comments all stay.
    let lost: Vec<&str> = before
        .lines()
        .filter(|line| !after.contains(line))
        .collect();
    assert!(
        lost.len() <= 5
            && lost
                .iter()
                .all(|line| line.contains("S05") || line.contains("sha256")),
        "{lost:?}"
    );
    assert!(
        after.contains("# the one with the tattoo\n- id: S03_first   # renamed\n"),
        "{after}"
    );
    let folds = |manifest: &Manifest| -> BTreeMap<String, u32> {
        let of = |scan: &rsom_manifest::ScanEntry| (scan.subject.clone(), scan.fold.unwrap());
        manifest.scans.iter().map(of).collect()
    };
    let (was, is) = (folds(&old), folds(&new));
    for (subject, fold) in was.iter().filter(|(subject, _)| *subject != "S05") {
        assert_eq!(is[subject], *fold, "{subject}");
    }
    // The fold that lost its patient gets one first; then all have five subjects but one.
    assert!(is["S14"] == was["S05"] || is["S15"] == was["S05"]);
    let mut sizes = [0; 3];
    is.values().for_each(|fold| sizes[*fold as usize] += 1);
    sizes.sort_unstable();
    assert_eq!(sizes, [4, 5, 5]);
    let verified = RSOM_IO.done(&folder, ["manifest", "verify", "study.yaml"]);
    assert!(verified.stdout.contains("all files match"));
    let again = RSOM_IO.done(&folder, UPDATE);
    assert_eq!(again.stdout.trim(), "study.yaml: up to date");
    assert_eq!(folder.text("study.yaml"), after);
}

#[test]
fn entries_without_files_stay_on_request_and_files_of_a_new_role_enter() {
    let folder = edited_study();
    std::fs::remove_file(folder.join("data/patient/S05_1.nii.gz")).unwrap();
    RSOM_IO.done(&folder, [&UPDATE[..], &["--keep-gone"]].concat());
    assert_eq!(read(&folder).scans.len(), 12);
    // A user adds a role to the section.
    let text = folder.text("study.yaml");
    let image = "image: '{group}/{subject:word}_{visit:digits}.nii.gz'\n";
    assert!(text.contains(image), "{text}");
    let with = format!(
        "{image}    labels: '{{group}}/{{subject:word}}_{{visit:digits}}_labels.{{ext}}'\n"
    );
    folder.write("study.yaml", text.replacen(image, &with, 1));
    RSOM_IO
        .done(&folder, [&UPDATE[..], &["--keep-gone"]].concat())
        .expect_said(&[
            "S03_first: patient/S03_1_labels.nii.gz is new",
            "1 of 12 scans have no labels: S07_1",
        ]);
    let scans = read(&folder).scans;
    // S05 has labels again, and no image.
    assert_eq!(
        scans
            .iter()
            .filter(|scan| scan.files.contains_key("labels"))
            .count(),
        11
    );
    let text = folder.text("study.yaml");
    for comment in [
        "# Our study.",
        "# short",
        "# the one with the tattoo",
        "# renamed",
    ] {
        assert!(text.contains(comment), "{comment}: {text}");
    }
    assert_eq!(scans[2].attribute("note").unwrap(), "tattoo");
}

#[test]
fn a_spreadsheet_adds_attributes_and_what_the_manifest_says_otherwise_stays() {
    let folder = study();
    let table = |age_of_3: u32, more: &str| {
        let rows = (1..=12).map(|n| {
            format!(
                "S{n:02},{}{}\n",
                if n == 3 { age_of_3 } else { 30 + n },
                if more.is_empty() { "" } else { ",f" }
            )
        });
        folder.write(
            "tables/people.csv",
            format!("id,age{more}\n{}", rows.collect::<String>()),
        );
    };
    table(50, "");
    RSOM_IO.done(&folder, create(&["--table", "tables/people.csv"]));
    assert_eq!(
        read(&folder).create.unwrap().table.unwrap(),
        "tables/people.csv"
    );
    table(51, ",sex");
    RSOM_IO.done(&folder, UPDATE).expect_said(&[
        "S03_1: age stays 50, the spreadsheet or file name says 51",
        "S01_1: sex = f is new",
    ]);
    let manifest = read(&folder);
    assert_eq!(manifest.scans[2].attribute("age").unwrap(), 50);
    assert!(
        manifest
            .scans
            .iter()
            .all(|scan| scan.attribute("sex").unwrap() == "f")
    );
    // The same from another folder.
    let path = folder.join("study.yaml");
    let elsewhere = Folder::new();
    let done = RSOM_IO.done(&elsewhere, ["manifest", "update", path.to_str().unwrap()]);
    assert!(done.stdout.contains("up to date"), "{}", done.stdout);
}

#[test]
fn what_cannot_be_updated_is_refused_by_name() {
    let folder = study();
    RSOM_IO.done(&folder, create(&[]));
    folder.write("other.yaml", "# mine\n");
    let (code, error) = RSOM_IO.failed(
        &folder,
        ["manifest", "update", "study.yaml", "--output", "other.yaml"],
    );
    assert_eq!(
        (code, folder.text("other.yaml").as_str()),
        (4, "# mine\n"),
        "{error}"
    );
    // Two entries whose files are one scan now.
    let text = folder.text("study.yaml");
    folder.write(
        "study.yaml",
        text.replacen("scan: '{subject}_{visit}'", "scan: all", 1),
    );
    let (code, error) = RSOM_IO.failed(&folder, UPDATE);
    assert!(
        code == 3 && error.contains("the scan 'all' has files of the subjects"),
        "{error}"
    );
    folder.write(
        "study.yaml",
        "name: demo\ndata: data\nscans:\n- {id: a, subject: a}\n",
    );
    let (code, error) = RSOM_IO.failed(&folder, UPDATE);
    assert!(
        code == 3 && error.contains("create: {files: {image: '{subject}.nii.gz'}}"),
        "{error}"
    );
    // A list on one line, with a comment that would be lost.
    let one_line = "name: demo\ndata: data\ncreate: {files: {image: '{subject:word}_1.nii.gz'}}\nscans: [{id: S1, subject: S1}]";
    folder.write("data/S02_1.nii.gz", "x");
    folder.write("study.yaml", format!("{one_line}  # mine\n"));
    let (code, error) = RSOM_IO.failed(&folder, UPDATE);
    assert!(
        code == 4 && error.contains("without the loss of comments"),
        "{error}"
    );
    folder.write("study.yaml", format!("{one_line}\n"));
    RSOM_IO.done(&folder, UPDATE);
    assert_eq!(read(&folder).scans.len(), 2);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(200))]
    /// Any removal and change of scans leaves a text that says just that, and each comment of a scan that stays.
    #[test]
    fn edited_texts_say_what_was_asked(
        removed in proptest::collection::vec(proptest::bool::ANY, 6),
        changed in proptest::collection::vec(proptest::bool::ANY, 6),
        indent in 0_usize..5,
        flow in proptest::bool::ANY,
        windows in proptest::bool::ANY,
    ) {
        let zero = "0".repeat(64);
        let pad = " ".repeat(indent);
        let mut text = "name: demo\n\n# the scans\nscans:\n".to_owned();
        for n in 0..6 {
            text += &match flow && n % 2 == 0 {
                true => format!("{pad}# over s{n}\n{pad}- {{id: s{n}, subject: s{n}, files: {{image: [{{path: {n}.nii, sha256: {zero}}}]}}}} # of s{n}\n\n"),
                false => format!("{pad}# over s{n}\n{pad}-   id: s{n}  # of s{n}\n{pad}    subject: s{n}\n\n{pad}    files:\n{pad}        image:\n{pad}        - path: {n}.nii\n{pad}          sha256: {zero}\n"),
            };
        }
        text += "\n# where from\nsource: a clinic\n";
        if windows {
            text = text.replace('\n', "\r\n");
        }
        let old: Manifest = rsom_stage::yaml::from_str(&text).unwrap();
        let mut new = old.clone();
        for (n, scan) in new.scans.iter_mut().enumerate() {
            if changed[n] {
                scan.attributes.insert("age".into(), 40.into());
            }
        }
        let mut stays = removed.iter().map(|gone| !gone);
        new.scans.retain(|_| stays.next().unwrap());
        if !new.scans.is_empty() {
            let after = edited(&text, &old, &new).unwrap();
            let read: Manifest = rsom_stage::yaml::from_str(&after).unwrap();
            proptest::prop_assert_eq!(&read, &new);
            let ends = after.matches("\r\n").count();
            proptest::prop_assert_eq!(ends, if windows { after.matches('\n').count() } else { 0 });
            let after = after.replace("\r\n", "\n");
            for (n, gone) in removed.iter().enumerate() {
                proptest::prop_assert!(*gone || after.contains(&["# over s", &n.to_string(), "\n"].concat()));
                proptest::prop_assert!(*gone || after.contains(&["# of s", &n.to_string(), "\n"].concat()));
            }
            proptest::prop_assert!(after.contains("# the scans") && after.contains("# where from"));
        }
    }
}

#[test]
fn a_scan_whose_image_is_gone_leaves_though_its_labels_are_there() {
    let folder = study();
    let labels = "labels={group}/{subject:word}_{visit:digits}_labels.nii.gz";
    RSOM_IO.done(&folder, create(&["--files", labels]));
    std::fs::remove_file(folder.join("data/patient/S05_1.nii.gz")).unwrap();
    RSOM_IO
        .done(&folder, UPDATE)
        .expect_said(&["1 scans have no files, or no image, any more", "S05_1"]);
    assert!(read(&folder).scans.iter().all(|scan| scan.id != "S05_1"));
    // Labels that are gone are no reason.
    std::fs::remove_file(folder.join("data/patient/S03_1_labels.nii.gz")).unwrap();
    RSOM_IO.done(&folder, UPDATE);
    assert!(read(&folder).scans.iter().any(|scan| scan.id == "S03_1"));
}
