//! A study in a temporary folder, and the engine as a process of its own.

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use clap::Command as Clap;
use rsom_pipeline::{BuiltInStages, Plan, Problem, Request, Selection};
use rsom_stage::{Kind, Spec};
use rsom_testing::json_schema::fits;
use rsom_testing::{Finished, Folder};

/// The environment variable with the arguments of the engine, when this test binary runs as the engine.
const ARGUMENTS: &str = "RSOM_ENGINE_ARGUMENTS";
const DEMO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/engine/demo.sh");
const SPEC: &str = include_str!("spec.json");

/// Six scans: subjects a to f, folds 0 to 2, the last two for the test.
const MANIFEST: &str = "\
name: demo
scans:
  - {id: p1, subject: a, fold: 0, split: train, attributes: {seed: 11, side: left}}
  - {id: p2, subject: b, fold: 1, split: train, attributes: {seed: 12, side: right}}
  - {id: p3, subject: c, fold: 2, split: train, attributes: {seed: 13, side: left}}
  - {id: p4, subject: d, fold: 0, split: train, attributes: {seed: 14}}
  - {id: p5, subject: e, split: test, attributes: {seed: 15}}
  - {id: p6, subject: f, split: test, attributes: {seed: 16}}
";

/// A pipeline, a manifest and a workdir in a temporary folder.
pub struct Study {
    folder: Folder,
}

/// The result of a run of the engine.
#[derive(Debug)]
pub struct Ran {
    pub finished: Finished,
    /// A line for each task that the demo stage ran, in order.
    pub calls: Vec<String>,
}

impl Study {
    /// A study with a pipeline file, next to a manifest `m.yaml` of six scans.
    pub fn new(pipeline: &str) -> Self {
        let folder = Folder::new();
        let study = Self { folder };
        study.write("m.yaml", MANIFEST);
        study.write("p.yaml", pipeline);
        study
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        self.folder.write(name, text);
    }

    /// Writes a program next to the pipeline file.
    pub fn program(&self, name: &str, text: &str) {
        use std::os::unix::fs::PermissionsExt;
        self.write(name, text);
        std::fs::set_permissions(self.path(name), std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Replaces a part of the pipeline file.
    pub fn edit(&self, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.path("p.yaml")).unwrap();
        assert!(text.contains(from), "{from} is not in {text}");
        self.write("p.yaml", &text.replace(from, to));
    }

    /// The content of an output.
    pub fn output(&self, name: &str) -> String {
        self.folder.text(&format!("work/{name}"))
    }

    /// The report of the last run.
    pub fn report(&self) -> serde_json::Value {
        let report = serde_json::from_str(&self.output("run.json")).unwrap();
        let schema = rsom_testing::checkout().join("pipelines/run.schema.json");
        let schema = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
        assert!(fits(&report, &schema, &schema), "{report:#}");
        report
    }

    /// Plans in this process.
    pub fn plan(&self, set: &[&str], swap: &[&str]) -> Result<Plan, Vec<Problem>> {
        let words = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect();
        let request = Request {
            manifest: None,
            pipeline: self.path("p.yaml"),
            data: None,
            workdir: Some(self.path("work")),
            profile: None,
            set: words(set),
            swap: words(swap),
            strict: false,
            correct: Vec::new(),
            selection: Selection::default(),
        };
        plan_of(&request)
    }

    /// The problems of the pipeline as lines, without the folder.
    pub fn problems(&self) -> Vec<String> {
        let folder = format!("{}/", &self.folder.display());
        let problems = self.plan(&[], &[]).map(|_| ()).unwrap_err();
        let line = |problem: &Problem| problem.to_string().replace(&folder, "");
        problems.iter().map(line).collect()
    }

    /// Runs the engine to its end.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.command("run", arguments)
    }

    /// Runs a command of the engine to its end.
    pub fn command(&self, name: &str, arguments: &[&str]) -> Ran {
        let _ = std::fs::remove_file(self.path("calls"));
        let output = self.process(name, arguments).output().unwrap();
        self.ran(&output)
    }

    /// The engine as a process that is not started yet.
    pub fn process(&self, name: &str, arguments: &[&str]) -> Command {
        // `export snakemake` is one command.
        let mut words: Vec<&str> = name.split(' ').collect();
        words.extend(["p.yaml", "--workdir", "work"]);
        words.extend(arguments);
        self.engine("", &words)
    }

    /// Runs the engine with any words in a folder of the study.
    pub fn command_in(&self, folder: &str, words: &[&str]) -> Ran {
        let _ = std::fs::remove_file(self.path("calls"));
        let output = self.engine(folder, words).output().unwrap();
        self.ran(&output)
    }

    /// The engine with any words in a folder of the study, not started yet.
    pub fn engine(&self, folder: &str, words: &[&str]) -> Command {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["--exact", "study::the_engine_as_a_process", "--nocapture"])
            .env(ARGUMENTS, words.join("\n"))
            .env("DEMO_CALLS", self.path("calls"))
            .env_remove("RSOM_DATA")
            .current_dir(self.path(folder))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub fn ran(&self, output: &Output) -> Ran {
        let calls = std::fs::read_to_string(self.path("calls")).unwrap_or_default();
        Ran {
            finished: Finished::of(output),
            calls: calls.lines().map(str::to_owned).collect(),
        }
    }
}

impl Deref for Ran {
    type Target = Finished;

    fn deref(&self) -> &Finished {
        &self.finished
    }
}

impl Ran {
    /// Expects exit code 0.
    pub fn good(self) -> Self {
        assert_eq!(self.code, Some(0), "{}", self.stderr);
        self
    }

    /// What the command printed, without the line of the test binary.
    pub fn printed(&self) -> &str {
        let stdout = &self.finished.stdout;
        stdout
            .split_once("running 1 test\n")
            .map_or(stdout, |(_, printed)| printed)
    }

    /// The outputs of the tasks that ran, sorted.
    pub fn made(&self) -> Vec<&str> {
        let mut made: Vec<&str> = (self.calls.iter())
            .map(|call| call.split(' ').nth(1).unwrap())
            .collect();
        made.sort_unstable();
        made
    }
}

/// Plans a request in this process.
pub fn plan_of(request: &Request) -> Result<Plan, Vec<Problem>> {
    let stages = [spec()];
    let built_in = BuiltInStages {
        executable: Path::new(DEMO),
        stages: &stages,
        check_output,
    };
    Plan::of(request, &built_in)
}

/// Refuses outputs that contain the word of another kind, or not the first line of the input on whose grid they lie.
fn check_output(path: &Path, kind: Kind, scan: Option<&Path>) -> Result<(), String> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    if text.contains("broken") {
        return Err(format!("it is no {}", kind.as_str()));
    }
    let scan = scan.map(|scan| std::fs::read_to_string(scan).unwrap());
    match scan {
        Some(scan) if scan != text => Err("it is not on the grid of its input".to_owned()),
        _ => Ok(()),
    }
}

/// The specification of the demo stage, with the revision and the vector instructions from the environment.
fn spec() -> Spec {
    let mut spec = Spec::from_json(&serde_json::from_str(SPEC).unwrap()).unwrap();
    spec.revision = std::env::var("DEMO_REVISION").ok();
    if let Ok(name) = std::env::var("DEMO_INSTRUCTIONS") {
        let make = spec.commands.iter_mut().find(|c| c.name == "make");
        make.unwrap().instruction_set = Some(name);
    }
    spec
}

/// Waits until something is there.
pub fn wait_for(is_there: impl Fn() -> bool) {
    let started = Instant::now();
    while !is_there() {
        assert!(started.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Not a test: [`Study::process`] starts this binary with this test to run the engine.
#[test]
#[allow(clippy::exit, reason = "the exit code is what the tests look at")]
fn the_engine_as_a_process() {
    let Ok(arguments) = std::env::var(ARGUMENTS) else {
        return;
    };
    let line = Clap::new("rsom").subcommands(rsom_pipeline::command_lines());
    let words = std::iter::once("rsom").chain(arguments.lines());
    let matches = line
        .try_get_matches_from(words)
        .unwrap_or_else(|e| e.exit());
    let (name, matches) = matches.subcommand().unwrap();
    let stages = [spec()];
    let built_in = BuiltInStages {
        executable: Path::new(DEMO),
        stages: &stages,
        check_output,
    };
    let code = rsom_pipeline::execute_with(name, matches, &built_in);
    std::process::exit(i32::from(code as u8));
}
