//! `rsom job` and `rsom export cwl`: tasks in folders of their own, whose records count in the study.

use serde_json::{Value, json};

use crate::study::Study;

const PIPELINE: &str = r#"name: demo
manifest: m.yaml
params: { text: "it's ${x}" }
stages:
  make: { uses: demo make, foreach: scan, with: { text: "$${x} é" }, out: { output: "a b/${scan.id}.txt" } }
  join: { uses: demo join, in: { input: make.output, extra: e.txt }, with: { word: "+" }, out: { output: join.txt } }
  fill: { uses: demo fill, with: { names: [x, y] }, out: { output: folder } }
  line: { run: "sh -c 'cat \"$0\" >\"$1\"' ${in.job} ${out.record}", in: { job: join.output }, out: { record: "line.txt" } }
"#;

fn study() -> Study {
    let study = Study::new(&PIPELINE.replace("params: { text: \"it's ${x}\" }\n", ""));
    study.write("e.txt", "extra");
    study
}

/// The workflow of a study, and what its steps get, in the order of the file.
fn exported(study: &Study) -> Value {
    study.command("export cwl", &["--output", "cwl"]).good();
    let text = std::fs::read_to_string(study.path("cwl/workflow.cwl")).unwrap();
    let yaml: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
    serde_json::to_value(yaml).unwrap()
}

/// Runs a step of a workflow as a runner would: in a folder of its own, with its inputs as files.
fn run_step(study: &Study, step: &Value, inputs: &Value, folder: &str) -> crate::study::Ran {
    let mut job = inputs.clone();
    job["job"] = step["in"]["job"]["default"].clone();
    study.write(&format!("{folder}/.rsom/job.json"), &job.to_string());
    study.command_in(folder, &["job", ".rsom/job.json", "--threads", "1"])
}

#[test]
fn a_task_in_a_folder_of_its_own_leaves_a_record_that_the_study_accepts() {
    let study = study();
    let workflow = exported(&study);
    let steps = &workflow["steps"];
    let make = &steps["make_p1"];
    assert_eq!(make["run"], "tools/make.cwl");
    run_step(&study, make, &json!({}), "one").good();
    let outputs: Value =
        serde_json::from_str(&std::fs::read_to_string(study.path("one/cwl.output.json")).unwrap())
            .unwrap();
    assert_eq!(outputs["output"]["path"], "a b/p1.txt");
    let fill = run_step(&study, &steps["fill"], &json!({}), "two").good();
    assert_eq!(fill.calls.len(), 1);
    // The last step puts them together.
    let gather = json!({
        "files": [
            { "class": "File", "path": study.path("one/a b/p1.txt") },
            { "class": "Directory", "path": study.path("two/folder") },
        ],
        "records": [
            { "class": "File", "path": study.path("one/.rsom/record.json") },
            { "class": "File", "path": study.path("two/.rsom/record.json") },
        ],
    });
    let places = json!({ "folder": "demo", "paths": ["a b/p1.txt", "folder"] });
    let step = json!({ "in": { "job": { "default": places.to_string() } } });
    run_step(&study, &step, &gather, "last").good();
    std::fs::rename(study.path("last/demo"), study.path("work")).unwrap();
    let plan = study.command("plan", &[]).good();
    for done in ["make p1", "fill"] {
        let line = plan
            .stdout
            .lines()
            .find(|line| line.contains(done))
            .unwrap();
        assert!(line.contains("up to date"), "{line}");
    }
    let ran = study.run(&[]).good();
    assert_eq!(ran.calls.len(), 6, "{:?}", ran.calls);
}

#[test]
fn a_workflow_names_each_input_and_the_names_that_cwl_has_taken() {
    let study = study();
    let workflow = exported(&study);
    let join = &workflow["steps"]["join"]["in"];
    let sources: Vec<&str> = join["input"]["source"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert_eq!(sources.len(), 6);
    assert_eq!(sources[0], "make_p1/output");
    assert_eq!(join["extra"]["source"], "file_1");
    let line = &workflow["steps"]["line"];
    assert_eq!(line["in"]["job_file"]["source"], "join/output");
    assert_eq!(line["out"], json!(["record_file", "record"]));
    let files: Value =
        serde_json::from_str(&std::fs::read_to_string(study.path("cwl/inputs.json")).unwrap())
            .unwrap();
    assert_eq!(
        files["file_1"]["path"],
        study.path("e.txt").display().to_string()
    );
}

#[test]
fn a_job_that_does_not_fit_ends_in_one_clear_line() {
    let study = study();
    let workflow = exported(&study);
    let join = workflow["steps"]["join"].clone();
    let file = |name: &str| json!({ "class": "File", "path": study.path(name) });
    let inputs = json!({ "input": [file("e.txt"), file("e.txt")], "extra": file("e.txt") });
    for (step, inputs, code, said) in [
        (json!({}), json!({}), 3, "it does not describe a job"),
        (
            json!({ "in": { "job": { "default": "{\"a\": 1}" } } }),
            json!({}),
            3,
            "it does not describe a job",
        ),
        (
            join.clone(),
            json!({ "input": "e.txt", "extra": file("e.txt") }),
            3,
            "neither a file nor a folder",
        ),
        (
            join.clone(),
            json!({ "input": [file("no.txt")], "extra": file("e.txt") }),
            2,
            "no.txt",
        ),
    ] {
        let ran = run_step(&study, &step, &inputs, "bad");
        assert_eq!(ran.code, Some(code), "{}", ran.stderr);
        ran.finished.expect_said(&[said]);
        assert!(!study.path("bad/cwl.output.json").exists());
    }
    // A machine with another revision.
    let mut other = join;
    let job = other["in"]["job"]["default"].as_str().unwrap();
    let job = job.replace("\"expect\":[", "\"expect\":[\"demo=0123\"");
    other["in"]["job"]["default"] = job.into();
    study.write("bad/.rsom/job.json", &{
        let mut inputs = inputs;
        inputs["job"] = other["in"]["job"]["default"].clone();
        inputs.to_string()
    });
    let mut engine = study.engine("bad", &["job", ".rsom/job.json"]);
    let output = engine.env("DEMO_REVISION", "4567").output().unwrap();
    let ran = study.ran(&output);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    ran.finished.expect_said(&[
        "demo has revision 4567 on this machine, but 0123 where the study was exported",
    ]);
}

/// The limits of a step hold in its jobs, too.
#[test]
fn a_job_that_fails_is_tried_again_as_often_as_its_step_declares() {
    let study = Study::new(
        "name: demo\nstages:\n  a: { run: \"./tool ${out.x}\", limits: { retries: 2, minutes: 3 }, out: { x: a.txt } }\n",
    );
    study.program(
        "tool",
        &format!(
            "#!/bin/sh\necho try >>{0}\n[ $(wc -l <{0}) -gt 1 ] || exit 1\necho done >$1\n",
            study.path("tries").display()
        ),
    );
    let workflow = exported(&study);
    let step = &workflow["steps"]["a"];
    run_step(&study, step, &json!({}), "one").good();
    let tries = std::fs::read_to_string(study.path("tries")).unwrap();
    assert_eq!(tries.lines().count(), 2);
    let tool = std::fs::read_to_string(study.path("cwl/tools/a.cwl")).unwrap();
    let tool: serde_yaml::Value = serde_yaml::from_str(&tool).unwrap();
    // Three tries of three minutes, and pauses of 1 s and 2 s.
    let limit = &tool["requirements"]["ToolTimeLimit"]["timelimit"];
    assert_eq!(limit.as_u64(), Some(543));
    // Without retries, the job says nothing of them.
    study.edit("retries: 2, ", "");
    let workflow = exported(&study);
    let job = workflow["steps"]["a"]["in"]["job"]["default"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        !job.contains("retries") && !job.contains("minutes"),
        "{job}"
    );
}
