//! The tutorial `docs/own-study.md`, followed literally in an empty folder.
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
        ["rsom", ref arguments @ ..] => {
            let program = Program::new(env!("CARGO_BIN_EXE_rsom-under-test"));
            let finished = program.done(&*current, arguments);
            finished.stdout + &finished.stderr
        }
        _ => panic!("this test cannot type: {line}"),
    }
}

#[test]
fn the_tutorial_works_as_it_is_written() {
    let page = std::fs::read_to_string(checkout().join("docs/own-study.md")).unwrap();
    let folder = Folder::new();
    let commands = commands(&page);
    assert!(commands.len() <= 12, "{} lines to type", commands.len());
    let mut current = folder.join("");
    let said: String = (commands.iter())
        .map(|line| typed(line, &mut current))
        .collect();
    for block in printed(&page) {
        assert!(
            said.contains(block),
            "the page says\n{block}\nbut the program\n{said}"
        );
    }
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
}
