//! The tutorial `docs/own-study.md`, followed literally in an empty folder, and the pages that go on from its end.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use rsom_testing::{Folder, checkout};

use crate::followed::{commands, followed};

/// The pages that begin where the tutorial ends.
const LATER: [&str; 9] = [
    "compare-masks",
    "groups-and-ages",
    "correct-masks",
    "write-the-paper",
    "choose-a-test",
    "share-a-study",
    "replace-a-stage",
    "compute-once",
    "judge-scans",
];

#[test]
fn the_tutorial_and_the_pages_after_it_work_as_they_are_written() {
    let page = std::fs::read_to_string(checkout().join("docs/own-study.md")).unwrap();
    let lines = commands(&page).len();
    assert!(lines <= 12, "{lines} lines to type");
    let folder = Folder::new();
    let mut current = folder.join("");
    let said = followed("own-study.md", &mut current);
    assert!(said.contains("manifest.yaml: up to date"), "{said}");
    let table = folder.text("my-study/runs/my-study/results/table.md");
    let bare: String = table.chars().filter(|c| !c.is_whitespace()).collect();
    assert!(bare.contains("|U-Net|100|24|"), "{table}");
    assert_eq!(
        folder
            .text("my-study/runs/my-study/results/scans.csv")
            .lines()
            .count(),
        41
    );
    for name in LATER {
        let said = followed(&format!("howto/{name}.md"), &mut current.clone());
        assert!(!said.is_empty(), "{name}");
    }
    let study = |name: &str| folder.text(&format!("my-study/{name}"));
    // 24 subjects, two methods; each group has twelve.
    assert!(study("compared/results/tests.csv").contains(",method,s100,s0,24,"));
    assert!(study("by-group/results/tests.csv").contains(",psoriasis,method,s100,s0,12,"));
    assert!(study("tests.tex").contains("U-Net & 100 & 0 & 24 & "));
    // Twelve of 24 subjects in each group.
    let groups = study("groups.md");
    assert!(
        groups.contains("| 12, 12 |") && groups.contains("Mann–Whitney"),
        "{groups}"
    );
    assert!(folder.join("my-study/bundle/results/tests.tex").exists());
    assert!(study("derivatives/participants.tsv").contains("\tpsoriasis"));
}

#[test]
fn every_page_that_tells_how_to_do_something_is_followed() {
    let mut pages = rsom_testing::names(checkout().join("docs/howto"));
    pages.sort();
    let mut followed = LATER.map(|name| format!("{name}.md"));
    followed.sort();
    assert_eq!(pages, followed);
}
