//! `include:` and `defaults:`: what pipelines and steps share.

use crate::study::Study;

const SHARED: &str = r#"params: { text: shared, more: x, spare: 1 }
profiles: { quick: { text: fast } }
defaults:
  demo join: { with: { word: "-" }, in: { extra: e.txt }, limits: { threads: 2 } }
stages:
  make:
    uses: demo make
    foreach: scan
    with: { text: "${text} ${more}" }
    out: { output: "a/${scan.id}.txt" }
"#;

const PIPELINE: &str = r#"name: demo
manifest: m.yaml
include: lib/shared.yaml
params: { more: "y" }
profiles: { quick: { more: z } }
defaults:
  demo  join: { with: { word: "+" } }
stages:
  join: { uses: demo join, in: { input: make.output }, out: { output: join.txt } }
  other:
    uses: demo join
    in: { input: make.output, extra: join.output }
    with: { word: "-" }
    limits: { jobs: 1 }
    out: { output: other.txt }
"#;

fn study(pipeline: &str, shared: &str) -> Study {
    let study = Study::new(pipeline);
    study.write("lib/shared.yaml", shared);
    study.write("e.txt", "extra");
    study
}

#[test]
fn an_included_file_gives_params_profiles_defaults_and_steps() {
    let study = study(PIPELINE, SHARED);
    let ran = study.run(&[]).good();
    // A spare param of a shared file is no mistake.
    assert!(!ran.stderr.contains("spare"), "{}", ran.stderr);
    assert!(study.output("a/p1.txt").starts_with("shared y"));
    // The parameter of the pipeline's defaults, the input of the shared ones.
    let joined = study.output("join.txt");
    assert!(joined.contains("extra") && joined.contains('+'), "{joined}");
    let other = study.output("other.txt");
    assert!(
        other.contains(&joined) && !other.contains("extra extra"),
        "{other}"
    );
    study.run(&["--profile", "quick"]).good();
    assert!(study.output("a/p1.txt").starts_with("fast z"));
    assert_eq!(study.run(&["--profile", "quick"]).good().calls.len(), 0);
    study.write(
        "lib/shared.yaml",
        &SHARED.replace("threads: 2", "threads: 1"),
    );
    assert_eq!(study.run(&["--profile", "quick"]).good().calls.len(), 0);
}

#[test]
fn the_report_says_from_what_a_run_was_made() {
    let study = study(PIPELINE, SHARED);
    study.run(&["--set", "more=q"]).good();
    let report = study.report();
    let made_from = &report["study"];
    assert_eq!(made_from["pipeline"]["path"], "../p.yaml");
    assert_eq!(made_from["manifest"]["path"], "../m.yaml");
    assert_eq!(made_from["included"][0]["path"], "../lib/shared.yaml");
    assert_eq!(made_from["set"], serde_json::json!(["more=q"]));
    let sha256 = |name: &str| rsom_stage::fingerprint::of_path(&study.path(name)).unwrap();
    assert_eq!(made_from["pipeline"]["sha256"], sha256("p.yaml"));
    assert_eq!(
        made_from["included"][0]["sha256"],
        sha256("lib/shared.yaml")
    );
    let joined = &report["tasks"][6]["inputs"]["extra"][0]["path"];
    assert_eq!(joined, "../e.txt");
    // No folder of this machine.
    let here = study.path("").display().to_string();
    assert!(!study.output("run.json").contains(&here), "{here}");
    // A comment changes no task, and the report follows.
    study.write("p.yaml", &format!("# note\n{PIPELINE}"));
    let ran = study.run(&["--set", "more=q"]).good();
    assert!(ran.calls.is_empty() && ran.stderr.contains("nothing to do"));
    let now = study.report();
    assert_eq!(now["study"]["pipeline"]["sha256"], sha256("p.yaml"));
    assert_eq!(study.run(&["--set", "more=q"]).good().calls.len(), 0);
}

#[test]
fn mistakes_name_the_file_in_which_they_are() {
    for (pipeline, shared, expected) in [
        (PIPELINE, "", "p.yaml:3:1: include 'lib/shared.yaml': "),
        (PIPELINE, "params: [1", "lib/shared.yaml:"),
        (
            PIPELINE,
            "name: other\nstages: { make: { uses: demo make } }",
            "lib/shared.yaml:1:1: unknown key 'name'",
        ),
        (
            PIPELINE,
            &SHARED.replace("demo make", "demo mak"),
            "lib/shared.yaml:7:5: ",
        ),
        (
            PIPELINE,
            &SHARED.replace("word: \"-\"", "wort: 1"),
            "lib/shared.yaml:4:24: ",
        ),
        (
            PIPELINE,
            &SHARED.replace("  make:", "  join:"),
            "p.yaml:9:3: an included file has a step 'join', too; rename one",
        ),
        (
            &PIPELINE.replace(
                "include: lib/shared.yaml",
                "include: [lib/shared.yaml, lib/shared.yaml]",
            ),
            SHARED,
            "p.yaml:3:28: 'lib/shared.yaml' is included twice",
        ),
        (
            &PIPELINE.replace("demo  join", "join"),
            SHARED,
            "p.yaml:7:3: 'join' names no command of a stage, such as 'layerseg train'",
        ),
    ] {
        let study = study(pipeline, shared);
        if shared.is_empty() {
            std::fs::remove_file(study.path("lib/shared.yaml")).unwrap();
        }
        let problems = study.problems();
        let is_named = problems.iter().any(|problem| problem.starts_with(expected));
        assert!(is_named, "{expected}: {problems:?}");
    }
}

#[test]
fn defaults_that_no_step_uses_are_named() {
    let study = study(&PIPELINE.replace("demo  join", "demo joint"), SHARED);
    let plan = study.plan(&[], &[]).unwrap();
    let warnings: Vec<String> = plan.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    let said = "p.yaml:7:3: no step uses 'demo joint' (did you mean 'demo join'?)";
    assert!(warnings[0].ends_with(said), "{warnings:?}");
}
