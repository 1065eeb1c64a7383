//! One suite over every implementation of the stage contract: the built-in stages and a foreign one.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rsom_stage::{CommandSpec, Kind, Port, Spec};
use rsom_testing::{Finished, Folder, Program, names};

use crate::RSOM;

/// How long an example may work before it counts as understood.
const PATIENCE: Duration = Duration::from_secs(2);

/// The built-in stages, as the first word of their command lines.
const OURS: [&[&str]; 9] = [
    &["io"],
    &["phantom"],
    &["preprocess"],
    &["layerseg"],
    &["vesselseg"],
    &["frangi"],
    &["metrics"],
    &["stats"],
    &["report"],
];

/// A stage that is none of ours.
const FOREIGN: Program = Program::new(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../examples/threshold_stage.py"
));

struct Stage {
    program: Program<'static>,
    /// Whether it is one of ours: then help texts and exact exit codes are checked too.
    ours: bool,
}

fn stages() -> Vec<Stage> {
    let stage = |program, ours| Stage { program, ours };
    let ours = OURS.map(|name| stage(RSOM.with(name), true));
    ours.into_iter().chain([stage(FOREIGN, false)]).collect()
}

impl Stage {
    fn call(&self, folder: &Path, words: &[&str]) -> Finished {
        self.program.run(folder, words)
    }

    /// The exit code, or `None` when it still works after a while (and is ended).
    fn code_within(&self, folder: &Path, words: &[&str], patience: Duration) -> Option<i32> {
        let mut child = self
            .program
            .command(folder, words)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let started = Instant::now();
        while started.elapsed() < patience {
            if let Some(status) = child.try_wait().unwrap() {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        None
    }

    fn spec(&self) -> Spec {
        let printed = self.call(Path::new("."), &["spec"]).expect_code(0);
        Spec::from_json(&printed.json()).unwrap()
    }
}

/// `--name path` for every required port, with paths made by `path`.
fn port_words(ports: &[Port], path: impl Fn(&Port) -> String) -> Vec<String> {
    let required = ports.iter().filter(|p| p.required);
    required
        .flat_map(|port| {
            let flag = format!("--{}", port.name.replace('_', "-"));
            let flag = (!port.positional).then_some(flag);
            flag.into_iter().chain([path(port)])
        })
        .collect()
}

/// A whole command line with inputs called `absent` or made by `input`, outputs in `folder`.
fn words(command: &CommandSpec, folder: &Path, input: impl Fn(&Port) -> String) -> Vec<String> {
    let name = command.name.split(' ').map(str::to_owned);
    let output = |port: &Port| {
        let name = format!("out-{}{}", port.name, port.kind.extension());
        folder.join(name).to_string_lossy().into_owned()
    };
    name.chain(port_words(&command.inputs, input))
        .chain(port_words(&command.outputs, output))
        .collect()
}

fn outputs_in(folder: &Path) -> Vec<String> {
    let names = names(folder).into_iter();
    names
        .filter(|n| n.starts_with("out-") || n.starts_with(".partial"))
        .collect()
}

#[test]
fn every_command_explains_itself() {
    for stage in stages() {
        let spec = stage.spec();
        assert!(!spec.commands.is_empty());
        for command in &spec.commands {
            let at = format!("{} {}", spec.stage, command.name);
            assert!(!command.about.is_empty(), "{at} has no description");
            for port in command.inputs.iter().chain(&command.outputs) {
                assert!(
                    !stage.ours || !port.about.is_empty(),
                    "{at}: port {} has no description",
                    port.name
                );
            }
            for parameter in &command.parameters {
                assert!(
                    !stage.ours || !parameter.about.is_empty(),
                    "{at}: {} has no description",
                    parameter.name
                );
                if let Some(default) = &parameter.default {
                    let checked = parameter.schema.check(default.clone());
                    assert!(
                        checked.is_ok(),
                        "{at}: default of {}: {checked:?}",
                        parameter.name
                    );
                }
            }
            if stage.ours {
                let name: Vec<&str> = command.name.split(' ').chain(["--help"]).collect();
                let help = stage.call(Path::new("."), &name).expect_code(0);
                assert!(
                    help.stdout.contains("Examples:"),
                    "{at}: help without examples"
                );
            }
        }
    }
}

#[test]
fn every_example_of_a_help_text_is_a_valid_command_line() {
    let folder = Folder::new();
    for stage in stages().iter().filter(|s| s.ours) {
        let spec = stage.spec();
        let printed = stage.call(Path::new("."), &["spec"]).json();
        for (command, json) in spec
            .commands
            .iter()
            .zip(printed["commands"].as_array().unwrap())
        {
            for example in json["examples"].as_array().unwrap() {
                let example = example.as_str().unwrap();
                let start = format!("rsom-{} {}", spec.stage, command.name);
                assert!(example.starts_with(&start), "{start}: {example}");
                // Files of an example do not exist here: it gets as far as missing them, or starts to work, but is
                // no usage error, which shows at once.
                let words = split(example);
                let words: Vec<&str> = words.iter().skip(1).map(String::as_str).collect();
                if let Some(config) = words.iter().position(|w| *w == "--config") {
                    std::fs::write(folder.join(words[config + 1]), "").unwrap();
                }
                assert_ne!(
                    stage.code_within(&folder, &words, PATIENCE),
                    Some(2),
                    "{example}"
                );
            }
        }
    }
}

#[test]
fn an_absent_input_is_exit_code_3_and_named() {
    for stage in stages() {
        let folder = Folder::new();
        for command in stage
            .spec()
            .commands
            .iter()
            .filter(|c| c.inputs.iter().any(|p| p.required))
        {
            let absent = |port: &Port| format!("/absent/in{}", port.kind.extension());
            let words = words(command, &folder, absent);
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let finished = stage.call(&folder, &words).expect_code(3);
            assert!(
                finished.stderr.contains("/absent/in"),
                "{words:?}: {}",
                finished.stderr
            );
            assert!(outputs_in(&folder).is_empty(), "{words:?} left an output");
        }
    }
}

#[test]
fn garbage_gives_one_line_and_no_output() {
    for stage in stages() {
        let folder = Folder::new();
        let garbage: Vec<u8> = (0..4096_u32)
            .map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8)
            .collect();
        let spec = stage.spec();
        for command in spec
            .commands
            .iter()
            .filter(|c| c.inputs.iter().any(|p| p.required))
        {
            let input = |port: &Port| {
                let path = folder.join(format!("in-{}{}", port.name, port.kind.extension()));
                if port.kind == Kind::Directory {
                    std::fs::create_dir_all(&path).unwrap();
                } else {
                    std::fs::write(&path, &garbage).unwrap();
                }
                path.to_string_lossy().into_owned()
            };
            let words = words(command, &folder, input);
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let finished = stage.call(&folder, &words);
            let code = finished.code;
            // A required parameter, or one of several optional inputs, is missing on purpose.
            let needs_more = command.parameters.iter().any(|p| p.required)
                || command.inputs.iter().any(|p| !p.required);
            assert!(
                code == Some(3) || (code == Some(2) && needs_more),
                "{words:?}: {finished:?}"
            );
            assert!(
                !finished.stderr.contains("panicked"),
                "{words:?}: {}",
                finished.stderr
            );
            assert_eq!(
                finished.stderr.lines().count(),
                1,
                "{words:?}: {}",
                finished.stderr
            );
            assert!(outputs_in(&folder).is_empty(), "{words:?} left an output");
        }
    }
}

#[test]
fn unknown_flags_and_commands_are_exit_code_2() {
    for stage in stages() {
        stage
            .call(Path::new("."), &["no-such-command"])
            .expect_code(2);
        for command in &stage.spec().commands {
            let name: Vec<&str> = command
                .name
                .split(' ')
                .chain(["--no-such-flag", "1"])
                .collect();
            stage.call(Path::new("."), &name).expect_code(2);
        }
    }
}

/// Splits a line into words; quotes keep spaces together.
fn split(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for c in line.chars() {
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(q), _) if q == c => quote = None,
            (None, ' ') => words.push(String::new()),
            _ => words.last_mut().unwrap().push(c),
        }
    }
    words.into_iter().filter(|w| !w.is_empty()).collect()
}
