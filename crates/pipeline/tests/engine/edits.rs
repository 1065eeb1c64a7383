//! Files of the user: edited outputs are kept, and an input that changes during its task gives no record.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::study::{Study, wait_for};

const PAIR: &str = r#"
name: demo
params: { text: a }
stages:
  a: { uses: demo make, with: { text: "${text}" }, out: { output: a.txt } }
  v: { uses: demo scan, with: { text: "${text}" }, out: { output: v.nii.gz } }
  f: { uses: demo fill, with: { names: [x, y] }, out: { output: folder } }
  b: { uses: demo join, in: { input: a.output }, out: { output: b.txt } }
"#;

#[test]
fn an_edited_output_stops_the_run_before_anything_runs_until_replace_is_given() {
    let study = Study::new(PAIR);
    study.run(&[]).good();
    for path in ["a.txt", "v.json", "folder/y.txt"] {
        let made = study.output(path);
        study.write(&format!("work/{path}"), "by hand\n");
        // Also if another task must run: nothing is made before the user decides.
        std::fs::remove_file(study.path("work/b.txt")).unwrap();
        let plan = study.command("plan", &[]).good();
        plan.finished.expect_said(&["warning: ", path, "--replace"]);
        let ran = study.run(&[]);
        assert_eq!(ran.code, Some(4), "{}", ran.stderr);
        assert!(ran.calls.is_empty(), "{:?}", ran.calls);
        ran.finished
            .expect_said(&[path, "edited", "move them", "--replace"]);
        assert_eq!(study.output(path), "by hand\n");
        let ran = study.run(&["--replace"]).good();
        assert!(ran.made().contains(&"b.txt"));
        assert_eq!(study.output(path), made);
        assert!(study.run(&[]).good().calls.is_empty());
    }
    // The user put the output back, or moved it: the run goes on.
    study.write("work/a.txt", "by hand\n");
    std::fs::rename(study.path("work/a.txt"), study.path("mine.txt")).unwrap();
    assert_eq!(study.run(&[]).good().made(), ["a.txt"]);
    assert_eq!(
        std::fs::read_to_string(study.path("mine.txt")).unwrap(),
        "by hand\n"
    );
}

#[test]
fn a_file_of_the_user_at_the_path_of_an_output_is_kept() {
    let study = Study::new(PAIR);
    std::fs::create_dir(study.path("work")).unwrap();
    study.write("work/b.txt", "my notes\n");
    let ran = study.run(&[]);
    assert_eq!(ran.code, Some(4), "{}", ran.stderr);
    assert_eq!(study.output("b.txt"), "my notes\n");
    study.run(&["--replace"]).good();
    assert_eq!(study.output("b.txt"), "a+");
}

#[test]
fn an_output_edited_while_the_run_goes_is_kept() {
    let study = Study::new(
        "name: demo\nparams: { wait: 0, text: a }\nstages:\n  slow: { uses: demo make, with: { wait: \"${wait}\", text: \"${text}\" }, out: { output: slow.txt } }\n  end: { uses: demo join, in: { input: slow.output }, out: { output: end.txt } }\n",
    );
    study.run(&[]).good();
    let engine = study
        .process("run", &["--set", "wait=1", "--set", "text=b"])
        .spawn()
        .unwrap();
    wait_for(|| study.path("calls").exists());
    study.write("work/end.txt", "by hand\n");
    let ran = study.ran(&engine.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(4), "{}", ran.stderr);
    assert_eq!(study.output("end.txt"), "by hand\n");
}

/// A failed task may leave half an output: the next run replaces it, but not what the user makes of it.
#[test]
fn what_a_failed_task_left_is_replaced_unless_it_was_edited() {
    let study = Study::new(
        "name: demo\nparams: { code: 3 }\nstages:\n  a: { run: \"sh -c 'echo half > ${out.output}; exit ${code}'\", out: { output: a.txt } }\n",
    );
    let ran = study.run(&[]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert_eq!(study.output("a.txt"), "half\n");
    assert_eq!(study.run(&[]).code, Some(3));
    study.write("work/a.txt", "by hand\n");
    assert_eq!(study.run(&[]).code, Some(4));
    study.write("work/a.txt", "half\n");
    study.run(&["--set", "code=0"]).good();
}

const READER: &str = r#"
name: demo
stages:
  read: { run: "sh -c 'sleep 1; cat ${in.input} > ${out.output}'", in: { input: x.txt }, out: { output: y.txt } }
"#;

#[test]
fn an_input_edited_during_its_task_gives_no_record_even_if_it_is_put_back() {
    for put_back in [false, true] {
        let study = Study::new(READER);
        study.write("x.txt", "old\n");
        let engine = study.process("run", &[]).spawn().unwrap();
        wait_for(|| study.path("work/.rsom/logs/read.log").exists());
        study.write("x.txt", "new\n");
        if put_back {
            // Read as new by the task, and old again when it ends.
            wait_for(|| std::fs::read_to_string(study.path("work/y.txt")).is_ok());
            study.write("x.txt", "old\n");
        }
        let ran = study.ran(&engine.wait_with_output().unwrap());
        if put_back && ran.code == Some(0) {
            // The file was put back after the task had ended.
            assert_eq!(study.run(&[]).good().calls.len(), 0);
        } else {
            assert_eq!(ran.code, Some(3), "{}", ran.stderr);
            ran.finished
                .expect_said(&["x.txt: it changed while the task ran"]);
        }
        study.write("x.txt", "old\n");
        study.run(&[]).good();
        assert_eq!(study.output("y.txt"), "old\n");
        let report = study.report();
        let sha256 = rsom_stage::fingerprint::of_bytes(b"old\n");
        assert_eq!(report["tasks"][0]["inputs"]["input"][0]["sha256"], sha256);
    }
}

#[test]
fn an_input_that_is_only_looked_at_or_gets_other_permissions_is_no_change() {
    use std::os::unix::fs::PermissionsExt;
    let study = Study::new(READER);
    study.write("x.txt", "old\n");
    let engine = study.process("run", &[]).spawn().unwrap();
    wait_for(|| study.path("work/.rsom/logs/read.log").exists());
    let mode = std::fs::Permissions::from_mode(0o444);
    std::fs::set_permissions(study.path("x.txt"), mode).unwrap();
    study.ran(&engine.wait_with_output().unwrap()).good();
}

#[test]
fn a_foreign_program_that_is_replaced_during_its_task_gives_no_record() {
    let study = Study::new(
        "name: demo\nstages:\n  a: { run: \"./tool ${out.output}\", out: { output: a.txt } }\n",
    );
    let started = study.path("started");
    let touch = format!("touch '{}'", started.display());
    let tool = format!("#!/bin/sh\n{touch}\nsleep 1\necho old > $1\n");
    study.program("tool", &tool);
    let engine = study.process("run", &[]).spawn().unwrap();
    wait_for(|| started.exists());
    study.program("tool", "#!/bin/sh\necho newer > $1\n");
    let ran = study.ran(&engine.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    ran.finished.expect_said(&["was replaced during the run"]);
    study.run(&[]).good();
    assert_eq!(study.output("a.txt"), "newer\n");
}

#[test]
fn a_pipe_as_an_input_is_refused_at_once() {
    let study = Study::new(READER);
    let made = Command::new("mkfifo").arg(study.path("x.txt")).status();
    assert!(made.unwrap().success());
    let started = Instant::now();
    let ran = study.run(&[]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    ran.finished.expect_said(&["x.txt", "no regular file"]);
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_broken_link_in_an_input_folder_counts_as_a_link() {
    use std::os::unix::fs::symlink;
    let study = Study::new(
        "name: demo\nstages:\n  a: { run: \"sh -c 'ls ${in.input} > ${out.output}'\", in: { input: data }, out: { output: a.txt } }\n",
    );
    std::fs::create_dir(study.path("data")).unwrap();
    study.write("data/x.txt", "x");
    symlink("annex/one", study.path("data/gone.txt")).unwrap();
    symlink(".", study.path("data/circle")).unwrap();
    study.run(&[]).good();
    assert_eq!(
        study.run(&[]).good().stderr.matches("up to date").count(),
        1
    );
    std::fs::remove_file(study.path("data/gone.txt")).unwrap();
    symlink("annex/two", study.path("data/gone.txt")).unwrap();
    let plan = study.command("plan", &[]).good();
    assert!(plan.stdout.contains("input changed"), "{}", plan.stdout);
}

/// The measures of a removed scan would be found by a wildcard.
#[test]
fn files_that_the_plan_no_longer_has_are_named_and_pruned_unless_edited() {
    let study = Study::new(
        "name: demo\nstages:\n  a: { uses: demo make, matrix: { n: [1, 2, 3] }, with: { text: \"${n}\" }, out: { output: \"a${n}/x.txt\" } }\n",
    );
    let first = study.run(&[]).good();
    assert!(!first.stderr.contains("earlier runs"), "{}", first.stderr);
    study.edit("[1, 2, 3]", "[1]");
    let said = "warning: 2 files of earlier runs are not part of this plan, for example a2/x.txt";
    for finished in [study.command("plan", &[]), study.run(&[]), study.run(&[])] {
        finished.good().finished.expect_said(&[said, "--prune"]);
    }
    study.write("work/a3/x.txt", "by hand");
    let plan = study.command("plan", &[]).good();
    plan.finished
        .expect_said(&["'run --prune' removes them, except 1 that were edited"]);
    let ran = study.run(&["--prune"]).good();
    ran.finished
        .expect_said(&["removed 1 files of earlier runs; 1 were edited and stay"]);
    assert!(!study.path("work/a2").exists());
    assert!(study.path("work/a3/x.txt").exists() && study.path("work/a1/x.txt").exists());
    let said = "they were edited, so 'run --prune' keeps them";
    study.run(&[]).good().finished.expect_said(&[said]);
}

/// A work folder behind a link, as on the disk of a cluster.
#[cfg(unix)]
#[test]
fn a_study_runs_in_a_folder_behind_a_link() {
    let study = Study::new(PAIR);
    std::fs::create_dir(study.path("disk")).unwrap();
    std::os::unix::fs::symlink("disk", study.path("work")).unwrap();
    study.run(&["-j", "3"]).good();
    let again = study.run(&[]).good();
    assert!(again.stderr.contains("nothing to do"), "{}", again.stderr);
}
