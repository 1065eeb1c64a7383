//! The tasks of a step, and the outputs of other steps that they take.

use std::collections::BTreeSet;

use rsom_pipeline::{InputFile, Plan, Task};

use crate::study::Study;

const CROSS_VALIDATION: &str = r#"
name: demo
manifest: m.yaml
params:
  net: [unet, fcn]
  s: [0, 10]
stages:
  make:
    uses: demo make
    foreach: scan
    where: { split: train }
    with: { text: "${scan.id}" }
    out: { output: "scans/${scan.id}.txt" }
  train:
    uses: demo join
    matrix:
      net: ${net}
      s: ${s}
      fold: [0, 1, 2]
    in:
      input: { from: make.output, where: { scan.fold: { not: "${fold}" } } }
    out: { output: "train/${net}-s${s}-fold${fold}.txt" }
  predict:
    uses: demo join
    foreach: scan
    where: { split: train }
    matrix: { net: "${net}", s: "${s}" }
    in:
      input: make.output
      extra: { from: train.output, where: { fold: "${scan.fold}" } }
    out: { output: "predict/${scan.id}-${net}-${s}.txt" }
  table:
    uses: demo join
    in: { input: predict.output }
    out: { output: table.txt }
"#;

fn task<'a>(plan: &'a Plan, label: &str) -> &'a Task {
    let labels: Vec<&str> = plan.tasks.iter().map(|t| t.label.as_str()).collect();
    let index = labels.iter().position(|l| *l == label);
    assert!(index.is_some(), "no task '{label}' among {labels:#?}");
    &plan.tasks[index.unwrap()]
}

fn taken(plan: &Plan, label: &str, port: &str) -> Vec<String> {
    let task = task(plan, label);
    let input = task.inputs.iter().find(|input| input.port == port).unwrap();
    let path = |file: &InputFile| plan.path_of(file).unwrap().to_string_lossy().into_owned();
    input.files.iter().map(path).collect()
}

#[test]
fn tasks_are_scans_times_factors() {
    let plan = Study::new(CROSS_VALIDATION).plan(&[], &[]).unwrap();
    let count = |step: &str| plan.tasks.iter().filter(|t| t.step == step).count();
    assert_eq!(
        ["make", "train", "predict", "table"].map(count),
        [4, 2 * 2 * 3, 4 * 2 * 2, 1]
    );
    // The first factor varies slowest.
    let labels: Vec<&str> = plan.tasks.iter().map(|t| t.label.as_str()).collect();
    assert_eq!(
        labels[4..8],
        [
            "train net=unet s=0 fold=0",
            "train net=unet s=0 fold=1",
            "train net=unet s=0 fold=2",
            "train net=unet s=10 fold=0",
        ]
    );
}

#[test]
fn dimensions_of_the_other_step_are_gathered_in_the_order_of_the_manifest() {
    let plan = Study::new(CROSS_VALIDATION).plan(&[], &[]).unwrap();
    assert_eq!(
        taken(&plan, "train net=fcn s=10 fold=0", "input"),
        ["scans/p2.txt", "scans/p3.txt"]
    );
    assert_eq!(
        taken(&plan, "train net=unet s=0 fold=1", "input"),
        ["scans/p1.txt", "scans/p3.txt", "scans/p4.txt"]
    );
    let table = taken(&plan, "table", "input");
    assert_eq!(table.len(), 16);
    assert_eq!(
        table[..3],
        [
            "predict/p1-unet-0.txt",
            "predict/p1-unet-10.txt",
            "predict/p1-fcn-0.txt"
        ]
    );
}

#[test]
fn shared_dimensions_are_matched_and_a_condition_takes_the_place_of_matching() {
    let study = Study::new(CROSS_VALIDATION);
    let plan = study.plan(&[], &[]).unwrap();
    let label = "predict p3 net=fcn s=10";
    assert_eq!(taken(&plan, label, "input"), ["scans/p3.txt"]);
    assert_eq!(taken(&plan, label, "extra"), ["train/fcn-s10-fold2.txt"]);
    // The baseline s = 0 for every s; all scans of the same side for each scan.
    study.edit(
        "where: { fold: \"${scan.fold}\" }",
        "where: { fold: \"${scan.fold}\", s: 0 }",
    );
    study.edit(
        "input: make.output",
        "input: { from: make.output, where: { scan.side: \"${scan.side}\" } }",
    );
    let plan = study.plan(&[], &[]).unwrap();
    assert_eq!(taken(&plan, label, "extra"), ["train/fcn-s0-fold2.txt"]);
    assert_eq!(
        taken(&plan, label, "input"),
        ["scans/p1.txt", "scans/p3.txt"]
    );
}

#[test]
fn tasks_with_similar_factors_have_different_labels_and_logs() {
    let study = Study::new(
        "name: demo\nstages:\n  a:\n    uses: demo make\n    \
         matrix: { one: ['1', '1 two=2'], two: ['2 two=2', '2', ''] }\n    \
         with: { text: \"${one} ${two}\" }\n    out: { output: \"${one}/x${two}.txt\" }\n",
    );
    study.run(&[]).good();
    let report = study.report();
    let tasks = report["tasks"].as_array().unwrap();
    for key in ["task", "log"] {
        let names: BTreeSet<&str> = tasks.iter().map(|t| t[key].as_str().unwrap()).collect();
        assert_eq!(names.len(), 2 * 3, "{names:#?}");
    }
    assert_eq!(tasks[0]["task"], "a one=1 two=\"2 two=2\"");
    assert_eq!(tasks[5]["task"], "a one=\"1 two=2\" two=\"\"");
}

#[test]
fn params_can_be_set_and_keep_their_types() {
    let study = Study::new(CROSS_VALIDATION);
    let plan = study.plan(&["s=[0.5]", "net=unet"], &[]).unwrap();
    assert_eq!(plan.tasks.len(), 4 + 3 + 4 + 1);
    assert_eq!(task(&plan, "train net=unet s=0.5 fold=2").factors[1].1, 0.5);
    let problems = study
        .plan(&["S=1", "s", "s=[", "net=a", "net=b"], &[])
        .unwrap_err();
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(lines.len(), 4, "{lines:#?}");
    assert!(
        lines.contains(&"--set S=1: the pipeline has no param 'S' (did you mean 's'?)".to_owned())
    );
    assert!(lines.contains(&"--set s: write NAME=VALUE".to_owned()));
}

#[test]
fn conditions_hold_for_a_value_a_list_and_their_negation() {
    let study = Study::new(
        "name: demo\nmanifest: m.yaml\nstages:\n  make:\n    uses: demo make\n    foreach: scan\n    \
         where: WHERE\n    out: { output: \"${scan.id}\" }\n",
    );
    let text = std::fs::read_to_string(study.path("p.yaml")).unwrap();
    for (condition, expected) in [
        ("{ split: test }", "p5 p6"),
        ("{ fold: [0, 2] }", "p1 p3 p4"),
        ("{ fold: { not: 0 } }", "p2 p3 p5 p6"),
        ("{ scan.fold: null }", "p5 p6"),
        ("{ fold: { not: [0, null] } }", "p2 p3"),
        ("{ fold: \"0\", side: { not: left } }", "p4"),
    ] {
        study.write("p.yaml", &text.replace("WHERE", condition));
        let plan = study.plan(&[], &[]).unwrap();
        let scans: Vec<&str> = plan
            .tasks
            .iter()
            .filter_map(|t| t.scan.as_deref())
            .collect();
        assert_eq!(scans.join(" "), expected, "{condition}");
    }
}

const FILES: &str = r#"
name: demo
manifest: m.yaml
stages:
  each:
    uses: demo join
    foreach: scan
    in: { input: "${scan.files.note}", extra: scan.files.note }
    out: { output: "${scan.id}.txt" }
  pages:
    uses: demo join
    foreach: scan
    in: { input: "${scan.files.page}" }
    out: { output: "${scan.id}-pages.txt" }
  all:
    uses: demo join
    in:
      input: [scan.files.page, { from: scan.files.note, where: { scan.subject: b } }, p.yaml]
    out: { output: all.txt }
"#;

/// Two scans, each with one file `note` and two files `page`, all with the content `x`.
fn with_files() -> Study {
    let study = Study::new(FILES);
    let hash = rsom_stage::fingerprint::of_bytes(b"x");
    let file = |name: &str| {
        study.write(&format!("data/{name}"), "x");
        format!("{{path: {name}, sha256: {hash}}}")
    };
    let scan = |id: &str, subject: &str| {
        let (note, first, second) = (file("note"), file("page1"), file("page2"));
        format!(
            "  - {{id: {id}, subject: {subject}, files: {{note: [{note}], page: [{first}, {second}]}}}}\n"
        )
    };
    let scans = scan("p1", "a") + &scan("p2", "b");
    study.write("m.yaml", &format!("name: m\nroot: data\nscans:\n{scans}"));
    study
}

#[test]
fn files_of_the_manifest_go_in_by_role() {
    let study = with_files();
    let plan = study.plan(&[], &[]).unwrap();
    let folder = study.path("").to_string_lossy().into_owned();
    let names: Vec<String> = taken(&plan, "all", "input")
        .iter()
        .map(|path| path.replace(&folder, ""))
        .collect();
    let pages = ["data/page1", "data/page2"];
    assert_eq!(
        names,
        [&pages[..], &pages, &["data/note", "p.yaml"]].concat()
    );
    let pages = taken(&plan, "pages p2", "input");
    assert_eq!(pages, taken(&plan, "all", "input")[2..4]);
    study.run(&[]).good();
}

#[test]
fn a_file_that_is_not_what_the_manifest_says_stops_the_run_before_anything_runs() {
    let study = with_files();
    study.write("data/page2", "y");
    let ran = study.run(&[]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("page2: its sha256 is"),
        "{}",
        ran.stderr
    );
    assert_eq!(ran.calls.len(), 0);
    std::fs::remove_file(study.path("data/note")).unwrap();
    assert!(study.problems()[0].starts_with("p.yaml:8:11: no such file or folder: "));
    std::fs::remove_dir_all(study.path("data")).unwrap();
    assert!(study.problems()[0].contains("the data of 'm' are not here"));
}

#[test]
fn a_file_that_a_scan_lacks_is_left_out_where_it_may_be_missing() {
    let study = Study::new(
        "name: demo\nmanifest: m.yaml\nstages:\n  a:\n    uses: demo join\n    foreach: scan\n    \
         in: { input: m.yaml, extra: { from: scan.files.surface, missing: leave_out } }\n    \
         out: { output: \"${scan.id}.txt\" }\n",
    );
    let plan = study.plan(&[], &[]).unwrap();
    assert!(plan.tasks.iter().all(|task| task.inputs.len() == 1));
    study.edit("m.yaml, extra", "m.yaml, input");
    study.edit("input: m.yaml, input", "input");
    let problems = study.problems();
    assert!(
        problems[0].contains("input 'input' of 'a p1' gets no file"),
        "{problems:?}"
    );
}

#[test]
fn a_factor_can_decide_where_an_input_comes_from() {
    let study = Study::new(
        "name: demo\nmanifest: m.yaml\nstages:\n  a:\n    uses: demo make\n    foreach: scan\n    \
         with: { text: \"${scan.id}\" }\n    out: { output: \"${scan.id}.txt\" }\n  b:\n    uses: demo join\n    \
         foreach: scan\n    matrix: { mask: [none, own, other] }\n    in:\n      input: a.output\n      \
         extra: [{ from: a.output, when: { mask: own } }, { from: a.output, where: { scan.id: p1 }, when: { mask: other } }]\n    \
         out: { output: \"${scan.id}_${mask}.txt\" }\n",
    );
    let plan = study.plan(&[], &[]).unwrap();
    let extras = |mask: &str| -> Vec<usize> {
        let tasks = plan.tasks.iter().filter(|t| t.label.contains(mask));
        tasks.map(|task| task.inputs.len()).collect()
    };
    assert!(extras("none").iter().all(|inputs| *inputs == 1));
    for mask in ["own", "other"] {
        let extras = extras(mask);
        assert!(!extras.is_empty() && extras.iter().all(|inputs| *inputs == 2));
    }
    study.edit("mask: own }", "mask: onw }");
    let problems = study.problems();
    assert!(
        problems[0].contains("factor 'mask' has no value 'onw'"),
        "{problems:?}"
    );
}

#[test]
fn other_scans_can_stand_in_for_those_of_the_pipeline() {
    let study = Study::new(
        "name: demo\nmanifest: m.yaml\nstages:\n  a:\n    uses: demo make\n    foreach: scan\n    \
         with: { text: \"${scan.id}\" }\n    out: { output: \"${scan.id}.txt\" }\n",
    );
    study.write(
        "other.yaml",
        "name: other\nscans: [{ id: q1, subject: q }]\n",
    );
    let ran = study.run(&["--manifest", "other.yaml"]).good();
    assert_eq!(ran.made(), ["q1.txt"]);
    study.edit("manifest: m.yaml\n", "");
    let ran = study.run(&[]);
    assert!(
        ran.stderr.contains("give one with --manifest"),
        "{}",
        ran.stderr
    );
    let ran = study.run(&["--manifest", "other.yaml"]).good();
    assert!(ran.stderr.contains("nothing to do"), "{}", ran.stderr);
}
