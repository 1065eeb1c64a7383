//! `rsom task`, `rsom collect` and `rsom export`: a study whose tasks other engines start.

use std::process::Command;

use crate::study::Study;

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
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    ran.finished.expect_said(&["p3.txt: no such file"]);
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
    // An output that the user edited.
    std::fs::create_dir_all(study.path("work")).unwrap();
    study.write("work/ein gabe/é'p2.txt", "by hand");
    let ran = study.command("task", &["import p2"]);
    assert_eq!(ran.code, Some(4), "{}", ran.stderr);
    assert_eq!(study.output("ein gabe/é'p2.txt"), "by hand");
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
