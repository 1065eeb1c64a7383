//! Files of the user in output folders, next to outputs, and at the outputs of tasks that did not end: none is lost.

use std::process::Command;

use crate::study::{Study, wait_for};

/// Makes the files f1.txt to fN.txt in a folder.
const FOLDER: &str = r#"
name: demo
params: { n: 2 }
stages:
  a:
    run: sh -c 'mkdir -p $0; for i in $(seq $1); do echo made $i >$0/f$i.txt; done' ${out.d} ${n}
    out: { d: d/ }
"#;

#[test]
fn a_file_of_the_user_in_an_output_folder_is_neither_recorded_nor_removed() {
    let study = Study::new(FOLDER);
    study.run(&[]).good();
    study.write("work/d/notes.txt", "mine\n");
    let again = study.run(&[]).good();
    assert!(again.stderr.contains("nothing to do"), "{}", again.stderr);
    study.run(&["--set", "n=1"]).good();
    assert_eq!(study.output("d/notes.txt"), "mine\n");
    assert!(!study.path("work/d/f2.txt").exists());
    // The task fails and runs again: its own files are removed, the other stays.
    study.edit("done'", "done; exit 3'");
    assert_eq!(study.run(&[]).code, Some(3));
    study.edit("done; exit 3'", "done'");
    study.run(&["--set", "n=1"]).good();
    assert_eq!(study.output("d/notes.txt"), "mine\n");
    assert!(!study.path("work/d/f2.txt").exists());
    let records = study.output(".rsom/records.jsonl");
    assert!(
        records.contains("f1.txt") && !records.contains("notes"),
        "{records}"
    );
}

#[test]
fn a_file_of_the_user_where_a_task_writes_into_its_folder_stays() {
    // Before the first run, and before a run that makes another file.
    for (first, number) in [(false, "n=2"), (true, "n=3")] {
        let study = Study::new(FOLDER);
        if first {
            study.run(&[]).good();
        }
        let name = if first { "d/f3.txt" } else { "d/f1.txt" };
        std::fs::create_dir_all(study.path("work/d")).unwrap();
        study.write(&format!("work/{name}"), "mine\n");
        // The second time, the run stops before anything runs.
        for _ in 0..2 {
            let ran = study.run(&["--set", number]);
            assert_eq!(ran.code, Some(4), "{}", ran.stderr);
            ran.finished.expect_said(&[name, "--replace"]);
            assert_eq!(study.output(name), "mine\n");
        }
        study.run(&["--set", number, "--replace"]).good();
        assert!(study.output(name).starts_with("made"));
        let again = study.run(&["--set", number]).good();
        assert!(again.stderr.contains("nothing to do"), "{}", again.stderr);
    }
}

#[test]
fn the_users_own_json_file_next_to_a_volume_is_no_sidecar_of_it() {
    let study = Study::new(
        "name: demo\nparams: { v: 1 }\nstages:\n  a: { run: \"sh -c 'echo ${v} >$0' ${out.x}\", out: { x: x.nii.gz } }\n",
    );
    study.run(&[]).good();
    study.write("work/x.json", "{\"note\": 1}");
    let again = study.run(&[]).good();
    assert!(again.stderr.contains("nothing to do"), "{}", again.stderr);
    for value in ["v=2", "v=3", "v=4"] {
        study.run(&["--set", value]).good();
        assert_eq!(study.output("x.json"), "{\"note\": 1}");
    }
}

/// Writes half an output, and the rest when the file `go` is there. The file `started` appears whole.
const HALVES: &str = r#"
name: demo
stages:
  a:
    run: sh -c 'echo half >$0; echo $$ >../number; mv ../number ../started; until [ -e ../go ]; do sleep 0.01; done; echo whole >$0' ${out.x}
    out: { x: x.txt }
"#;

fn signal(name: &str, process: &str) {
    let done = Command::new("kill").args([name, process]).status().unwrap();
    assert!(done.success());
}

#[test]
fn what_the_user_makes_of_the_output_of_a_stopped_task_stays() {
    let study = Study::new(HALVES);
    let engine = study.process("run", &[]).spawn().unwrap();
    wait_for(|| study.path("started").exists());
    signal("-INT", &engine.id().to_string());
    let ran = study.ran(&engine.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(130), "{}", ran.stderr);
    study.write("go", "");
    study.write("work/x.txt", "by hand\n");
    let ran = study.run(&[]);
    assert_eq!(ran.code, Some(4), "{}", ran.stderr);
    assert_eq!(study.output("x.txt"), "by hand\n");
    // What the task itself left may be replaced.
    study.write("work/x.txt", "half\n");
    study.run(&[]).good();
    assert_eq!(study.output("x.txt"), "whole\n");
}

#[test]
fn what_stands_at_an_output_after_a_killed_run_is_moved_aside() {
    let study = Study::new(HALVES);
    let mut engine = study.process("run", &[]).spawn().unwrap();
    wait_for(|| study.path("started").exists());
    engine.kill().unwrap();
    engine.wait().unwrap();
    let task = std::fs::read_to_string(study.path("started")).unwrap();
    signal("-KILL", task.trim());
    // Whether half an output or the user's own: the engine cannot know.
    study.write("work/x.txt", "by hand\n");
    study.write("go", "");
    let ran = study.run(&[]).good();
    assert_eq!(study.output("x.txt"), "whole\n");
    assert_eq!(study.output(".rsom/kept/x.txt"), "by hand\n");
    ran.finished
        .expect_said(&["x.txt was written while 'a' ran", ".rsom/kept/x.txt"]);
    let again = study.run(&[]).good();
    assert!(!again.stderr.contains("kept"), "{}", again.stderr);
}

/// Names as long as a file system allows, and a file where a folder of kept files must be: neither stops the next run.
#[test]
fn what_a_killed_run_left_is_moved_aside_whatever_was_moved_before() {
    let long = format!("{}.txt", "x".repeat(251));
    for path in ["d/x.txt", long.as_str()] {
        let study = Study::new(&HALVES.replace("x: x.txt", &format!("x: {path}")));
        std::fs::create_dir_all(study.path("work/.rsom/kept")).unwrap();
        let taken = if path == long { path } else { "d" };
        study.write(&format!("work/.rsom/kept/{taken}"), "kept before\n");
        let mut engine = study.process("run", &[]).spawn().unwrap();
        wait_for(|| study.path("started").exists());
        engine.kill().unwrap();
        engine.wait().unwrap();
        let task = std::fs::read_to_string(study.path("started")).unwrap();
        signal("-KILL", task.trim());
        study.write("go", "");
        let ran = study.run(&[]).good();
        ran.finished.expect_said(&[&format!(".rsom/kept/2/{path}")]);
        assert_eq!(study.output(path), "whole\n");
        assert_eq!(study.output(&format!(".rsom/kept/2/{path}")), "half\n");
        let before = study.output(&format!(".rsom/kept/{taken}"));
        assert_eq!(before, "kept before\n");
    }
}

/// The process of a task is known before it starts, so that the next run finds it.
#[test]
fn a_task_of_a_killed_run_is_stopped_even_if_nothing_noted_its_process() {
    if !cfg!(target_os = "linux") {
        return;
    }
    let study = Study::new(HALVES);
    let mut engine = study.process("run", &[]).spawn().unwrap();
    wait_for(|| study.path("started").exists());
    engine.kill().unwrap();
    engine.wait().unwrap();
    let running = study.path("work/.rsom/running");
    let notes: Vec<_> = std::fs::read_dir(&running).unwrap().collect();
    assert_eq!(notes.len(), 1, "one note for the run, none for its tasks");
    let task = std::fs::read_to_string(study.path("started")).unwrap();
    let environment = format!("/proc/{}/environ", task.trim());
    // A process that has ended and was not waited for has none.
    let is_alive = || std::fs::read(&environment).is_ok_and(|bytes| !bytes.is_empty());
    assert!(is_alive());
    std::fs::remove_file(study.path("started")).unwrap();
    let engine = study.process("run", &[]).spawn().unwrap();
    wait_for(|| study.path("started").exists());
    assert!(!is_alive());
    study.write("go", "");
    let ran = study.ran(&engine.wait_with_output().unwrap()).good();
    ran.finished
        .expect_said(&["stopping a task that a killed run left behind"]);
}

#[cfg(unix)]
#[test]
fn a_link_at_an_output_is_replaced_and_its_file_stays() {
    let study = Study::new(
        "name: demo\nparams: { v: 1 }\nstages:\n  a: { run: \"sh -c 'echo ${v} >$0' ${out.x}\", out: { x: x.txt } }\n",
    );
    study.run(&[]).good();
    study.write("precious.txt", "precious\n");
    std::fs::remove_file(study.path("work/x.txt")).unwrap();
    std::os::unix::fs::symlink("../precious.txt", study.path("work/x.txt")).unwrap();
    assert_eq!(study.run(&["--set", "v=2"]).code, Some(4));
    study.run(&["--set", "v=2", "--replace"]).good();
    assert_eq!(study.output("x.txt"), "2\n");
    let text = std::fs::read_to_string(study.path("precious.txt")).unwrap();
    assert_eq!(text, "precious\n");
}

#[test]
fn inputs_of_the_plan_and_files_of_other_pipelines_are_never_pruned() {
    let study = Study::new(
        "name: demo\nstages:\n  a: { run: \"sh -c 'echo a >$0' ${out.x}\", out: { x: x.txt } }\n  b: { run: \"cp ${in.x} ${out.y}\", in: { x: a.x }, out: { y: y.txt } }\n",
    );
    study.run(&[]).good();
    study.write(
        "p.yaml",
        "name: demo\nstages:\n  b: { run: \"cp ${in.x} ${out.y}\", in: { x: work/x.txt }, out: { y: y.txt } }\n",
    );
    for arguments in [&[][..], &["--prune"]] {
        let ran = study.run(arguments).good();
        assert!(!ran.stderr.contains("earlier runs"), "{}", ran.stderr);
        assert!(study.path("work/x.txt").exists());
    }
    study.write(
        "p.yaml",
        "name: other\nstages:\n  c: { run: \"sh -c 'echo c >$0' ${out.z}\", out: { z: z.txt } }\n",
    );
    let ran = study.run(&["--prune"]).good();
    assert!(!ran.stderr.contains("earlier runs"), "{}", ran.stderr);
    assert!(study.path("work/y.txt").exists());
}
