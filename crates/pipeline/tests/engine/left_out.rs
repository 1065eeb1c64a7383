//! `missing: leave_out`: what follows from a scan that failed, as long as it fails the same way.

use crate::study::Study;

/// One task of `a` fails while the file `bad` names its scan.
const PIPELINE: &str = r#"
name: demo
manifest: m.yaml
stages:
  a: { run: "sh -c 'if grep -q $0 ../bad; then exit 3; fi; echo $0 >$1' ${scan.id} ${out.x}", foreach: scan, out: { x: "a/${scan.id}.txt" } }
  b: { run: "cp ${in.x} ${out.x}", foreach: scan, in: { x: a.x }, out: { x: "b/${scan.id}.txt" } }
  c: { run: "sh -c 'cat \"$@\" >$0' ${out.x} ${in.x}", in: { x: { from: b.x, missing: leave_out } }, out: { x: c.txt } }
  d: { run: "sh -c 'cat $0 >$1; echo ${v} >>$1' ${in.x} ${out.x}", in: { x: c.x }, out: { x: d.txt } }
  e: { run: "cp ${in.x} ${out.x}", in: { x: d.x }, out: { x: e.txt } }
params: { v: 1 }
"#;
const WITHOUT: &str = "p1\np3\np4\np5\np6\n";

/// A study of which one scan failed.
fn study() -> Study {
    let study = Study::new(PIPELINE);
    study.write("bad", "p2\n");
    let ran = study.run(&["--keep-going"]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert_eq!(study.output("c.txt"), WITHOUT);
    study
}

fn states(study: &Study) -> Vec<(String, String)> {
    let report = study.report();
    let tasks = report["tasks"].as_array().unwrap().iter();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    tasks
        .map(|task| (text(&task["task"]), text(&task["state"])))
        .filter(|(label, _)| ["c", "d", "e"].contains(&label.as_str()))
        .collect()
}

#[test]
fn what_was_made_without_a_failed_scan_is_up_to_date() {
    let study = study();
    let plan = study.command("plan", &[]).good();
    for line in [
        "run         a p2",
        "up to date  c",
        "up to date  d",
        "up to date  e",
    ] {
        assert!(plan.stdout.contains(line), "{}", plan.stdout);
    }
    let status = study.command("status", &[]).good();
    for step in ["c", "d", "e"] {
        let row = status.stdout.lines().find(|line| line.starts_with(step));
        let cells: Vec<&str> = row.unwrap().split_whitespace().collect();
        assert_eq!(cells, [step, "1", "1", "0"]);
    }
    let explained = study.command("explain", &["c"]).good();
    assert!(
        explained.stdout.contains("b/p2.txt  left out"),
        "{}",
        explained.stdout
    );
    for step in ["c", "d", "e"] {
        let ran = study.run(&["--only", step]).good();
        assert!(ran.stderr.contains("nothing to do"), "{}", ran.stderr);
        study.command("task", &[step]).good();
    }
    // A part that changed runs alone.
    let ran = study.run(&["--only", "d", "--set", "v=2"]).good();
    assert!(ran.stderr.contains("1 task run"), "{}", ran.stderr);
    assert_eq!(study.output("d.txt"), format!("{WITHOUT}2\n"));
    let ran = study.run(&["--only", "c,e", "--set", "v=2"]).good();
    assert!(ran.stderr.contains("1 task run"), "{}", ran.stderr);
    let made = |state: &str| ["c", "d", "e"].map(|step| (step.to_owned(), state.to_owned()));
    let found = states(&study);
    assert_eq!(
        (&found[0], &found[1]),
        (&made("up_to_date")[0], &made("up_to_date")[1])
    );
    assert_eq!(found[2], made("done")[2]);
}

#[test]
fn a_run_tries_the_failed_scan_again_and_keeps_the_rest_if_it_fails() {
    let study = study();
    for arguments in [&["--keep-going"][..], &[], &["--only", "a"]] {
        let ran = study.run(arguments);
        assert_eq!(ran.code, Some(3), "{}", ran.stderr);
        let states: Vec<String> = states(&study).into_iter().map(|(_, state)| state).collect();
        assert_eq!(states, ["up_to_date"; 3], "{arguments:?}");
        let report = study.report();
        let c = report["tasks"].as_array().unwrap().iter();
        let c = c.into_iter().find(|task| task["task"] == "c").unwrap();
        assert_eq!(c["inputs"]["x"].as_array().unwrap().len(), 5);
    }
    // It succeeds alone: what was made without it is old.
    study.write("bad", "none\n");
    study.run(&["--only", "a"]).good();
    let found: Vec<String> = states(&study).into_iter().map(|(_, state)| state).collect();
    assert_eq!(found, ["not_run"; 3]);
    let ran = study.run(&["--only", "d"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    let verified = study.command("plan", &[]).good();
    assert!(
        verified.stdout.contains("wait        c"),
        "{}",
        verified.stdout
    );
    study.run(&[]).good();
    assert_eq!(study.output("e.txt"), "p1\np2\np3\np4\np5\np6\n1\n");
    let again = study.run(&[]).good();
    assert!(again.stderr.contains("nothing to do"), "{}", again.stderr);
}

#[test]
fn a_failed_scan_that_would_run_differently_is_no_longer_left_out() {
    let study = study();
    // Another command line of the failed task.
    study.edit("exit 3", "exit 4");
    let plan = study.command("plan", &[]).good();
    assert!(!plan.stdout.contains("up to date  c"), "{}", plan.stdout);
    let ran = study.run(&["--only", "d"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    let study = self::study();
    let unfinished = study.plan(&[], &[]).unwrap().unfinished().unwrap();
    assert_eq!((unfinished.open.len(), unfinished.left_out.len()), (0, 2));
    let words = unfinished.words(&study.plan(&[], &[]).unwrap()).unwrap();
    assert_eq!(words, "1 scan is left out, because its tasks failed: p2");
    study.edit("exit 3", "exit 4");
    let unfinished = study.plan(&[], &[]).unwrap().unfinished().unwrap();
    assert!(unfinished.open.len() > 2);
}

/// A result of the failed scan itself is a consequence; a failure that nobody leaves out is none.
#[test]
fn only_failures_that_others_do_without_are_left_out() {
    let study = study();
    study.edit(
        "params:",
        "  q: { run: \"cp ${in.x} ${out.x}\", foreach: scan, in: { x: b.x }, out: { x: \"q/${scan.id}.txt\" } }\nparams:",
    );
    study.run(&["--keep-going"]);
    let unfinished = || study.plan(&[], &[]).unwrap().unfinished().unwrap();
    assert_eq!(
        (unfinished().open.len(), unfinished().left_out.len()),
        (0, 3)
    );
    study.edit(
        "cp ${in.x} ${out.x}\", foreach: scan, in: { x: b.x }",
        "false ${in.x} ${out.x}\", foreach: scan, in: { x: b.x }",
    );
    study.run(&["--keep-going"]);
    assert_eq!(
        (unfinished().open.len(), unfinished().left_out.len()),
        (5, 3)
    );
    let verified = study.plan(&[], &[]).unwrap().verify();
    assert!(verified.is_err());
}
