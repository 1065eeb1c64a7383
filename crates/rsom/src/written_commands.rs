//! Every command line that a page or a help text shows is one that the program takes: no flag or command that is no more.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::collections::BTreeSet;
use std::path::Path;

use clap::error::ErrorKind;
use rsom_testing::{checkout, names};

use crate::command_line;

/// A command line, where it stands, and whether all of it is there. In a sentence, `rsom run` may name the command alone.
struct Written {
    place: String,
    line: String,
    whole: bool,
}

/// The pages of the repository below a folder, in any depth; the changelog speaks of older programs, too.
fn pages(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for name in names(folder) {
        let path = folder.join(&name);
        let is_made =
            name.starts_with('.') || ["target", "runs", "golden"].contains(&name.as_str());
        if path.is_dir() && !path.is_symlink() && !is_made {
            found.extend(pages(&path));
        } else if name.ends_with(".md") && name != "CHANGELOG.md" {
            found.push(path);
        }
    }
    found
}

/// The commands of a page: lines of blocks, with lines that go on after `\`, and words in backticks.
fn of_page(page: &str, name: &str) -> Vec<Written> {
    let (mut found, mut block) = (Vec::new(), false);
    let mut open = String::new();
    for (number, line) in page.lines().enumerate() {
        let place = format!("{name}:{}", number + 1);
        if line.trim_start().starts_with("```") {
            block = !block;
        } else if block {
            if let Some(begun) = line.strip_suffix('\\') {
                open += begun;
                continue;
            }
            let line = std::mem::take(&mut open) + line;
            let line = line.trim_start().trim_start_matches("$ ").to_owned();
            found.push(Written {
                place,
                line,
                whole: true,
            });
        }
    }
    // A command in a sentence may be broken by the end of a line.
    let prose: Vec<&str> = page.split("```").step_by(2).collect();
    for text in prose {
        let text = text.replace('\n', " ");
        for line in text.split('`').skip(1).step_by(2) {
            let (place, line) = (format!("{name}: `{line}`"), line.to_owned());
            found.push(Written {
                place,
                line,
                whole: false,
            });
        }
    }
    found
}

/// The words of a line as a shell splits it, up to a comment, a pipe, or another command.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, '#') if word.is_none() => break,
            (None, '|' | '>' | ';' | '&') => break,
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words.retain(|word| word != "…" && word != "...");
    words
}

/// The arguments of `rsom`, if the line calls it in one of the ways that pages do.
fn arguments(line: &str, commands: &BTreeSet<String>) -> Option<Vec<String>> {
    let words = words(line);
    let starts: [&[&str]; 4] = [
        &["rsom"],
        &["target/release/rsom"],
        &["cargo", "run", "--release", "--"],
        &["cargo", "run", "--release", "--quiet", "--"],
    ];
    let called = starts.into_iter().find_map(|start| {
        let rest = words.get(start.len()..)?;
        (words.iter().zip(start).all(|(word, start)| word == start)).then(|| rest.to_vec())
    });
    // A sentence may say `stats compare --all-pairs`.
    let is_stage = |words: &[String]| match words {
        [stage, command, ..] => commands.contains(&format!("{stage} {command}")),
        _ => false,
    };
    called.or_else(|| is_stage(&words).then_some(words))
}

/// The commands of all stages, such as `stats compare`.
fn stage_commands() -> BTreeSet<String> {
    let root = command_line::build();
    let pairs = root.get_subcommands().flat_map(|stage| {
        let name = stage.get_name().to_owned();
        (stage.get_subcommands()).map(move |command| format!("{name} {}", command.get_name()))
    });
    pairs.collect()
}

/// Why the program would not take the line.
fn fault(written: &Written, commands: &BTreeSet<String>) -> Option<String> {
    let arguments = arguments(&written.line, commands)?;
    let words = ["rsom".to_owned()].into_iter().chain(arguments);
    let error = command_line::build().try_get_matches_from(words).err()?;
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => None,
        // `--seed N` in a sentence, or a command without its inputs.
        ErrorKind::MissingRequiredArgument
        | ErrorKind::MissingSubcommand
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
        | ErrorKind::ValueValidation
        | ErrorKind::InvalidValue
            if !written.whole =>
        {
            None
        }
        // Words that a page leaves out.
        ErrorKind::MissingRequiredArgument
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
            if written.line.contains('…') =>
        {
            None
        }
        _ => Some(format!("{}\n{}\n{error}", written.place, written.line)),
    }
}

#[test]
fn the_program_takes_every_command_that_a_page_shows() {
    let commands = stage_commands();
    let (mut faults, mut taken) = (Vec::new(), 0);
    for page in pages(&checkout()) {
        let text = std::fs::read_to_string(&page).unwrap();
        let name = page.strip_prefix(checkout()).unwrap().display().to_string();
        for written in of_page(&text, &name) {
            taken += usize::from(arguments(&written.line, &commands).is_some());
            faults.extend(fault(&written, &commands));
        }
    }
    assert!(taken > 250, "only {taken} commands were found");
    assert!(faults.is_empty(), "{}\n{}", faults.join("\n"), faults.len());
}

/// The examples of a command and of those below it. What an example does stands two spaces after it.
fn of_help(command: &clap::Command, at: &str, found: &mut Vec<Written>) {
    let help = command.get_after_help().map(ToString::to_string);
    for line in help.unwrap_or_default().lines() {
        let Some(line) = line.strip_prefix("  rsom ") else {
            continue;
        };
        let line = line.split("  ").next().unwrap_or_default();
        found.push(Written {
            place: format!("help of {at}"),
            line: format!("rsom {line}"),
            whole: true,
        });
    }
    for below in command.get_subcommands() {
        of_help(below, &format!("{at} {}", below.get_name()), found);
    }
}

#[test]
fn the_program_takes_every_example_of_its_help() {
    let (mut written, commands) = (Vec::new(), stage_commands());
    of_help(&command_line::build(), "rsom", &mut written);
    assert!(written.len() > 120, "only {} examples", written.len());
    let faults: Vec<String> = written.iter().filter_map(|w| fault(w, &commands)).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_flag_that_is_no_more_is_found() {
    let commands = stage_commands();
    let found = |page: &str| {
        of_page(page, "page")
            .iter()
            .filter_map(|w| fault(w, &commands))
            .count()
    };
    assert_eq!(found("```sh\nrsom run a.yaml --jbos 2\n```\n"), 1);
    assert_eq!(
        found("```sh\nrsom run a.yaml \\\n  --jbos 2   # text\n```\n"),
        1
    );
    assert_eq!(found("Say `stats compare\n--al-pairs` or `rsom rnu`.\n"), 2);
    assert_eq!(
        found("```sh\nrsom run a.yaml -j 2 # --jbos\n```\n`rsom run`, `stats compare`\n"),
        0
    );
}
