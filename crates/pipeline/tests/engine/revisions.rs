//! Tasks of other code run again. Tasks of other vector instructions are marked, and run again on demand.

use crate::study::{Ran, Study};

const TWO: &str = "name: demo\nstages:\n\
    \x20 a: { uses: demo make, with: { text: hello }, out: { output: a.txt } }\n\
    \x20 b: { uses: demo join, in: { input: a.output }, out: { output: b.txt } }\n";

fn with(study: &Study, command: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
    let _ = std::fs::remove_file(study.path("calls"));
    let mut process = study.process(command, arguments);
    process.envs(variables.iter().copied());
    let output = process.output().unwrap();
    study.ran(&output).good()
}

#[test]
fn a_rebuild_from_other_code_reruns_the_steps_of_the_stage_and_says_why() {
    let study = Study::new(TWO);
    let [old, new] = ["a1b2000000000000", "c3d4000000000000"];
    let old = [("DEMO_REVISION", old)];
    assert_eq!(with(&study, "run", &[], &old).made(), ["a.txt", "b.txt"]);
    assert_eq!(with(&study, "run", &[], &old).calls.len(), 0);
    let new = [("DEMO_REVISION", new)];
    let plan = with(&study, "plan", &[], &new);
    let why = "(demo changed: revision a1b2… → c3d4…)";
    assert!(plan.stdout.contains(why), "{}", plan.stdout);
    assert_eq!(with(&study, "run", &[], &new).made(), ["a.txt", "b.txt"]);
    let report = study.report();
    assert_eq!(report["tasks"][0]["revision"], "c3d4000000000000");
    assert_eq!(with(&study, "run", &[], &new).calls.len(), 0);
}

#[test]
fn other_vector_instructions_are_named_and_rerun_only_when_asked() {
    let study = Study::new(TWO);
    let wide = [("DEMO_INSTRUCTIONS", "avx512")];
    with(&study, "run", &[], &wide);
    assert_eq!(study.report()["tasks"][0]["instruction_set"], "avx512");
    assert_eq!(
        study.report()["tasks"][1]["instruction_set"],
        serde_json::Value::Null
    );
    let same = with(&study, "plan", &[], &wide);
    assert!(!same.stderr.contains("instructions"), "{}", same.stderr);

    let narrow = [("DEMO_INSTRUCTIONS", "avx2")];
    let plan = with(&study, "plan", &[], &narrow);
    let line = "up to date  a  (made with avx512)";
    assert!(plan.stdout.contains(line), "{}", plan.stdout);
    let warning = "1 task was made with avx512 instructions, this machine has avx2";
    assert!(plan.stderr.contains(warning), "{}", plan.stderr);
    assert_eq!(with(&study, "run", &[], &narrow).calls.len(), 0);

    let plan = with(&study, "plan", &["--strict"], &narrow);
    let why = "run         a  (made with avx512 instructions, this machine has avx2)";
    assert!(plan.stdout.contains(why), "{}", plan.stdout);
    // The new output has the same content, so that what follows is not run.
    assert_eq!(
        with(&study, "run", &["--strict"], &narrow).made(),
        ["a.txt"]
    );
    assert_eq!(with(&study, "run", &["--strict"], &narrow).calls.len(), 0);
}
