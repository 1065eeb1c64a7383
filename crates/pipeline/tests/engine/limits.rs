//! `limits:` of a step: tasks at the same time, threads, memory, time, new tries.

use std::time::{Duration, Instant};

use crate::study::Study;

/// Four tasks that note how many of them run.
const TOGETHER: &str = r#"
name: demo
stages:
  a:
    limits: { jobs: 2 }
    matrix: { n: [1, 2, 3, 4] }
    run: "sh -c 'mkdir ../run$0; ls -d ../run* | wc -l >$1; sleep 1; rmdir ../run$0' ${n} ${out.x}"
    out: { x: "a${n}.txt" }
  b: { uses: demo make, matrix: { n: [1, 2] }, with: { text: "${n}" }, out: { output: "b${n}.txt" } }
"#;

fn most_together(study: &Study) -> usize {
    let counts = (1..=4).map(|n| study.output(&format!("a{n}.txt")).trim().parse().unwrap());
    counts.max().unwrap()
}

#[test]
fn no_more_tasks_of_a_step_run_together_than_its_limit() {
    let study = Study::new(TOGETHER);
    study.run(&["-j", "4"]).good();
    assert_eq!(most_together(&study), 2);
    // A limit is no part of a task.
    study.edit("jobs: 2", "jobs: 1");
    let again = study.run(&[]).good();
    assert!(again.stderr.contains("nothing to do"), "{}", again.stderr);
}

#[test]
fn tasks_that_need_the_whole_memory_run_one_after_the_other() {
    let study = Study::new(TOGETHER);
    study.edit("jobs: 2", "memory_mib: 900000000");
    study.run(&["-j", "4"]).good();
    assert_eq!(most_together(&study), 1);
}

/// The records say that each task took all of the memory.
#[test]
fn auto_runs_as_many_tasks_as_their_memory_in_earlier_runs_allows() {
    let study = Study::new(TOGETHER);
    study.edit("limits: { jobs: 2 }", "limits: { retries: 0 }");
    study.run(&["-j", "4"]).good();
    assert_eq!(most_together(&study), 4);
    let records = study.output(".rsom/records.jsonl");
    let lines = records.lines().map(|line| {
        let mut record: serde_json::Value = serde_json::from_str(line).unwrap();
        record["peak_memory_mib"] = 900_000_000.into();
        format!("{record}\n")
    });
    study.write("work/.rsom/records.jsonl", &lines.collect::<String>());
    study.edit("sleep 1", "sleep 0.2");
    study.run(&["-j", "auto"]).good();
    assert_eq!(most_together(&study), 1);
    let ran = study.run(&["-j", "many"]);
    assert_eq!(ran.code, Some(2));
    ran.finished
        .expect_said(&["write a number from 1 to 1024, or auto"]);
}

#[test]
fn a_step_has_its_own_threads() {
    let study = Study::new(
        "name: demo\nstages:\n  a: { uses: demo make, limits: { threads: 7 }, out: { output: a.txt } }\n  b: { uses: demo make, out: { output: b.txt } }\n",
    );
    let ran = study.run(&["--threads", "2"]).good();
    assert_eq!(ran.calls, ["make a.txt threads=7", "make b.txt threads=2"]);
    std::fs::remove_dir_all(study.path("work")).unwrap();
    // An engine of a cluster gives a task its threads.
    let ran = study.command("task", &["a", "--threads", "3"]).good();
    assert_eq!(ran.calls, ["make a.txt threads=3"]);
}

#[test]
fn a_task_that_fails_now_and_then_is_tried_again() {
    let pipeline = "name: demo\nstages:\n  a: { limits: { retries: 2 }, run: \"sh -c 'echo x >>../tries; test $(wc -l <../tries) -ge 3 && echo done >$0' ${out.x}\", out: { x: a.txt } }\n";
    let study = Study::new(pipeline);
    let started = Instant::now();
    let ran = study.run(&[]).good();
    ran.finished.expect_said(&[
        "again in 1",
        "try 1 of 2",
        "again in 2",
        "try 2 of 2",
        "1 task run",
    ]);
    assert!(started.elapsed() > Duration::from_secs(3));
    assert_eq!(study.output("a.txt"), "done\n");
    // Not often enough.
    let study = Study::new(&pipeline.replace("retries: 2", "retries: 1"));
    let ran = study.run(&[]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    let tries = std::fs::read_to_string(study.path("tries")).unwrap();
    assert_eq!(tries.lines().count(), 2);
    // Bad input stays bad.
    let study = Study::new(
        "name: demo\nstages:\n  a: { limits: { retries: 5 }, uses: demo make, with: { fail: 3 }, out: { output: a.txt } }\n",
    );
    let ran = study.run(&[]);
    assert_eq!((ran.code, ran.calls.len()), (Some(3), 1), "{}", ran.stderr);
}

#[test]
fn limits_that_are_no_numbers_are_named() {
    let study = Study::new(
        "name: demo\nstages:\n  a: { limits: { jobs: 0, minutes: soon, memory: 1 }, uses: demo make, out: { output: a.txt } }\n",
    );
    let problems = study.problems().join("\n");
    for said in [
        "'jobs' must be a whole number from 1 to 1024",
        "'minutes' must be a whole number from 1",
        "memory",
    ] {
        assert!(problems.contains(said), "{said}: {problems}");
    }
}
