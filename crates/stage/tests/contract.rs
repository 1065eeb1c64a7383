//! The stage contract, on a small stage that copies a text and multiplies a number.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeMap;
use std::path::Path;

use rsom_stage::{
    Choice, Command, Definition, ExitCode, Invocation, Kind, Parameters, Port, Spec, StageError,
    Summary, atomic, command_line, run,
};
use rsom_testing::Folder;

#[derive(Parameters)]
struct Settings {
    /// Factor.
    #[parameter(default = 2.0, min = 0.0, unit = "1")]
    factor: f64,
    /// Shape.
    #[parameter(default = [1, 2])]
    shape: [i32; 2],
    /// Mode.
    #[parameter(default = Mode::Fast)]
    mode: Mode,
    /// Tags.
    tags: BTreeMap<String, String>,
    /// Dry.
    dry: bool,
    /// Share.
    #[parameter(default = 0.5, above = 0.0, below = 1.0)]
    share: f64,
}

#[derive(Choice)]
enum Mode {
    Fast,
    Slow,
}

fn copy(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: Settings = invocation.settings()?;
    let text = std::fs::read_to_string(invocation.input("input")?).unwrap();
    let line = format!(
        "{text}|{}|{:?}|{}|{}|{}",
        settings.factor,
        settings.shape,
        settings.mode.as_str(),
        settings.tags.len(),
        settings.dry
    );
    atomic::write_bytes(invocation.output("output")?, line.as_bytes())?;
    Ok(Summary::new().with("factor", settings.factor))
}

fn definition() -> Definition {
    Definition::new("demo", "1.2.3", "A demonstration").command(
        Command::new("copy text", "Copy", copy)
            .input(Port::required("input", Kind::Document, "Text"))
            .output(Port::required("output", Kind::Document, "Copy"))
            .parameters(Settings::declare())
            .recipe("ours", [("factor", "0.25"), ("mode", "slow")])
            .recipe("theirs", [("shape", "-3,4")])
            .example("rsom-demo copy text --input a --output b"),
    )
}

fn call(words: &[&str]) -> ExitCode {
    let definition = definition();
    let line = ["rsom-demo"].iter().chain(words);
    match command_line(&definition, "rsom-demo").try_get_matches_from(line) {
        Ok(matches) => run(&definition, &matches),
        Err(_) => ExitCode::Usage,
    }
}

fn files() -> (Folder, String, String) {
    let folder = Folder::new();
    let path = |name: &str| folder.join(name).to_string_lossy().into_owned();
    std::fs::write(path("in.txt"), "hello").unwrap();
    let (input, output) = (path("in.txt"), path("deep/er/out.txt"));
    (folder, input, output)
}

fn copied(words: &[&str]) -> Result<String, ExitCode> {
    let (_folder, input, output) = files();
    let mut line = vec!["copy", "text", "--input", &input, "--output", &output];
    line.extend(words);
    match call(&line) {
        ExitCode::Done => Ok(std::fs::read_to_string(output).unwrap()),
        code => {
            assert!(
                !Path::new(&output).exists(),
                "a failed command left an output"
            );
            Err(code)
        }
    }
}

#[test]
fn missing_parameters_have_their_defaults() {
    assert_eq!(copied(&[]).unwrap(), "hello|2|[1, 2]|fast|0|false");
}

#[test]
fn flags_override_the_configuration_file() {
    let (folder, ..) = files();
    let config = folder.join("c.yaml");
    std::fs::write(
        &config,
        "factor: 3\nshape: [4, 5]\nmode: slow\ntags: { a: 1 }\ndry: true\n",
    )
    .unwrap();
    let config = config.to_string_lossy();
    assert_eq!(
        copied(&["--config", &config]).unwrap(),
        "hello|3|[4, 5]|slow|1|true"
    );
    assert_eq!(
        copied(&["--shape", "-8,9"]).unwrap(),
        "hello|2|[-8, 9]|fast|0|false"
    );
    let both = copied(&[
        "--config", &config, "--factor", "7", "--shape", "8,9", "--dry", "false",
    ]);
    assert_eq!(both.unwrap(), "hello|7|[8, 9]|slow|1|false");
    assert_eq!(
        copied(&["--dry", "--tags", "a=1", "--tags", "b=2"]).unwrap(),
        "hello|2|[1, 2]|fast|2|true"
    );
}

#[test]
fn a_recipe_takes_the_place_of_defaults_and_nothing_else() {
    assert_eq!(
        copied(&["--recipe", "ours"]).unwrap(),
        "hello|0.25|[1, 2]|slow|0|false"
    );
    let (folder, ..) = files();
    let config = folder.join("c.yaml");
    std::fs::write(&config, "recipe: ours\nmode: fast\nfactor: null\n").unwrap();
    let config = config.to_string_lossy();
    assert_eq!(
        copied(&["--config", &config]).unwrap(),
        "hello|0.25|[1, 2]|fast|0|false"
    );
    // The flag chooses another recipe than the file.
    let both = copied(&["--config", &config, "--recipe", "theirs", "--factor", "9"]);
    assert_eq!(both.unwrap(), "hello|9|[-3, 4]|fast|0|false");
}

#[test]
fn an_unknown_recipe_is_wrong_usage() {
    assert_eq!(copied(&["--recipe", "hers"]), Err(ExitCode::Usage));
    let (folder, ..) = files();
    let config = folder.join("c.yaml");
    for text in ["recipe: hers\n", "recipe: 3\n"] {
        std::fs::write(&config, text).unwrap();
        let config = config.to_string_lossy();
        assert_eq!(copied(&["--config", &config]), Err(ExitCode::Usage));
    }
}

#[test]
fn json_is_a_configuration_too() {
    let (folder, ..) = files();
    let config = folder.join("c.json");
    std::fs::write(&config, r#"{"factor": 3.5}"#).unwrap();
    assert_eq!(
        copied(&["--config", &config.to_string_lossy()]).unwrap(),
        "hello|3.5|[1, 2]|fast|0|false"
    );
}

#[test]
fn wrong_usage_and_configuration_give_exit_code_2() {
    for words in [
        &["--factor", "x"][..],
        &["--factor", "-1"],
        &["--factor", "inf"],
        &["--share", "0"],
        &["--share", "1"],
        &["--shape", "1"],
        &["--mode", "medium"],
        &["--unknown", "1"],
        &["--tags", "a=1", "--tags", "a=2"],
        &["--config", "/absent.yaml"],
    ] {
        assert_eq!(copied(words), Err(ExitCode::Usage), "{words:?}");
    }
    for config in [
        "unknown: 1",
        "factor: .nan",
        "shape: [1, .inf]",
        "factor: fast",
        "factor: 1\nfactor: 2",
        "[1]",
        "a: {",
        "shape: [1, x]",
    ] {
        let (folder, ..) = files();
        let path = folder.join("c.yaml");
        std::fs::write(&path, config).unwrap();
        let path = path.to_string_lossy();
        assert_eq!(
            copied(&["--config", &path]),
            Err(ExitCode::Usage),
            "{config}"
        );
    }
}

#[test]
fn a_missing_input_gives_exit_code_3_and_an_unwritable_output_4() {
    let (folder, input, output) = files();
    assert_eq!(
        call(&["copy", "text", "--input", "/absent", "--output", &output]),
        ExitCode::BadInput
    );
    let under_a_file = format!("{input}/out");
    assert_eq!(
        call(&["copy", "text", "--input", &input, "--output", &under_a_file]),
        ExitCode::CannotWrite
    );
    let folder = &folder.to_string_lossy();
    assert_eq!(
        call(&["copy", "text", "--input", &input, "--output", folder]),
        ExitCode::CannotWrite
    );
}

#[test]
fn an_output_never_overwrites_an_input() {
    let (_folder, input, _) = files();
    assert_eq!(
        call(&["copy", "text", "--input", &input, "--output", &input]),
        ExitCode::Usage
    );
    assert_eq!(std::fs::read_to_string(input).unwrap(), "hello");
}

#[test]
fn a_null_omits_a_parameter() {
    let (folder, ..) = files();
    let config = folder.join("c.yaml");
    std::fs::write(&config, "factor: null\n").unwrap();
    let config = config.to_string_lossy();
    assert_eq!(
        copied(&["--config", &config]).unwrap(),
        "hello|2|[1, 2]|fast|0|false"
    );
}

#[test]
fn an_output_never_overwrites_the_configuration() {
    let (folder, input, _) = files();
    let config = folder.join("c.yaml");
    std::fs::write(&config, "factor: 3\n").unwrap();
    let config = config.to_string_lossy();
    let words = [
        "copy", "text", "--input", &input, "--output", &config, "--config", &config,
    ];
    assert_eq!(call(&words), ExitCode::Usage);
    assert_eq!(std::fs::read_to_string(&*config).unwrap(), "factor: 3\n");
}

#[test]
fn the_specification_round_trips_through_json() {
    let spec = definition().spec();
    let read = Spec::from_json(&spec.to_json()).unwrap();
    assert_eq!(read.stage, "demo");
    let (ours, theirs) = (&spec.commands[0], read.command("copy text").unwrap());
    assert_eq!(
        (&ours.inputs, &ours.outputs),
        (&theirs.inputs, &theirs.outputs)
    );
    for parameter in &ours.parameters {
        assert_eq!(Some(parameter), theirs.parameter(&parameter.name));
    }
}

#[test]
fn provenance_names_contents_but_no_places_and_no_times() {
    let (_folder, input, _) = files();
    let invocation = Invocation::new("demo", "1.2.3", "copy text")
        .with_input("input", vec![input.clone().into()]);
    let provenance = invocation.provenance().unwrap();
    assert_eq!(provenance["inputs"]["input"][0]["name"], "in.txt");
    assert_eq!(
        provenance["inputs"]["input"][0]["sha256"],
        // sha256sum of the five letters.
        "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
    );
    let folder_name = Path::new(&input).parent().unwrap();
    let folder_name = folder_name.file_name().unwrap().to_str().unwrap();
    assert!(!provenance.to_string().contains(folder_name));
}
