//! Types the commands of a page of the documentation.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::path::{Path, PathBuf};

use rsom_testing::{Program, checkout};

/// The commands of a page: the lines of its `sh` blocks.
pub fn commands(page: &str) -> Vec<String> {
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

/// The text blocks of a page: what a command is said to print.
fn printed(page: &str) -> Vec<&str> {
    let blocks = page.split("```text\n").skip(1);
    blocks
        .filter_map(|block| block.split("\n```").next())
        .collect()
}

/// Stands for a star in quotes, which a shell leaves as it is.
const QUOTED_STAR: &str = "\u{1}";

/// The words of a line, as a shell splits it. Quotes are single.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for (number, part) in line.split('\'').enumerate() {
        if number % 2 == 1 {
            let quoted = part.replace('*', QUOTED_STAR);
            words.last_mut().unwrap().push_str(&quoted);
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

/// The files that a pattern such as `masks/p*.nii.gz` means, in order; a word without a star outside of quotes is itself.
fn globbed(word: &str, current: &Path) -> Vec<String> {
    let Some((folder, pattern)) = word.rsplit_once('/').filter(|(_, name)| name.contains('*'))
    else {
        return vec![word.replace(QUOTED_STAR, "*")];
    };
    let parts: Vec<&str> = pattern.split('*').collect();
    let fits = |name: &String| {
        let mut rest = name.strip_prefix(parts[0]);
        for part in &parts[1..parts.len() - 1] {
            rest = rest
                .and_then(|rest| rest.split_once(part))
                .map(|(_, rest)| rest);
        }
        rest.is_some_and(|rest| rest.ends_with(parts[parts.len() - 1]))
    };
    let names = rsom_testing::names(current.join(folder));
    let mut names: Vec<String> = names.into_iter().filter(fits).collect();
    names.sort();
    names
        .iter()
        .map(|name| format!("{folder}/{name}"))
        .collect()
}

/// Does what a shell would do. Returns what is printed.
fn typed(line: &str, current: &mut PathBuf) -> String {
    if let Some((line, file)) = line.rsplit_once(" > ")
        && line.starts_with("rsom ")
    {
        let program = Program::new(env!("CARGO_BIN_EXE_rsom-under-test"));
        let words = words(line).into_iter().skip(1);
        let arguments: Vec<String> = words.flat_map(|word| globbed(&word, current)).collect();
        let printed = program.done(&*current, &arguments).stdout;
        std::fs::write(current.join(file), &printed).unwrap();
        return printed;
    }
    let words: Vec<String> = (words(line).iter())
        .flat_map(|word| globbed(word, current))
        .collect();
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
pub fn followed(page: &str, current: &mut PathBuf) -> String {
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
