//! Command blocks of pages that are no tutorial: those of our own pipelines can be planned as they are written, the small ones run.
//! (`crates/rsom/src/written_commands.rs` checks that the program takes the commands of all pages; `own_study.rs` follows the tutorials.)
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use rsom_testing::{Folder, checkout, shared};

use crate::RSOM;

/// The pages with commands that name a pipeline or manifest of ours.
const PAGES: [&str; 11] = [
    "README.md",
    "pipelines/README.md",
    "data-manifests/README.md",
    "docs/install.md",
    "docs/results/house.md",
    "docs/results/octlayers.md",
    "docs/results/pam-hand.md",
    "docs/results/paper.md",
    "docs/results/quickstart.md",
    "docs/results/vessels.md",
    "docs/results/report.md",
];

/// The words of all lines of `sh` blocks that call the program, with the name of their page.
fn commands() -> Vec<(&'static str, Vec<String>)> {
    let mut found = Vec::new();
    for page in PAGES {
        let text = std::fs::read_to_string(checkout().join(page)).unwrap();
        let blocks = text.split("```sh\n").skip(1);
        let blocks = blocks.filter_map(|block| block.split("```").next());
        let lines = blocks.flat_map(str::lines);
        let lines = lines.map(|line| line.split(" #").next().unwrap_or(line));
        for line in lines {
            let line = line.replace("cargo run --release -- ", "rsom ");
            if let Some(words) = line.strip_prefix("rsom ") {
                let words = words.split_whitespace().map(|word| word.replace('\'', ""));
                found.push((page, words.collect()));
            }
        }
    }
    found
}

#[test]
fn the_commands_of_our_pipelines_can_be_planned() {
    let Some(data) = shared("data") else {
        return;
    };
    let (folder, mut planned) = (Folder::new(), 0);
    for (page, words) in commands() {
        let is_ours = words
            .get(1)
            .is_some_and(|path| path.starts_with("pipelines/"));
        if !is_ours || !["run", "plan", "status"].contains(&words[0].as_str()) {
            continue;
        }
        planned += 1;
        let mut plan = vec!["plan".to_owned()];
        let mut rest = words[1..].iter();
        while let Some(word) = rest.next() {
            match word.as_str() {
                // How many tasks run at a time is no matter of a plan.
                "-j" => drop(rest.next()),
                "DIR" => plan.push(data.display().to_string()),
                _ => plan.push(word.clone()),
            }
        }
        let workdir = folder.join("out");
        plan.extend(["--workdir".to_owned(), workdir.display().to_string()]);
        let said = RSOM.run(checkout(), &plan);
        assert_eq!(said.code, Some(0), "{page}: {words:?}: {}", said.stderr);
    }
    assert!(planned >= 12, "only {planned} commands were found");
}

#[test]
fn small_commands_run_as_they_are_written() {
    if shared("data/octlayers").is_none() {
        return;
    }
    let folder = Folder::new();
    let mut ran = 0;
    for (page, words) in commands() {
        let (is_in_folder, is_in_checkout) = match words[0].as_str() {
            "doctor" | "example" | "phantom" => (true, false),
            "io" => (
                false,
                words[2] == "show" && words[3].starts_with("data-manifests/"),
            ),
            _ => (false, false),
        };
        // A command of several lines is followed where it stands alone.
        if words.last().is_some_and(|word| word == "\\") || !(is_in_folder || is_in_checkout) {
            continue;
        }
        ran += 1;
        let place = if is_in_folder {
            folder.join("")
        } else {
            checkout()
        };
        let said = RSOM.run(&place, &words);
        assert_eq!(said.code, Some(0), "{page}: {words:?}: {}", said.stderr);
    }
    assert!(ran >= 3, "only {ran} commands were found");
    assert!(
        folder
            .join("quickstart/pipelines/quickstart.yaml")
            .is_file()
    );
}
