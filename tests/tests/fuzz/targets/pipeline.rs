//! Pipelines: read, checked and planned, never run.
//!
//! Planning starts foreign programs to ask for their specification. Here no mutation can name a program outside the folder of
//! the case: every path loses its slashes and escapes, except that of the one program that lies there.

use std::collections::BTreeSet;
use std::path::{Component, Path};

use rsom_pipeline::{BuiltInStages, Plan, Request};
use rsom_stage::{Command, Definition, Kind, Parameters, Port, StageError, Summary};

use crate::harness::Target;
use crate::seed::Seed;
use crate::verdict::{one_line, require};

const PIPELINE: &str = "\
name: study
manifest: m.yaml
params:
  net: [unet, fcn7]
  s: [0, 100]
  shape: [8, 4, 16]
stages:
  make:
    uses: made scan
    foreach: scan
    with: { seed: \"${scan.seed}\", shape: \"${shape}\" }
    out: { image: \"${scan.id}.nii.gz\" }
  measure:
    uses: made measure
    foreach: scan
    matrix: { net: \"${net}\", s: \"${s}\" }
    where: { net: { not: fcn7 } }
    in:
      input: { from: make.image, where: { scan.fold: 0 }, missing: leave_out }
    with: { words: [a, \"${net}\"], scale: 0.5 }
    out: { output: \"${scan.id}_${net}_${s}.parquet\" }
  line:
    run: sort ${in.tables} --output ${out.list}
    in: { tables: measure.output }
    out: { list: list.txt }
  table:
    uses: io table wide
    in: { input: measure.output }
    with: { keys: [subject], metric: [dice] }
    out: { output: wide.csv }
";
const FOREIGN: &str = "\
name: f
stages:
  own: { run: './program x ${out.o}', out: { o: a.nii.gz } }
  other: { run: './program ${in.i} ${out.o}', in: { i: own.o }, out: { o: b.txt } }
";
const PROGRAM: &str = "./program";
const MANIFEST: &str = "\
name: m
scans:
- { id: a, subject: a, fold: 0, attributes: { seed: 1 } }
- { id: b, subject: b, fold: 1, attributes: { seed: 2 } }
";

/// Settings of the stage of this target.
#[derive(Parameters)]
struct Settings {
    /// Seed.
    #[parameter(default = 1, min = 0)]
    seed: i64,
    /// Extents.
    #[parameter(default = [8, 8, 8])]
    shape: [usize; 3],
    /// Words.
    #[parameter(default = ["x"])]
    words: Vec<String>,
    /// Scale.
    #[parameter(default = 1.0, min = 0.0)]
    scale: f64,
}

fn never(_: &rsom_stage::Invocation) -> Result<Summary, StageError> {
    Err(StageError::failure("a plan runs nothing"))
}

fn made() -> Definition {
    let scan = Command::new("scan", "Make a scan", never)
        .output(Port::required("image", Kind::Volume, "Scan"))
        .parameters(Settings::declare());
    let measure = Command::new("measure", "Measure scans", never)
        .input(Port::required("input", Kind::Volume, "Scan").many())
        .output(Port::required("output", Kind::Table, "Measures"))
        .parameters(Settings::declare());
    Definition::new("made", "1", "A stage of a test")
        .command(scan)
        .command(measure)
}

/// Replaces each sign that could lead out of the folder.
fn kept_inside(bytes: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes).replace('\\', "_");
    let parts: Vec<String> = text
        .split(PROGRAM)
        .map(|part| part.replace('/', "_"))
        .collect();
    parts.join(PROGRAM).into_bytes()
}

fn check(path: &Path) -> Result<bool, String> {
    let stages = [rsom_io::cli::definition().spec(), made().spec()];
    let built_in = BuiltInStages {
        executable: Path::new("absent"),
        stages: &stages,
        check_output: |_, _, _| Ok(()),
    };
    let request = Request {
        pipeline: path.to_path_buf(),
        workdir: Some(path.with_file_name("work")),
        ..Request::default()
    };
    match Plan::of(&request, &built_in) {
        Ok(plan) => consistent(&plan).map(|()| true),
        Err(problems) => {
            require(!problems.is_empty(), || "refused without a problem".into())?;
            problems.iter().try_for_each(|p| one_line(&p.to_string()))?;
            Ok(false)
        }
    }
}

/// Checks that tasks follow those that they depend on, have names of their own, and write inside the work folder.
fn consistent(plan: &Plan) -> Result<(), String> {
    let labels: BTreeSet<&str> = plan.tasks.iter().map(|task| task.label.as_str()).collect();
    require(labels.len() == plan.tasks.len(), || format!("{labels:?}"))?;
    plan.warnings
        .iter()
        .try_for_each(|w| one_line(&w.to_string()))?;
    let mut paths = BTreeSet::new();
    for (number, task) in plan.tasks.iter().enumerate() {
        one_line(&task.label)?;
        let follows = task.after.iter().all(|before| *before < number);
        require(follows, || format!("{} runs too early", task.label))?;
        for output in &task.outputs {
            let mut parts = Path::new(&output.path).components();
            let inside = parts.all(|part| matches!(part, Component::Normal(_)));
            require(inside && paths.insert(&output.path), || output.path.clone())?;
        }
    }
    Ok(())
}

#[test]
fn pipeline() {
    let seeds = [("p.yaml", PIPELINE), ("f.yaml", FOREIGN)];
    let seeds = seeds.map(|(name, text)| {
        Seed::sealed(name, text, kept_inside)
            .next_to("m.yaml", MANIFEST)
            .next_to("program", "this is no program\n")
    });
    let target = Target {
        name: "pipeline",
        seeds: seeds.into(),
        text: true,
        check,
    };
    target.run();
}
