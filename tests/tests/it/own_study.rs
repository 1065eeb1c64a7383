//! The tutorial `docs/own-study.md`, followed literally in an empty folder.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::process::Command;

use rsom_testing::{Folder, checkout};

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

#[test]
#[cfg(unix)]
fn the_tutorial_works_as_it_is_written() {
    let page = std::fs::read_to_string(checkout().join("docs/own-study.md")).unwrap();
    let folder = Folder::new();
    std::fs::copy(
        checkout().join("examples/own_study.sh"),
        folder.join("own_study.sh"),
    )
    .unwrap();
    std::fs::create_dir(folder.join("bin")).unwrap();
    std::os::unix::fs::symlink(
        env!("CARGO_BIN_EXE_rsom-under-test"),
        folder.join("bin/rsom"),
    )
    .unwrap();
    let commands = commands(&page);
    assert!(commands.len() <= 12, "{} lines to type", commands.len());
    let script = format!(
        "set -eux\nexport PATH=\"$PWD/bin:$PATH\"\n{}\n",
        commands.join("\n")
    );
    let done = Command::new("sh")
        .arg("-c")
        .arg(&script)
        .current_dir(folder.join(""))
        .output()
        .unwrap();
    let (said, log) = (
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr),
    );
    assert!(done.status.success(), "{said}\n{log}");
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
