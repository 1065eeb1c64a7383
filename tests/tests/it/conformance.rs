//! Tests the stage contract on all built-in stages and on a foreign one.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rsom_stage::{CommandSpec, Kind, Parameter, Port, Spec};
use rsom_testing::{Finished, Folder, Program, names};
use serde_json::json;

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
    // Windows starts no script by its name.
    let foreign = cfg!(unix).then(|| stage(FOREIGN, false));
    ours.into_iter().chain(foreign).collect()
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
        let mut json = self.call(Path::new("."), &["spec"]).expect_code(0).json();
        let mut spec = Spec::from_json(&json).unwrap();
        // What runs a stage does not read its examples.
        let commands = json["commands"].as_array_mut().unwrap();
        for (command, json) in spec.commands.iter_mut().zip(commands) {
            if self.ours {
                command.examples = serde_json::from_value(json["examples"].take()).unwrap();
            }
        }
        spec
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

/// A command line of a help text, cut into words: those of the command, and each flag with its values.
struct Example {
    name: Vec<String>,
    flags: Vec<(Option<String>, Vec<String>)>,
}

impl Example {
    /// Values behind a flag belong to it as far as its port takes them; what stands alone is positional.
    fn of(command: &CommandSpec, line: &str) -> Self {
        let words = split(line);
        let name: Vec<String> = command.name.split(' ').map(str::to_owned).collect();
        let mut flags: Vec<(Option<String>, Vec<String>)> = Vec::new();
        for word in &words[1 + name.len()..] {
            let takes_more = flags.last().is_some_and(|(flag, values)| {
                let many = |p: &Port| p.many && Some(flag_of(p)) == *flag;
                flag.is_some() && (values.is_empty() || command.inputs.iter().any(many))
            });
            match (word.starts_with("--"), takes_more) {
                (true, _) => flags.push((Some(word.clone()), vec![])),
                (false, true) => flags.last_mut().unwrap().1.push(word.clone()),
                (false, false) => flags.push((None, vec![word.clone()])),
            }
        }
        Self { name, flags }
    }

    /// The port that a flag, or a value without one, stands for.
    fn port<'a>(ports: &'a [Port], flag: Option<&String>) -> Option<&'a Port> {
        ports.iter().find(|port| match flag {
            Some(flag) => *flag == flag_of(port),
            None => port.positional,
        })
    }

    /// The same line with other inputs, and with its outputs in a folder.
    fn with(
        &self,
        command: &CommandSpec,
        folder: &Path,
        input: impl Fn(&Port) -> String,
    ) -> Vec<String> {
        let mut words = self.name.clone();
        for (flag, values) in &self.flags {
            words.extend(flag.clone());
            let [of_input, of_output] =
                [&command.inputs, &command.outputs].map(|ports| Self::port(ports, flag.as_ref()));
            for value in values {
                words.push(match (of_input, of_output) {
                    (Some(port), _) => input(port),
                    (_, Some(_)) => folder.join(format!("out-{value}")).to_string_lossy().into(),
                    _ => value.clone(),
                });
            }
        }
        words
    }

    fn has_inputs(&self, command: &CommandSpec) -> bool {
        let port = |(flag, _): &(Option<String>, _)| Self::port(&command.inputs, flag.as_ref());
        self.flags.iter().any(|flag| port(flag).is_some())
    }
}

fn flag_of(port: &Port) -> String {
    format!("--{}", port.name.replace('_', "-"))
}

/// Every example of our help texts, with its command and a folder in which its configuration lies.
fn for_each_example(check: impl Fn(&Stage, &CommandSpec, &Example, &Folder)) {
    let mut examples = 0;
    for stage in stages().iter().filter(|s| s.ours) {
        let spec = stage.spec();
        for command in &spec.commands {
            for line in &command.examples {
                let start = format!("rsom-{} {}", spec.stage, command.name);
                assert!(line.starts_with(&start), "{start}: {line}");
                let folder = Folder::new();
                let example = Example::of(command, line);
                for (flag, values) in &example.flags {
                    if flag.as_deref() == Some("--config") {
                        folder.write(&values[0], "");
                    }
                }
                check(stage, command, &example, &folder);
                examples += 1;
            }
        }
    }
    assert!(examples > 40, "only {examples} examples");
}

/// What a file of no format holds.
fn garbage() -> Vec<u8> {
    let byte = |i: u32| (i.wrapping_mul(2_654_435_761) >> 13) as u8;
    (0..4096).map(byte).collect()
}

/// A file of garbage, or an empty folder, for a port.
fn garbage_for(folder: &Folder, port: &Port) -> String {
    let name = format!("in-{}{}", port.name, port.kind.extension());
    match port.kind {
        Kind::Directory => std::fs::create_dir_all(folder.join(&name)).unwrap(),
        _ => folder.write(&name, garbage()),
    }
    folder.join(name).to_string_lossy().into_owned()
}

#[test]
fn every_example_misses_its_inputs_with_exit_code_3_and_works_without_any() {
    for_each_example(|stage, command, example, folder| {
        let absent = |port: &Port| format!("/absent/in{}", port.kind.extension());
        let words = example.with(command, folder, absent);
        if example.has_inputs(command) {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let finished = stage.call(folder, &words).expect_code(3);
            assert!(finished.error().contains("/absent/in"), "{finished:?}");
            assert!(outputs_in(folder).is_empty(), "{words:?} left an output");
        } else {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let code = stage.code_within(folder, &words, PATIENCE);
            // Done, or still at work.
            assert!(matches!(code, None | Some(0)), "{words:?}: {code:?}");
        }
    });
}

#[test]
fn every_example_refuses_garbage_with_exit_code_3_and_names_it() {
    for_each_example(|stage, command, example, folder| {
        if !example.has_inputs(command) {
            return;
        }
        let words = example.with(command, folder, |port| garbage_for(folder, port));
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let finished = stage.call(folder, &words).expect_code(3);
        assert!(finished.error().contains("in-"), "{finished:?}");
        assert!(outputs_in(folder).is_empty(), "{words:?} left an output");
    });
}

#[test]
fn an_example_without_one_of_its_required_files_is_exit_code_2() {
    for_each_example(|stage, command, example, folder| {
        for (place, (flag, _)) in example.flags.iter().enumerate() {
            let ports = [&command.inputs, &command.outputs];
            let port = |ports: &&Vec<Port>| Example::port(ports, flag.as_ref()).map(|p| p.required);
            if ports.iter().find_map(port) != Some(true) {
                continue;
            }
            let mut flags = example.flags.clone();
            flags.remove(place);
            let name = example.name.clone();
            let without = Example { name, flags };
            let words = without.with(command, folder, |port| garbage_for(folder, port));
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            stage.call(folder, &words).expect_code(2);
            assert!(outputs_in(folder).is_empty(), "{words:?} left an output");
        }
    });
}

/// Values that a parameter does not take, as they stand on a command line.
fn wrong_values(parameter: &Parameter) -> Vec<String> {
    let schema = &parameter.schema;
    let words = ["much", "much,more"].map(|word| {
        let list: Vec<&str> = word.split(',').collect();
        let refused = [json!(word), json!(list)].map(|v| schema.check(v).is_err());
        (refused == [true, true]).then(|| word.to_owned())
    });
    let beyond = [
        schema.minimum.map(|m| m - 1.0),
        schema.maximum.map(|m| m + 1.0),
    ];
    let beyond = beyond.into_iter().flatten().map(|number| {
        let items = schema.items.unwrap_or(1);
        vec![number.to_string(); items].join(",")
    });
    words.into_iter().flatten().chain(beyond).collect()
}

#[test]
fn a_wrong_value_of_any_parameter_is_exit_code_2_and_named_before_a_file_is_read() {
    let mut tried = 0;
    for stage in stages().iter().filter(|s| s.ours) {
        for command in &stage.spec().commands {
            let folder = Folder::new();
            let mut example = Example::of(command, &command.examples[0]);
            example
                .flags
                .retain(|(flag, _)| flag.as_deref() != Some("--config"));
            for parameter in &command.parameters {
                let flag = format!("--{}", parameter.name.replace('_', "-"));
                for value in wrong_values(parameter) {
                    let mut flags = example.flags.clone();
                    flags.retain(|(other, _)| other.as_deref() != Some(&flag));
                    flags.push((Some(format!("{flag}={value}")), vec![]));
                    let name = example.name.clone();
                    let wrong = Example { name, flags };
                    let words = wrong.with(command, &folder, |port| garbage_for(&folder, port));
                    let words: Vec<&str> = words.iter().map(String::as_str).collect();
                    let finished = stage.call(&folder, &words).expect_code(2);
                    let name = [flag.as_str(), parameter.name.as_str()];
                    let named = name.iter().any(|name| finished.stderr.contains(name));
                    assert!(named, "{words:?}: {}", finished.stderr);
                    assert!(outputs_in(&folder).is_empty(), "{words:?} left an output");
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 150, "only {tried} values");
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

#[cfg(unix)]
#[test]
fn a_foreign_stage_refuses_garbage_with_exit_code_3_in_one_line() {
    let stages = stages();
    let stage = stages.iter().find(|s| !s.ours).unwrap();
    for command in &stage.spec().commands {
        let folder = Folder::new();
        let words = words(command, &folder, |port| garbage_for(&folder, port));
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let finished = stage.call(&folder, &words).expect_code(3);
        finished.expect_one_clear_line(&["in-"]);
        assert!(outputs_in(&folder).is_empty(), "{words:?} left an output");
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
