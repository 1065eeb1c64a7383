//! `rsom task`, `rsom collect` and `rsom export`: a study whose tasks other engines start.

use std::process::Command;

use crate::study::{Study, wait_for};

/// Names with spaces, quotes, braces and letters outside of ASCII, and files in the way of each other's patterns.
const CHAIN: &str = r#"
name: demo
manifest: m.yaml
params: { text: "it's {a} $b", s: [0, "x y"] }
stages:
  import: { uses: demo make, foreach: scan, with: { text: "${text}" }, out: { output: "ein gabe/é'${scan.id}.txt" } }
  join: { uses: demo join, matrix: { s: "${s}" }, in: { input: import.output }, out: { output: "join {${s}}.txt" } }
  fill: { uses: demo fill, foreach: scan, in: {}, with: { names: [x, y] }, out: { output: "folder/${scan.id}" } }
  scan: { uses: demo scan, foreach: scan, with: { voxels: 2 }, out: { output: "ein gabe/é'${scan.id}_b.nii.gz" } }
  copy: { run: "cp ${in.a} ${out.b}", matrix: { s: "${s}" }, in: { a: join.output }, out: { b: "copy/${s}.txt" } }
  table: { uses: demo join, in: { input: join.output, extra: copy.b }, out: { output: table.txt } }
"#;

/// The same, without an input that a step does not have.
fn study() -> Study {
    Study::new(
        &CHAIN
            .replace("in: {}, ", "")
            .replace("join.output, extra: copy.b", "copy.b"),
    )
}

fn is_up_to_date(study: &Study) {
    let again = study.run(&[]).good();
    assert!(again.calls.is_empty(), "{:?}", again.calls);
    assert!(
        again.stderr.contains("nothing to do: 23 tasks"),
        "{}",
        again.stderr
    );
    assert_eq!(study.report()["state"], "done");
}

#[test]
fn tasks_that_workers_ran_are_done_for_the_next_run() {
    let study = study();
    study.command("task", &["import p1", "import p2"]).good();
    let ran = study.command("task", &["import p1"]).good();
    assert!(
        ran.calls.is_empty() && ran.stderr.contains("nothing to do"),
        "{}",
        ran.stderr
    );
    // What it needs is not there.
    let ran = study.command("task", &["join s=0"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    ran.finished
        .expect_said(&["'join s=0' needs 'import p3'", "(new)"]);
    let ran = study.command("collect", &[]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    ran.finished.expect_said(&["21 of 23 tasks are not done"]);
    let list: Vec<String> = (3..=6).map(|n| format!("import p{n}")).collect();
    study.write("list", &(list.join("\n") + "\n"));
    for part in ["1/2", "2/2"] {
        let ran = study
            .command("task", &["--list", "list", "--part", part])
            .good();
        assert_eq!(ran.calls.len(), 2, "{:?}", ran.calls);
    }
    // Two tasks, the second after the first, whatever their order.
    let ran = study.command("task", &["copy s=0", "join s=0"]).good();
    assert_eq!(ran.calls.len(), 1, "{:?}", ran.calls);
    let ran = study.run(&[]).good();
    assert_eq!(ran.calls.len(), 14, "{:?}", ran.calls);
    is_up_to_date(&study);
    study.command("collect", &[]).good();
}

#[test]
fn a_worker_refuses_what_it_should() {
    let study = study();
    for (arguments, said) in [
        (
            &["import p9"][..],
            "there is no task 'import p9'; if the pipeline was changed, export it again",
        ),
        (
            &["--list", "p.yaml", "--part", "4/3"],
            "write a part such as 3/40",
        ),
        (&[], "required"),
    ] {
        let ran = study.command("task", arguments);
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
        ran.finished.expect_said(&[said]);
    }
    let revised = |revision: &str| {
        let mut process = study.process("task", &["import p1", "--expect", "demo=aaaa"]);
        study.ran(&process.env("DEMO_REVISION", revision).output().unwrap())
    };
    let ran = revised("bbbb");
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    ran.finished.expect_said(&[
        "demo has revision bbbb on this machine, but aaaa where the study was exported",
    ]);
    revised("aaaa").good();
    let ran = study.command("task", &["import p1", "--expect", "demo"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    // An output that the user edited.
    std::fs::create_dir_all(study.path("work")).unwrap();
    study.write("work/ein gabe/é'p2.txt", "by hand");
    let ran = study.command("task", &["import p2"]);
    assert_eq!(ran.code, Some(4), "{}", ran.stderr);
    assert_eq!(study.output("ein gabe/é'p2.txt"), "by hand");
}

/// What a task needs was made with another value, or edited since.
#[test]
fn a_worker_computes_nothing_from_old_inputs() {
    let study = Study::new(
        "name: demo\nparams: { v: 1 }\nstages:\n  one: { uses: demo make, with: { text: \"${v}\" }, out: { output: one.txt } }\n  two: { uses: demo join, in: { input: one.output }, out: { output: two.txt } }\n",
    );
    study.run(&[]).good();
    let ran = study.command("task", &["two", "--set", "v=2"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    ran.finished.expect_said(&[
        "'two' needs 'one'",
        "parameters changed: text \"1\" → \"2\"",
    ]);
    study.write("work/one.txt", "by hand");
    let ran = study.command("task", &["two"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    ran.finished.expect_said(&["output altered: one.txt"]);
}

/// Makes a folder and a file, and waits.
const SLOW: &str = r#"
name: demo
params: { s: 5 }
stages:
  f: { run: "sh -c 'mkdir -p $0; echo theirs >$0/notes; echo a >$0/a; sleep ${s}' ${out.o}", out: { o: "fo/" } }
  g: { run: "sh -c 'echo half >$0; sleep ${s}; echo whole >$0' ${out.o}", out: { o: g.txt } }
"#;

/// Starts a worker, and kills it when its task has begun.
fn killed_worker(study: &Study, task: &str, begun: &str) {
    let mut worker = study.process("task", &[task]).spawn().unwrap();
    wait_for(|| study.path(begun).exists());
    worker.kill().unwrap();
    worker.wait().unwrap();
}

#[test]
fn what_a_killed_worker_left_is_settled_by_the_next_one() {
    let study = Study::new(SLOW);
    killed_worker(&study, "g", "work/g.txt");
    study.write("work/g.txt", "precious");
    // Also by a worker of a task of another value.
    study.command("task", &["g", "--set", "s=0"]).good();
    assert_eq!(study.output("g.txt"), "whole\n");
    assert_eq!(study.output(".rsom/kept/g.txt"), "precious");
    // A file of the user in an output folder comes back; the task refuses to write over it, as at any time.
    std::fs::create_dir(study.path("work/fo")).unwrap();
    study.write("work/fo/notes", "mine");
    killed_worker(&study, "f", "work/fo/a");
    let ran = study.command("task", &["f", "--set", "s=0"]);
    assert_eq!(ran.code, Some(4), "{}", ran.stderr);
    assert_eq!(study.output("fo/notes"), "mine");
    std::fs::remove_file(study.path("work/fo/notes")).unwrap();
    killed_worker(&study, "f", "work/fo/a");
    study.command("task", &["f", "--set", "s=0"]).good();
    let again = study.run(&["--set", "s=0"]).good();
    assert!(again.stderr.contains("nothing to do"), "{}", again.stderr);
}

#[test]
fn two_workers_never_run_the_same_task() {
    let study = Study::new(SLOW);
    std::fs::create_dir_all(study.path("work/fo")).unwrap();
    study.write("work/fo/notes", "mine");
    let first = study
        .process("task", &["f", "--set", "s=4"])
        .spawn()
        .unwrap();
    wait_for(|| study.path("work/fo/a").exists());
    let second = study.command("task", &["f", "--set", "s=4"]);
    // The first has ended by now, and the second met the same.
    let first = study.ran(&first.wait_with_output().unwrap());
    for ran in [&first, &second] {
        assert_eq!(ran.code, Some(4), "{}", ran.stderr);
    }
    let waited = "waiting for another job, which runs 'f'";
    second.finished.expect_said(&[waited]);
    assert_eq!(study.output("fo/notes"), "mine");
}

/// Adds a line to a file for each time that it runs.
const COUNTED: &str = r#"
name: demo
stages:
  a: { run: "sh -c 'echo a >>../count; sleep 1; echo a >$0' ${out.o}", out: { o: a.txt } }
  b: { run: "sh -c 'echo b >>../count; sleep 1; echo b >$0' ${out.o}", out: { o: b.txt } }
  c: { run: "sh -c 'echo c >>../count; sleep 1; echo c >$0' ${out.o}", out: { o: c.txt } }
"#;

/// Jobs of two submissions at the same time: no task runs twice, none waits for ever, and the first of their last jobs waits, too.
#[test]
fn jobs_of_two_submissions_wait_for_each_other() {
    let study = Study::new(COUNTED);
    let jobs = [
        ("task", vec!["a", "b"]),
        ("task", vec!["c", "b"]),
        ("task", vec!["b", "a"]),
        ("task", vec!["c", "a"]),
    ];
    let start =
        |(command, words): &(&str, Vec<&str>)| study.process(command, words).spawn().unwrap();
    let running: Vec<_> = jobs.iter().map(start).collect();
    wait_for(|| study.path("count").exists());
    study.command("collect", &[]).good();
    for job in running {
        study.ran(&job.wait_with_output().unwrap()).good();
    }
    let mut count: Vec<String> = (std::fs::read_to_string(study.path("count"))
        .unwrap()
        .lines())
    .map(str::to_owned)
    .collect();
    count.sort();
    assert_eq!(count, ["a", "b", "c"]);
    assert_eq!(study.report()["state"], "done");
}

#[test]
fn a_failure_of_a_worker_is_known() {
    let study = Study::new(
        "name: demo\nstages:\n  a: { uses: demo make, with: { fail: 5 }, out: { output: a.txt } }\n  b: { uses: demo join, in: { input: { from: a.output, missing: leave_out } }, out: { output: b.txt } }\n",
    );
    assert_eq!(study.command("task", &["a"]).code, Some(1));
    let status = study.command("status", &[]).good();
    assert!(
        status
            .printed()
            .contains("a          1           0       1"),
        "{}",
        status.printed()
    );
    let said = study.command("explain", &["a"]).good().printed().to_owned();
    assert!(said.contains("failed      exit code 5"), "{said}");
    // Nothing is left for this task: it has no output, and is not done.
    assert_eq!(study.command("task", &["b"]).code, Some(1));
    assert_eq!(study.command("collect", &[]).code, Some(1));
    assert_eq!(study.report()["tasks"][0]["state"], "failed");
}

#[test]
fn an_export_overwrites_no_folder_of_the_user() {
    let study = study();
    std::fs::create_dir(study.path("mine")).unwrap();
    study.write("mine/notes.txt", "mine");
    for engine in ["snakemake", "slurm"] {
        let export = |folder: &str| {
            let mut process = study.process("export", &[]);
            let words = [
                "export",
                engine,
                "p.yaml",
                "--workdir",
                "work",
                "--output",
                folder,
            ];
            process.env("RSOM_ENGINE_ARGUMENTS", words.join("\n"));
            study.ran(&process.output().unwrap())
        };
        if engine == "snakemake" {
            let ran = export("out");
            assert_eq!(ran.code, Some(2), "{}", ran.stderr);
            ran.finished
                .expect_said(&["'join {0}.txt': Snakemake reads text in braces as a wildcard"]);
            assert!(!study.path("out").exists());
            study.edit("join {${s}}", "join ${s}");
        }
        let ran = export("mine");
        assert_eq!(ran.code, Some(4), "{}", ran.stderr);
        ran.finished
            .expect_said(&["neither empty nor an earlier export"]);
        export("out").good();
        export("out").good();
        std::fs::remove_dir_all(study.path("out")).unwrap();
    }
}

/// The scripts of Slurm, run one after the other by a shell instead of Slurm.
#[test]
fn the_jobs_of_slurm_do_the_whole_study() {
    let study = study();
    let mut process = study.process("export", &[]);
    let words = [
        "export",
        "slurm",
        "p.yaml",
        "--workdir",
        "work",
        "--output",
        "jo bs",
        "--minutes",
        "3",
    ];
    process.env("RSOM_ENGINE_ARGUMENTS", words.join("\n"));
    study.ran(&process.output().unwrap()).good();
    // A program that hands its arguments to the engine in this test binary.
    let engine = std::env::current_exe().unwrap();
    study.program(
        "rsom",
        &format!(
            "#!/bin/sh\nRSOM_ENGINE_ARGUMENTS=$(printf '%s\\n' \"$@\") exec {} --exact study::the_engine_as_a_process --nocapture\n",
            engine.display()
        ),
    );
    // What sbatch would do: it prints the number of the job, and runs each element of the array.
    study.program(
        "sbatch",
        "#!/bin/sh\nlast=0\nfor word in \"$@\"; do\n  case $word in --array=0-*) last=${word#--array=0-} ;; --dependency=*) echo \"$word\" >>depends ;; esac\n  script=$word\ndone\n\
         n=0\nwhile [ $n -le $last ]; do SLURM_ARRAY_TASK_ID=$n sh \"$script\" >>log 2>&1 || exit 1; n=$((n+1)); done\n\
         echo x >>jobs\necho \"$(wc -l <jobs);cluster\"\n",
    );
    let path = format!(
        "{}:{}",
        study.path("").display(),
        std::env::var("PATH").unwrap()
    );
    let output = Command::new("sh")
        .args(["jo bs/submit.sh", "--partition=cpu"])
        .current_dir(study.path(""))
        .env("PATH", path)
        .env("RSOM", study.path("rsom"))
        .env("DEMO_CALLS", study.path("calls"))
        .output()
        .unwrap();
    let log = std::fs::read_to_string(study.path("log")).unwrap_or_default();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{log}");
    let depends = std::fs::read_to_string(study.path("depends")).unwrap();
    assert_eq!(
        depends,
        "--dependency=afterok:1\n--dependency=afterok:2\n--dependency=afterok:5\n--dependency=afterany:1:2:3:4:5:6\n"
    );
    let calls = std::fs::read_to_string(study.path("calls")).unwrap();
    assert_eq!(calls.lines().count(), 21);
    assert_eq!(study.report()["state"], "done");
    is_up_to_date(&study);
}

/// Holds the lock of the folder, as a process that wrote this text into it.
fn held(study: &Study, text: &str) -> std::fs::File {
    study.write("work/.rsom/lock", text);
    let mut options = std::fs::File::options();
    let path = study.path("work/.rsom/lock");
    let file = options.read(true).write(true).open(path).unwrap();
    file.lock().unwrap();
    file
}

#[test]
fn a_job_waits_for_the_last_job_of_an_earlier_submission_and_for_no_run() {
    let study = study();
    study.command("task", &["import p1"]).good();
    let lock = held(&study, "17\n");
    let ran = study.command("task", &["import p2"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    ran.finished
        .expect_said(&["a run uses this folder (process 17)"]);
    drop(lock);
    let lock = held(&study, "17 collects\n");
    let mut job = study.process("task", &["import p2"]).spawn().unwrap();
    // Longer than it is kept out by a run.
    std::thread::sleep(std::time::Duration::from_millis(2500));
    assert!(job.try_wait().unwrap().is_none(), "it does not wait");
    drop(lock);
    let ran = study.ran(&job.wait_with_output().unwrap()).good();
    assert_eq!(ran.stderr.matches("waiting for 'rsom collect'").count(), 1);
    assert!(study.path("work/ein gabe/é'p2.txt").exists());
    // The collector waits for jobs, but for no run, and says what is in its way.
    let lock = held(&study, "17\n");
    let ran = study.command("collect", &[]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    drop(lock);
}
