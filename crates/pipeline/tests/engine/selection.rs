//! `--only`, `--from`, `--until` and `--where`: a part of a plan.

use crate::study::Study;

/// A chain of four steps: a file for each scan, a training on all, a prediction for each scan and level, a table.
const CHAIN: &str = r#"
name: demo
manifest: m.yaml
params: { s: [0, 10], text: a }
stages:
  import: { uses: demo make, foreach: scan, with: { text: "${text}" }, out: { output: "import/${scan.id}.txt" } }
  train: { uses: demo join, matrix: { s: "${s}" }, in: { input: import.output }, out: { output: "train/${s}.txt" } }
  predict: { uses: demo join, foreach: scan, matrix: { s: "${s}" }, in: { input: import.output, extra: train.output }, out: { output: "predict/${scan.id}_${s}.txt" } }
  table: { uses: demo join, in: { input: predict.output }, out: { output: table.txt } }
"#;

/// The tasks that a plan lists.
fn listed(study: &Study, arguments: &[&str]) -> Vec<String> {
    let plan = study.command("plan", arguments).good();
    let lines = plan.stdout.lines().filter(|line| line.starts_with("  "));
    let label = |line: &str| line[14..].split("  (").next().unwrap().to_owned();
    lines.map(label).collect()
}

fn count_of(labels: &[String], step: &str) -> usize {
    let of_step = |label: &&String| label.split(' ').next() == Some(step);
    labels.iter().filter(of_step).count()
}

#[test]
fn options_select_steps_scans_and_what_they_need() {
    let study = Study::new(CHAIN);
    let counts = |arguments: &[&str]| {
        let labels = listed(&study, arguments);
        ["import", "train", "predict", "table"].map(|step| count_of(&labels, step))
    };
    assert_eq!(counts(&[]), [6, 2, 12, 1]);
    assert_eq!(counts(&["--only", "train"]), [0, 2, 0, 0]);
    assert_eq!(counts(&["--only", "import,table"]), [6, 0, 0, 1]);
    assert_eq!(counts(&["--until", "train"]), [6, 2, 0, 0]);
    assert_eq!(counts(&["--from", "predict"]), [0, 0, 12, 1]);
    assert_eq!(
        counts(&["--from", "train", "--until", "predict"]),
        [0, 2, 12, 0]
    );
    assert_eq!(
        counts(&["--until", "table", "--where", "scan=p2"]),
        [6, 2, 2, 0]
    );
    assert_eq!(
        counts(&["--only", "import", "--where", "subject=a"]),
        [1, 0, 0, 0]
    );
    assert_eq!(counts(&["--where", "scan=p2"]), [6, 2, 2, 0]);
    assert_eq!(
        counts(&[
            "--until", "predict", "--where", "scan=p2", "--where", "s=10"
        ]),
        [6, 1, 1, 0]
    );
    assert_eq!(
        counts(&["--only", "predict", "--where", "fold=[0,1]"]),
        [0, 0, 6, 0]
    );
    assert_eq!(
        counts(&["--only", "predict", "--where", "fold!=0"]),
        [0, 0, 4, 0]
    );
    assert_eq!(
        counts(&["--only", "train", "--where", "s!=0"]),
        [0, 1, 0, 0]
    );
}

#[test]
fn a_part_runs_and_the_rest_follows() {
    let study = Study::new(CHAIN);
    let ran = study.run(&["--until", "train", "--where", "s=0"]).good();
    assert_eq!(ran.made().len(), 7, "{:?}", ran.calls);
    ran.finished
        .expect_said(&["7 tasks", "14 others are not selected", "7 tasks run"]);
    let report = study.report();
    assert_eq!(report["state"], "partial");
    let states = report["tasks"].as_array().unwrap().iter();
    let not_run = states.filter(|task| task["state"] == "not_run").count();
    assert_eq!(not_run, 14);
    let again = study.run(&["--until", "train", "--where", "s=0"]).good();
    again
        .finished
        .expect_said(&["nothing to do: 7 tasks up to date; 14 others are not selected"]);
    // Progress counts what is selected.
    let status = study.command("status", &["--only", "import"]).good();
    assert!(
        status.stdout.contains("import       6"),
        "{}",
        status.stdout
    );
    assert!(!status.stdout.contains("train"), "{}", status.stdout);
    let ran = study.run(&[]).good();
    assert_eq!(ran.made().len(), 14, "{:?}", ran.calls);
    assert_eq!(study.report()["state"], "done");
}

#[test]
fn what_is_needed_and_not_selected_must_be_up_to_date() {
    let study = Study::new(CHAIN);
    let ran = study.run(&["--only", "predict"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    ran.finished.expect_said(&[
        "'predict p1 s=0' needs 'import p1', which is neither selected nor up to date",
        "--until predict",
    ]);
    assert!(ran.calls.is_empty());
    study.run(&["--until", "train"]).good();
    study.run(&["--only", "predict"]).good();
    // The training would run again: predictions from the old one would be wrong.
    let ran = study.run(&["--only", "predict", "--set", "text=b"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    // A task that was not selected does not run when what it needs has run.
    let ran = study.run(&["--until", "train", "--set", "text=b"]).good();
    assert!(ran.made().iter().all(|made| !made.starts_with("predict")));
}

#[test]
fn a_wrong_selection_is_named_with_what_there_is() {
    let study = Study::new(CHAIN);
    for (arguments, said) in [
        (
            &["--only", "trian"][..],
            "--only trian: there is no such step (did you mean 'train'?)",
        ),
        (
            &["--where", "subjekt=a"],
            "no scan has an attribute 'subjekt' (did you mean 'subject'?); the factors are s",
        ),
        (&["--only", ","], "--only : there is no such step"),
        (&["--where", "subject"], "write KEY=VALUE"),
        (&["--where", "subject="], "a value is missing"),
        (
            &["--where", "subject=[a,zz]"],
            "no task has the value \"zz\"",
        ),
        (
            &["--only", "train", "--where", "subject=a"],
            "no task is left by the selection; the steps are import, train",
        ),
        (
            &["--only", "train", "--until", "predict"],
            "--only goes alone or with --where",
        ),
    ] {
        for command in ["plan", "run"] {
            let ran = study.command(command, arguments);
            assert_eq!(ran.code, Some(2), "{arguments:?}: {}", ran.stderr);
            ran.finished.expect_said(&[said]);
        }
    }
}

/// A step that can do without a failed scan runs without it, but not without one that was never tried.
#[test]
fn only_what_has_failed_may_be_left_out() {
    let study = Study::new(
        "name: demo\nparams: { fail: 5, v: 1 }\nstages:\n  a: { uses: demo make, matrix: { n: [1, 2] }, with: { text: \"${n}-${v}\" }, out: { output: \"a${n}.txt\" } }\n  c: { uses: demo make, with: { fail: \"${fail}\", text: c }, out: { output: c.txt } }\n  b: { uses: demo join, in: { input: [{ from: a.output, missing: leave_out }, { from: c.output, missing: leave_out }] }, out: { output: b.txt } }\n",
    );
    study.run(&["--only", "a", "--where", "n=1"]).good();
    let ran = study.run(&["--only", "b"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    ran.finished
        .expect_said(&["'b' needs 'a n=2', which is neither selected nor up to date (new)"]);
    assert_eq!(study.run(&["--until", "b", "--keep-going"]).code, Some(1));
    assert_eq!(study.output("b.txt"), "1-1+2-1+");
    // The failure is known: a part of the study goes on without it, and says that it failed.
    std::fs::remove_file(study.path("work/b.txt")).unwrap();
    study.run(&["--only", "b"]).good();
    assert_eq!(study.output("b.txt"), "1-1+2-1+");
    let report = study.report();
    let of_c = report["tasks"]
        .as_array()
        .unwrap()
        .iter()
        .find(|t| t["task"] == "c");
    assert_eq!(of_c.unwrap()["state"], "failed");
    // With another value, nothing is known, and the table stays.
    let ran = study.run(&["--only", "b", "--set", "v=2"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert_eq!(study.output("b.txt"), "1-1+2-1+");
}

#[test]
fn what_could_not_run_after_a_failure_may_be_left_out_too() {
    let study = Study::new(
        "name: demo\nstages:\n  a: { uses: demo make, matrix: { n: [0, 5] }, with: { fail: \"${n}\", text: \"${n}\" }, out: { output: \"a${n}.txt\" } }\n  b: { uses: demo join, matrix: { n: [0, 5] }, in: { input: a.output }, out: { output: \"b${n}.txt\" } }\n  c: { uses: demo join, in: { input: { from: b.output, missing: leave_out } }, out: { output: c.txt } }\n",
    );
    assert_eq!(study.run(&["--until", "b", "--keep-going"]).code, Some(1));
    study.run(&["--only", "c"]).good();
    assert_eq!(study.output("c.txt"), "0+");
}

#[test]
fn a_part_of_a_study_prunes_nothing() {
    let study = Study::new(CHAIN);
    let ran = study.run(&["--only", "import", "--prune"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    ran.finished.expect_said(&["--prune goes with a whole run"]);
}
