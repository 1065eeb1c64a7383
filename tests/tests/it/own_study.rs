//! The tutorial `docs/own-study.md`, followed literally in an empty folder, and the pages that go on from its end.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::path::PathBuf;

use rsom_testing::{Folder, Program, checkout};

/// The commands of the page: the lines of its `sh` blocks.
fn commands(page: &str) -> Vec<String> {
    let mut commands = Vec::new();
    let mut is_inside = false;
    for line in page.lines() {
        match line {
            "```sh" => is_inside = true,
            "```" => is_inside = false,
            line if is_inside => commands.push(line.to_owned()),
            _ => {}
        }
    }
    commands
}

/// The text blocks of the page: what a command is said to print.
fn printed(page: &str) -> Vec<&str> {
    let blocks = page.split("```text\n").skip(1);
    blocks
        .filter_map(|block| block.split("\n```").next())
        .collect()
}

/// The words of a line, as a shell splits it. Quotes are single.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for (number, part) in line.split('\'').enumerate() {
        if number % 2 == 1 {
            words.last_mut().unwrap().push_str(part);
            continue;
        }
        for (number, plain) in part.split(' ').enumerate() {
            if number > 0 {
                words.push(String::new());
            }
            words.last_mut().unwrap().push_str(plain);
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Does what a shell would do. Returns what is printed.
fn typed(line: &str, current: &mut PathBuf) -> String {
    let words = words(line);
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["cd", folder] => {
            current.push(folder);
            String::new()
        }
        ["cat", file] => std::fs::read_to_string(current.join(file)).unwrap(),
        ["printf", text, ">", file] => {
            std::fs::write(current.join(file), text.replace("\\n", "\n")).unwrap();
            String::new()
        }
        ["rsom", ref arguments @ ..] => {
            let program = Program::new(env!("CARGO_BIN_EXE_rsom-under-test"));
            let finished = program.done(&*current, arguments);
            finished.stdout + &finished.stderr
        }
        _ => panic!("this test cannot type: {line}"),
    }
}

/// Types the commands of a page of `docs`. Returns what they print, which contains what the page says that they print.
fn followed(page: &str, current: &mut PathBuf) -> String {
    let page = std::fs::read_to_string(checkout().join("docs").join(page)).unwrap();
    let said: String = (commands(&page).iter())
        .map(|line| typed(line, current))
        .collect();
    for block in printed(&page) {
        assert!(
            said.contains(block),
            "the page says\n{block}\nbut the program\n{said}"
        );
    }
    said
}

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
