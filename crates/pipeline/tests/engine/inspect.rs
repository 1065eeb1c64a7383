//! The commands that look at a plan: `plan --json`, `explain`, `log`, `graph`, `clean`, and a study that is verified.

use serde_json::Value;

use crate::study::{Ran, Study};

const CHAIN: &str = r#"
name: demo
manifest: m.yaml
params: { text: it's }
stages:
  import: { uses: demo make, foreach: scan, with: { text: "${text}" }, out: { output: "in put/${scan.id}.txt" } }
  join: { uses: demo join, in: { input: import.output }, out: { output: all.txt } }
"#;

fn json(ran: &Ran) -> Value {
    serde_json::from_str(ran.printed()).unwrap()
}

#[test]
fn a_plan_as_json_says_what_would_run_and_how() {
    let study = Study::new(CHAIN);
    let plan = json(&study.command("plan", &["--json"]).good());
    assert_eq!(plan["pipeline"], "demo");
    assert_eq!(plan["tasks"].as_array().unwrap().len(), 7);
    let first = &plan["tasks"][0];
    assert_eq!(
        (&first["state"], &first["reason"]),
        (&"run".into(), &"new".into())
    );
    let command = first["command"].as_str().unwrap();
    assert!(
        command.contains("demo make --output 'in put/p1.txt' --text 'it'\\''s'"),
        "{command}"
    );
    let last = &plan["tasks"][6];
    assert_eq!(last["state"], "wait");
    assert_eq!(last["needs"].as_array().unwrap().len(), 6);
    assert_eq!(last["inputs"]["input"][5], "in put/p6.txt");
    study.run(&[]).good();
    let plan = json(&study.command("plan", &["--json", "--only", "join"]).good());
    assert_eq!(plan["tasks"].as_array().unwrap().len(), 1);
    assert_eq!(plan["tasks"][0]["state"], "up_to_date");
}

#[test]
fn a_task_is_explained_before_and_after_its_run() {
    let study = Study::new(CHAIN);
    let before = study.command("explain", &["join"]).good();
    for said in [
        "waits for 'import p1'",
        "not known before",
        "import p6",
        "no task",
    ] {
        assert!(
            before.printed().contains(said),
            "{said}: {}",
            before.printed()
        );
    }
    study.run(&[]).good();
    // By words, by label, by output.
    for words in [
        &["import", "p2"][..],
        &["p2"],
        &["import p2"],
        &["in put/p2.txt"],
    ] {
        let said = study.command("explain", words).good().printed().to_owned();
        assert!(
            said.starts_with("import p2\n  state       up to date\n"),
            "{said}"
        );
        for part in [
            "text  it's  (pipeline)",
            "(default)",
            "needed by   join",
            "all.rsom/logs",
        ] {
            let part = part.strip_prefix("all").unwrap_or(part);
            assert!(said.contains(part), "{part}: {said}");
        }
    }
    let explained = json(&study.command("explain", &["join", "--json"]).good());
    let record = &study.report()["tasks"][6];
    assert_eq!(explained["identity"], record["identity"]);
    assert_eq!(explained["inputs"]["input"][0]["task"], "import p1");
    assert_eq!(
        explained["inputs"]["input"][0]["sha256"],
        record["inputs"]["input"][0]["sha256"]
    );
    assert_eq!(
        explained["outputs"]["output"]["sha256"],
        record["outputs"]["output"]["sha256"]
    );
}

#[test]
fn a_task_that_must_run_is_explained_by_the_reason() {
    let study = Study::new(CHAIN);
    study.run(&[]).good();
    study.write("work/all.txt", "by hand");
    let said = study
        .command("explain", &["join"])
        .good()
        .printed()
        .to_owned();
    assert!(said.contains("runs: output altered: all.txt"), "{said}");
    assert!(
        said.contains("edited      all.txt: no run wrote this"),
        "{said}"
    );
    let said = study
        .command("explain", &["p2", "--set", "text=b"])
        .good()
        .printed()
        .to_owned();
    assert!(
        said.contains("runs: parameters changed: text \"it's\" → \"b\""),
        "{said}"
    );
}

#[test]
fn a_task_that_is_none_or_many_is_refused() {
    let study = Study::new(CHAIN);
    for command in ["explain", "log"] {
        let ran = study.command(command, &["import"]);
        assert_eq!(ran.code, Some(2));
        ran.finished
            .expect_said(&["'import' fits 6 tasks, such as 'import p1', 'import p2', 'import p3'"]);
        let ran = study.command(command, &["imprt", "p1"]);
        assert_eq!(ran.code, Some(2));
        ran.finished.expect_said(&["did you mean 'import p1'?"]);
    }
}

#[test]
fn a_log_is_printed_as_it_is() {
    let study = Study::new(CHAIN);
    let ran = study.command("log", &["import", "p1"]);
    assert_eq!(ran.code, Some(3));
    ran.finished.expect_said(&["'import p1' has not run here"]);
    study.run(&[]).good();
    let said = study
        .command("log", &["import", "p1"])
        .good()
        .printed()
        .to_owned();
    assert_eq!(said, study.output(".rsom/logs/import,p1.log"));
    assert!(
        said.starts_with("$ ") && said.contains("\"command\": \"make\""),
        "{said}"
    );
}

#[test]
fn a_graph_shows_steps_or_tasks() {
    let study = Study::new(CHAIN);
    let said = study.command("graph", &[]).good().printed().to_owned();
    assert_eq!(
        said,
        "flowchart LR\n  n0[\"import<br/>demo make × 6\"]\n  n1[\"join<br/>demo join\"]\n  n0 --> n1\n"
    );
    let said = study
        .command("graph", &["--tasks", "--format", "dot"])
        .good()
        .printed()
        .to_owned();
    assert!(
        said.contains("n0 [label=\"import p1\\ndemo make\"]"),
        "{said}"
    );
    assert!(said.contains("n5 -> n6;"), "{said}");
    let said = study
        .command("graph", &["--format", "svg"])
        .good()
        .printed()
        .to_owned();
    assert_eq!(said.matches("<text").count(), 4, "{said}");
    assert_eq!(said.matches("marker-end").count(), 1, "{said}");
    let said = study
        .command("graph", &["--tasks", "--where", "scan=p2"])
        .good()
        .printed()
        .to_owned();
    assert_eq!(said.matches("[\"").count(), 1, "{said}");
}

#[test]
fn what_is_left_over_is_listed_first_and_removed_if_asked() {
    let study = Study::new(CHAIN);
    study.run(&[]).good();
    study.edit("in put/", "input/");
    study.run(&[]).good();
    study.write("work/in put/p6.txt", "by hand");
    let said = study.command("clean", &[]).good().printed().to_owned();
    assert!(said.contains("left over  in put/p1.txt\n"), "{said}");
    assert!(
        said.contains("edited, stays  in put/p6.txt\n5 files, "),
        "{said}"
    );
    assert!(study.path("work/in put/p1.txt").exists());
    let said = study
        .command("clean", &["--remove"])
        .good()
        .printed()
        .to_owned();
    assert!(said.ends_with("5 files removed\n"), "{said}");
    assert!(!study.path("work/in put/p1.txt").exists());
    assert_eq!(study.output("in put/p6.txt"), "by hand");
    assert!(study.path("work/input/p1.txt").exists());
    // Of the pipeline under another name.
    study.edit("name: demo", "name: other");
    study.edit("output: all.txt", "output: other.txt");
    let ran = study.command("clean", &[]).good();
    let said = "files in this folder are of the pipeline 'demo'";
    assert!(ran.stderr.contains(said), "{}", ran.stderr);
    assert!(
        ran.printed().contains("nothing is left over"),
        "{}",
        ran.stdout
    );
    let said = study
        .command("clean", &["--all"])
        .good()
        .printed()
        .to_owned();
    assert!(said.contains("left over  all.txt\n"), "{said}");
    assert!(!said.contains("left over  input/p1.txt"), "{said}");
}

/// A file with another content and the same size, times and inode, as after a fault of the disk.
#[test]
fn verify_reads_what_a_run_takes_for_unchanged() {
    let study = Study::new(CHAIN);
    study.run(&[]).good();
    let plan = study.plan(&[], &[]).unwrap();
    assert_eq!(plan.verify().unwrap(), rsom_stage::ExitCode::Done);
    // The user edits an output, and the cache knows the new file under the hash of the old one.
    let report = study.report();
    let old = report["tasks"][6]["outputs"]["output"]["sha256"]
        .as_str()
        .unwrap();
    study.write("work/all.txt", "other");
    assert_eq!(study.run(&[]).code, Some(4));
    let cache = study.path("work/.rsom/hashes.json");
    let text = std::fs::read_to_string(&cache).unwrap();
    let new = rsom_stage::fingerprint::of_bytes(b"other");
    assert!(text.contains(&new), "{text}");
    std::fs::write(&cache, text.replace(&new, old)).unwrap();
    let plan = study.command("plan", &[]).good();
    assert!(
        plan.printed().contains("up to date  join"),
        "{}",
        plan.printed()
    );
    let fault = study.plan(&[], &[]).unwrap().verify().unwrap_err();
    assert!(
        fault
            .to_string()
            .contains("1 of 7 tasks are not up to date"),
        "{fault}"
    );
    // The cache is right again.
    assert_eq!(study.run(&[]).code, Some(4));
}
