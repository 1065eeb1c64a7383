//! Failing tasks, interrupted runs, several runs at once.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::study::Study;

const TWO_CHAINS: &str = r#"
name: demo
params: { a: 0, c: 0 }
stages:
  a: { uses: demo make, with: { text: a, fail: "${a}" }, out: { output: a.txt } }
  b: { uses: demo join, in: { input: a.output }, out: { output: b.txt } }
  c: { uses: demo make, with: { text: c, fail: "${c}" }, out: { output: c.txt } }
  d: { uses: demo join, in: { input: c.output }, out: { output: d.txt } }
"#;

#[test]
fn a_failure_stops_the_run_with_its_code_and_the_end_of_its_log() {
    let study = Study::new(TWO_CHAINS);
    let ran = study.run(&["--set", "a=3"]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert_eq!(ran.made(), ["a.txt"]);
    assert!(ran.stderr.contains("told to fail with 3"), "{}", ran.stderr);
    let report = study.report();
    assert_eq!(report["state"], "failed");
    let states: Vec<&str> = report["tasks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| t["state"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["failed", "not_run", "not_run", "not_run"]);
    assert_eq!(report["tasks"][0]["exit_code"], 3);
    let fault = report["tasks"][0]["fault"].as_str().unwrap();
    assert!(
        fault.starts_with("exit code 3 after ") && fault.ends_with(": told to fail with 3"),
        "{fault}"
    );
}

#[test]
fn keep_going_runs_the_tasks_that_do_not_need_the_failed_one() {
    let study = Study::new(TWO_CHAINS);
    let ran = study.run(&["--set", "a=3", "--keep-going"]);
    assert_eq!(ran.code, Some(3));
    assert_eq!(ran.made(), ["a.txt", "c.txt", "d.txt"]);
    assert!(
        ran.stderr.contains("error: a: exit code 3"),
        "{}",
        ran.stderr
    );
    // Failures of several kinds are a failure.
    let ran = Study::new(TWO_CHAINS).run(&["--set", "a=3", "--set", "c=4", "--keep-going"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    // When the cause is gone, only what is missing runs.
    let ran = study.run(&[]).good();
    assert_eq!(ran.made(), ["a.txt", "b.txt"]);
}

const GATHERED: &str = r#"
name: demo
params: { fail: 0 }
stages:
  a: { uses: demo make, matrix: { n: [1, 2, 3] }, with: { text: "${n}" }, out: { output: "a${n}.txt" } }
  b: { uses: demo make, with: { text: b, fail: "${fail}" }, out: { output: b.txt } }
  c: { uses: demo join, in: { input: b.output }, out: { output: c.txt } }
  all:
    uses: demo join
    in: { input: [{ from: a.output }, { from: c.output, missing: leave_out }] }
    out: { output: all.txt }
  needs:
    uses: demo join
    in: { input: [{ from: c.output, missing: leave_out }, { from: c.output }] }
    out: { output: needs.txt }
  nothing:
    uses: demo join
    in: { input: { from: c.output, missing: leave_out } }
    out: { output: nothing.txt }
"#;

#[test]
fn an_optional_input_is_left_out_when_its_task_fails_and_used_when_it_exists() {
    let study = Study::new(GATHERED);
    let ran = study.run(&["--set", "fail=3", "--keep-going"]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert_eq!(
        ran.made(),
        ["a1.txt", "a2.txt", "a3.txt", "all.txt", "b.txt"]
    );
    assert_eq!(study.output("all.txt"), "1+2+3+");
    assert!(ran.stderr.contains("nothing … not run"), "{}", ran.stderr);
    let report = study.report();
    let task = |label: &str| {
        let tasks = report["tasks"].as_array().unwrap();
        tasks.iter().find(|t| t["task"] == label).unwrap().clone()
    };
    let inputs = task("all")["inputs"]["input"].as_array().unwrap().clone();
    assert_eq!(inputs.len(), 3);
    assert!(inputs.iter().all(|file| file["sha256"].is_string()));
    let states = ["c", "needs", "nothing"].map(|label| task(label)["state"].clone());
    assert_eq!(states, ["not_run", "not_run", "not_run"]);
    // A second run repeats only the failed task.
    let ran = study.run(&["--set", "fail=3", "--keep-going"]);
    assert_eq!(ran.made(), ["b.txt"]);
    let ran = study.run(&[]).good();
    assert_eq!(
        ran.made(),
        ["all.txt", "b.txt", "c.txt", "needs.txt", "nothing.txt"]
    );
    assert_eq!(study.output("all.txt"), "1+2+3+b+");
    assert_eq!(study.run(&[]).good().made(), [""; 0]);
    // The old output is removed if the task has no inputs left.
    assert!(study.path("work/nothing.txt").exists());
    let ran = study.run(&["--set", "fail=3", "--keep-going"]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert!(!study.path("work/nothing.txt").exists());
    assert_eq!(study.output("all.txt"), "1+2+3+");
}

#[test]
fn without_keep_going_a_failure_also_stops_tasks_that_do_not_need_it() {
    let ran = Study::new(GATHERED).run(&["--set", "fail=3"]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert!(!ran.made().contains(&"all.txt"));
}

#[test]
fn a_task_that_writes_nothing_has_failed() {
    let study = Study::new("name: demo\nstages:\n  a: { run: \"true\", out: { output: a.txt } }\n");
    let ran = study.run(&[]);
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.stderr.contains("it did not write a.txt"),
        "{}",
        ran.stderr
    );
    // An old file of another task does not count as its output.
    study.edit("run: \"true\"", "uses: demo make");
    study.run(&[]).good();
    study.edit("uses: demo make", "run: \"true\"");
    let ran = study.run(&[]);
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.stderr.contains("it did not write a.txt"),
        "{}",
        ran.stderr
    );
}

const SLOW: &str = r#"
name: demo
manifest: m.yaml
stages:
  quick: { uses: demo make, with: { text: q }, out: { output: q.txt } }
  slow:
    uses: demo make
    foreach: scan
    with: { text: "${scan.id}", wait: 30 }
    out: { output: "${scan.id}.txt" }
"#;

/// Waits until the study's demo stage has been called so often.
fn wait_for_calls(study: &Study, count: usize) {
    let started = Instant::now();
    loop {
        let calls = std::fs::read_to_string(study.path("calls")).unwrap_or_default();
        if calls.lines().count() >= count {
            return;
        }
        assert!(started.elapsed() < Duration::from_secs(20), "only {calls}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn signal(name: &str, process: u32) {
    let done = Command::new("kill")
        .args([name, &process.to_string()])
        .status()
        .unwrap();
    assert!(done.success());
}

/// Processes whose folder this is, as far as the system tells: `sleep`, the stage's own child, is one of them.
fn at_work_in(folder: &std::path::Path) -> usize {
    let processes = std::fs::read_dir("/proc").into_iter().flatten();
    let folders =
        processes.filter_map(|entry| std::fs::read_link(entry.ok()?.path().join("cwd")).ok());
    folders.filter(|cwd| cwd == folder).count()
}

#[test]
fn ctrl_c_ends_all_processes_and_the_next_run_goes_on() {
    let study = Study::new(SLOW);
    let engine = study.process("run", &["-j", "2"]).spawn().unwrap();
    wait_for_calls(&study, 3);
    assert!(at_work_in(&study.path("work")) >= 2 || !cfg!(target_os = "linux"));
    let asked = Instant::now();
    signal("-INT", engine.id());
    let ran = study.ran(&engine.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(130), "{}", ran.stderr);
    assert!(
        asked.elapsed() < Duration::from_secs(20),
        "{:?}",
        asked.elapsed()
    );
    let report = study.report();
    assert_eq!(report["state"], "interrupted");
    assert_eq!(report["tasks"][0]["state"], "done");
    assert_eq!(report["tasks"][1]["state"], "interrupted");
    assert_eq!(at_work_in(&study.path("work")), 0);
    study.edit("wait: 30", "wait: 0");
    assert_eq!(study.run(&[]).good().calls.len(), 6);
}

#[test]
fn the_children_of_a_task_that_fails_end_before_its_outputs_are_looked_at() {
    let study = Study::new(
        "name: demo\nstages:\n  a: { run: \"./tool ${end} ${out.output}\", out: { output: a.txt } }\nparams: { end: kill }\n",
    );
    // The child writes the output after its parent is gone.
    let tool = "#!/bin/sh\n(sleep 0.4; echo late > $2) &\ncase $1 in kill) kill -9 $$;; fail) exit 3;; wait) wait;; esac\n";
    study.program("tool", tool);
    for end in ["kill", "fail"] {
        let ran = study.run(&["--set", &format!("end={end}")]);
        assert!(matches!(ran.code, Some(1 | 3)), "{}", ran.stderr);
        std::thread::sleep(Duration::from_millis(600));
        assert!(!study.path("work/a.txt").exists(), "{end}");
    }
    study.run(&["--set", "end=wait"]).good();
}

#[test]
fn a_killed_run_leaves_nothing_that_keeps_the_next_one_out() {
    let study = Study::new(SLOW);
    let mut engine = study.process("run", &[]).spawn().unwrap();
    wait_for_calls(&study, 2);
    let status = study.command("status", &[]);
    let told = status
        .stdout
        .contains("a run uses this folder now (process ");
    assert!(told, "{}", status.stdout);
    let second = study.run(&[]);
    assert_eq!(second.code, Some(1));
    let told = second
        .stderr
        .contains("another run uses this folder (process ");
    assert!(told, "{}", second.stderr);
    engine.kill().unwrap();
    engine.wait().unwrap();
    study.edit("wait: 30", "wait: 0");
    let started = Instant::now();
    let ran = study.run(&[]).good();
    assert!(
        started.elapsed() < Duration::from_secs(20),
        "{:?}",
        started.elapsed()
    );
    let told = ran
        .stderr
        .contains("stopping a task that a killed run left behind");
    assert!(told || !cfg!(target_os = "linux"), "{}", ran.stderr);
    // What was finished before the kill is not done again.
    assert_eq!(ran.calls.len(), 6, "{:?}", ran.calls);
}

#[test]
fn a_workdir_that_cannot_be_written_gives_exit_code_4() {
    let study = Study::new(TWO_CHAINS);
    study.write("work", "a file");
    let ran = study.run(&[]);
    assert_eq!(ran.code, Some(4), "{}", ran.stderr);
    assert!(ran.stderr.contains("cannot write"), "{}", ran.stderr);
}

#[test]
fn warnings_of_tasks_are_shown_once_and_stay_in_the_report() {
    let study = Study::new(
        "name: demo\nstages:\n  a: { run: \"./tool ${n} ${out.output}\", matrix: { n: [1, 2, 3] }, out: { output: \"a${n}.txt\" } }\n",
    );
    let tool = "#!/bin/sh\necho \"warning: /data/x$1.nii has no voxels\" >&2\n[ $1 != 3 ] || echo 'warning: odd' >&2\necho x >$2\n";
    study.program("tool", tool);
    let ran = study.run(&[]).good();
    let said = |text: &str| ran.stderr.matches(text).count();
    assert_eq!(
        said("    warning: /data/x1.nii has no voxels\n"),
        1,
        "{}",
        ran.stderr
    );
    assert_eq!(
        said("warning: a n=1: /data/x1.nii has no voxels (and 2 more tasks)\n"),
        1,
        "{}",
        ran.stderr
    );
    assert_eq!(said("x2.nii"), 0, "{}", ran.stderr);
    assert_eq!(said("warning: a n=3: odd\n"), 1, "{}", ran.stderr);
    let warnings =
        |report: &serde_json::Value, task: usize| report["tasks"][task]["warnings"].clone();
    assert_eq!(
        warnings(&study.report(), 1),
        serde_json::json!(["/data/x2.nii has no voxels"])
    );
    // Those of a failed task, too.
    study.write("fail", "");
    study.edit("./tool ${n} ${out.output}", "./fail ${n} ${out.output}");
    study.program(
        "fail",
        "#!/bin/sh\necho 'x.py:3: UserWarning: low' >&2\nexit 3\n",
    );
    let ran = study.run(&[]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("warning: a n=1: UserWarning: low"),
        "{}",
        ran.stderr
    );
    let warned = serde_json::json!(["UserWarning: low"]);
    assert_eq!(warnings(&study.report(), 0), warned);
    study.edit("./fail ${n}", "./tool ${n}");
    // Also when the task is up to date in a later run.
    std::fs::remove_file(study.path("work/a1.txt")).unwrap();
    let ran = study.run(&[]).good();
    assert!(!ran.stderr.contains("odd"), "{}", ran.stderr);
    assert_eq!(warnings(&study.report(), 2).as_array().unwrap().len(), 2);
}
