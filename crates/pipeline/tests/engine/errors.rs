//! All problems of a pipeline are reported together, with line and column, before anything runs.

use std::path::PathBuf;

use rsom_pipeline::Request;

use crate::study::{Study, plan_of};

fn problems(text: &str) -> Vec<String> {
    Study::new(text).problems()
}

/// The problems of a pipeline with one step of the given lines.
fn step(lines: &str) -> Vec<String> {
    problems(&format!(
        "name: demo\nmanifest: m.yaml\nstages:\n  one:\n    {}\n",
        lines.replace('\n', "\n    ")
    ))
}

#[test]
fn all_problems_are_reported_together_and_sorted() {
    let found = problems(
        r#"name: demo
manifest: m.yaml
parms: 1
stages:
  make:
    uses: demo make
    foreach: scan
    where: { split: trian }
    with: { txet: a, wait: fast }
    out: { output: "${scan.idd}.txt" }
  join:
    uses: demo jion
    in: { input: make.output }
    out: { output: join.txt }
  end:
    uses: demo join
    matrix: { k: [1, 1] }
    in: { input: mkae.output, extra: make.outptu }
    out: { output: "end-${K}.txt", other: x }
"#,
    );
    assert_eq!(
        found,
        [
            "p.yaml:3:1: unknown key 'parms' (did you mean 'params'?)",
            "p.yaml:8:14: no scan has split 'trian' (did you mean 'train'?)",
            "p.yaml:9:13: demo make has no parameter 'txet' (did you mean 'text'?)",
            "p.yaml:10:12: no scan has an attribute 'idd' (did you mean 'id'?)",
            "p.yaml:12:5: demo has no command 'jion' (did you mean 'join'?)",
            "p.yaml:17:15: factor 'k' has the value 1 twice",
            "p.yaml:18:11: 'mkae.output' is neither a file nor an output of a step (did you mean 'make.output'?)",
            "p.yaml:18:31: step 'make' has no output 'outptu' (did you mean 'output'?)",
            "p.yaml:19:12: '${K}' is not known (did you mean 'k'?)",
            "p.yaml:19:36: demo join has no output 'other' (known: output)",
        ]
    );
}

const FILES: &[(&str, &str)] = &[
    ("name: [\n", "p.yaml:2:1: "),
    (
        "- 1\n",
        "p.yaml:1:1: a pipeline must be a map with the keys 'name' and 'stages'",
    ),
    (
        "name: a\nname: b\nstages: {}\n",
        "p.yaml:2:1: duplicate key 'name'",
    ),
    (
        "name: a b\nstages: {}\n",
        "p.yaml:1:1: the name 'a b' may contain only letters",
    ),
    ("stages: {}\n", "p.yaml:1:1: the key 'name' is missing"),
    ("name: a\n", "p.yaml:1:1: the key 'stages' is missing"),
    (
        "name: a\nstages: {}\n",
        "p.yaml:2:1: a pipeline needs at least one step",
    ),
    (
        "name: a\nstages:\n  b: 1\n",
        "p.yaml:3:3: 'b' must be a map",
    ),
    (
        "name: a\nstages:\n  in: { run: \"true\", out: { x: y } }\n",
        "p.yaml:3:3: the name 'in' is reserved",
    ),
    (
        "name: a\nparams: { scan: 1 }\nstages:\n  b: { run: \"true ${scan}\", out: { x: y } }\n",
        "p.yaml:2:11: the name 'scan' is reserved",
    ),
    (
        "name: a\nstages:\n  1b: { run: x }\n",
        "p.yaml:3:3: '1b' is not a valid name",
    ),
    (
        "name: a\nparams: { s: \"${t}\" }\nstages:\n  b: { run: \"true\", out: { x: y } }\n",
        "p.yaml:2:11: param 's': a param cannot contain placeholders",
    ),
    (
        "name: a\nstages:\n  b: { run: true x, with: ${y} }\n",
        "placeholder needs quotes",
    ),
    (
        "name: a\nmanifest: none.yaml\nstages:\n  b: { run: \"true\", out: { x: y } }\n",
        "p.yaml:2:1: ",
    ),
    (
        "name: a\nmanifest: p.yaml\nstages:\n  b: { run: \"true\", out: { x: y } }\n",
        "unknown field",
    ),
];

#[test]
fn the_form_of_the_file_is_checked() {
    for (text, expected) in FILES {
        let found = problems(text);
        assert!(
            found.iter().any(|line| line.contains(expected)),
            "{expected} is not in {found:#?}"
        );
    }
}

const STEPS: &[(&str, &str)] = &[
    (
        "uses: demo make\nforeach: scan\nwith: { text: \"${scan.files.x}\" }\nout: { output: x }",
        "p.yaml:7:13: '${scan.files.x}' is only allowed under 'in', as the whole text",
    ),
    (
        "out: { x: y }",
        "p.yaml:4:3: step 'one' needs 'uses' or 'run'",
    ),
    (
        "uses: demo make\nrun: \"true\"",
        "p.yaml:6:5: step 'one' has both 'uses' and 'run'; keep one of them",
    ),
    (
        "uses: demo",
        "p.yaml:5:5: 'uses: demo' names no command; write 'demo COMMAND'",
    ),
    (
        "uses: omed make",
        "p.yaml:5:5: there is no stage 'omed' (known: demo)",
    ),
    ("uses: ./absent make", "absent: no such file or folder"),
    (
        "uses: demo make",
        "p.yaml:4:3: step 'one': demo make needs the output 'output'",
    ),
    (
        "uses: demo join\nout: { output: x }",
        "p.yaml:4:3: step 'one': demo join needs the input 'input'",
    ),
    (
        "uses: demo fill\nout: { output: x }",
        "p.yaml:4:3: step 'one': demo fill needs the parameter 'names'",
    ),
    (
        "uses: demo fill\nwith: { names: null }\nout: { output: x }",
        "p.yaml:6:13: 'names' must have a value",
    ),
    (
        "uses: demo fill\nwith: { names: [\"a,b\"] }\nout: { output: x }",
        "cannot be written on a command line",
    ),
    (
        "uses: demo make\nwith: { wait: fast }\nout: { output: x }",
        "p.yaml:6:13: 'wait': \"fast\" is not a number",
    ),
    (
        "uses: demo make\nwith: { wait: -1 }\nout: { output: x }",
        "p.yaml:6:13: 'wait': -1 is below",
    ),
    (
        "uses: demo make\nout: { output: x, Output: y }",
        "p.yaml:6:23: demo make has no output 'Output'",
    ),
    (
        "uses: demo make\nwith: { a-b: 1, a_b: 2 }\nout: { output: x }",
        "p.yaml:6:21: 'a-b' and 'a_b' are the same name",
    ),
    (
        "uses: demo make\nforeach: subject\nout: { output: x }",
        "p.yaml:6:5: 'foreach' can only be 'scan'",
    ),
    (
        "uses: demo scan\nout: { output: x.nii.gzip }",
        "p.yaml:6:12: 'x.nii.gzip': the name must end in .nii.gz",
    ),
    (
        "uses: demo make\nout: { output: ../x }",
        "p.yaml:6:12: 'output': '../x' is not a path inside the workdir",
    ),
    (
        "uses: demo make\nout: { output: run.json }",
        "'run.json' is reserved for the records of the run",
    ),
    (
        "uses: demo make\nout: { output: \"${scan.id}\" }",
        "'${scan.id}' needs 'foreach: scan' in step 'one'",
    ),
    (
        "uses: demo make\nout: { output: \"${x\" }",
        "p.yaml:6:12: '${x' does not end with }",
    ),
    (
        "uses: demo make\nmatrix: { k: [] }\nout: { output: x }",
        "p.yaml:6:15: factor 'k' has no values",
    ),
    (
        "uses: demo make\nmatrix: { k: [[1]] }\nout: { output: x }",
        "has the value [1]; use texts, numbers, true or false",
    ),
    (
        "uses: demo make\nmatrix: { k: \"${x}\" }\nout: { output: x }",
        "p.yaml:6:15: factor 'k': '${x}' is not known; a factor can use only params",
    ),
    (
        "uses: demo make\nwhere: { fold: 1 }\nout: { output: x }",
        "'fold' is not a factor of step 'one'; a scan attribute needs 'foreach: scan' in that step",
    ),
    (
        "uses: demo make\nforeach: scan\nwhere: { fold: 1, split: test }\nout: { output: x }",
        "p.yaml:7:14: no scan is left for step 'one'",
    ),
    (
        "uses: demo make\nforeach: scan\nwhere: { fold: { nto: 1 } }\nout: { output: x }",
        "p.yaml:7:22: unknown key 'nto' (did you mean 'not'?)",
    ),
    (
        "run: cat x > y\nout: { x: y }",
        "p.yaml:5:5: '>' needs a shell",
    ),
    (
        "run: no_such_program x\nout: { x: y }",
        "p.yaml:5:5: there is no program 'no_such_program'",
    ),
    (
        "run: cat ${in.x}\nin: { y: p.yaml }\nout: { x: y }",
        "p.yaml:5:5: '${in.x}' is not declared under 'in' (known: y)",
    ),
    (
        "run: \"true\"",
        "p.yaml:4:3: step 'one' declares no output under 'out'",
    ),
    (
        "run: \"true\"\nwith: { a: 1 }\nout: { x: y }",
        "p.yaml:6:5: 'with' is only allowed with 'uses'",
    ),
];

#[test]
fn the_form_of_a_step_is_checked() {
    for (text, expected) in STEPS {
        let found = step(text);
        assert!(
            found.iter().any(|line| line.contains(expected)),
            "{expected} is not in {found:#?}"
        );
    }
}

const INPUTS: &[(&str, &str)] = &[
    (
        "{ one: \"${scan.files.note}\" }",
        "p.yaml:8:11: '${scan.files.note}' needs 'foreach: scan' in step 'last'",
    ),
    (
        "{ one: make.output }",
        "p.yaml:8:11: input 'one' of 'last' takes one file but gets 6; select one",
    ),
    (
        "{ one: { from: make.output, where: { scan.fold: 7 } } }",
        "p.yaml:8:46: no scan has fold '7' (known: 0, 1, 2)",
    ),
    (
        "{ one: { from: make.output, where: { scan.fold: { not: [0, 1, 2, null] } } } }",
        "p.yaml:8:11: input 'one' of 'last' gets no file",
    ),
    (
        "{ one: { from: make.output, where: { side: left, k: 1 } } }",
        "p.yaml:8:58: no scan has an attribute 'k'",
    ),
    (
        "{ one: { from: make } }",
        "p.yaml:8:18: 'make' is neither <step>.<output> nor scan.files.<role>",
    ),
    (
        "{ one: { where: { k: 1 } } }",
        "p.yaml:8:11: 'one' needs 'from'",
    ),
    (
        "{ one: { from: maek.output } }",
        "p.yaml:8:18: there is no step 'maek' (did you mean 'make'?)",
    ),
    ("{ one: [] }", "p.yaml:8:11: 'one' is an empty list"),
    (
        "{ one: ./none.txt }",
        "p.yaml:8:11: no such file or folder: ",
    ),
    (
        "{ one: scan.files.image }",
        "p.yaml:8:11: no scan has a file 'image'",
    ),
    (
        "{ one: p.yaml, image: p.yaml, weights: volume.output }",
        "p.yaml:8:39: 'weights' takes a file of kind weights, but 'volume.output' is of kind volume",
    ),
];

#[test]
fn inputs_are_checked() {
    let study = |input: &str| {
        let study = Study::new("");
        study.program("taker", TAKER);
        let text = format!(
            r#"name: demo
manifest: m.yaml
stages:
  make: {{ uses: demo make, foreach: scan, out: {{ output: "${{scan.id}}.txt" }} }}
  volume: {{ uses: demo scan, out: {{ output: v.nii.gz }} }}
  last:
    uses: ./taker take
    in: {input}
    out: {{ output: last.txt }}
"#
        );
        study.write("p.yaml", &text);
        study.problems()
    };
    for (input, expected) in INPUTS {
        let found = study(input);
        assert!(
            found.iter().any(|line| line.contains(expected)),
            "{expected} is not in {found:#?}"
        );
    }
}

const TAKER: &str = r#"#!/bin/sh
cat <<'END'
{"contract": 1, "stage": "taker", "version": "1", "commands": [{"name": "take",
 "inputs": [{"name": "one", "kind": "document"}, {"name": "image", "kind": "volume", "required": false},
            {"name": "weights", "kind": "weights", "required": false}],
 "outputs": [{"name": "output", "kind": "document"}]}]}
END
"#;

#[test]
fn a_cycle_of_steps_is_reported() {
    let found = problems(
        r#"name: demo
stages:
  first: { uses: demo make, out: { output: a } }
  z: { uses: demo join, in: { input: c.output }, out: { output: z } }
  b: { uses: demo join, in: { input: [first.output, d.output] }, out: { output: b } }
  c: { uses: demo join, in: { input: b.output }, out: { output: c } }
  d: { uses: demo join, in: { input: c.output }, out: { output: d } }
"#,
    );
    assert_eq!(
        found,
        ["p.yaml:5:3: steps depend on each other in a cycle: b needs d needs c needs b"]
    );
    let found = step("uses: demo join\nin: { input: one.output }\nout: { output: x }");
    assert_eq!(
        found,
        ["p.yaml:4:3: steps depend on each other in a cycle: one needs one"]
    );
}

#[test]
fn colliding_outputs_are_reported() {
    let found = problems(
        r#"name: demo
manifest: m.yaml
stages:
  a: { uses: demo make, foreach: scan, where: { fold: 0 }, out: { output: same.txt } }
  b: { uses: demo scan, out: { output: v.nii.gz } }
  c: { uses: demo make, out: { output: v.json } }
  d: { uses: demo fill, with: { names: [x] }, out: { output: folder } }
  e: { uses: demo make, out: { output: folder/x.txt } }
"#,
    );
    assert_eq!(
        found,
        [
            "p.yaml:4:67: 'same.txt' is written by two tasks: 'a p1' and 'a p4'",
            "p.yaml:6:32: 'v.json' is written by two tasks: 'b' and 'c'",
            "p.yaml:8:32: 'folder/x.txt' of 'e' lies inside 'folder' of 'd'",
        ]
    );
}

#[test]
fn an_output_that_is_read_by_its_path_is_reported() {
    let study = Study::new(
        "name: demo\nstages:\n  a: { uses: demo make, out: { output: a.txt } }\n  \
         b: { uses: demo join, in: { input: work/a.txt }, out: { output: b.txt } }\n",
    );
    study.write("work/a.txt", "");
    assert_eq!(
        study.problems(),
        [
            "p.yaml:3:32: 'a.txt' is an output of step 'a', but 'b' reads it by path; write 'a.<output>' instead"
        ]
    );
}

#[test]
fn an_output_that_is_read_by_a_roundabout_path_is_reported() {
    for path in [
        "./work/a.txt",
        "other/../work/a.txt",
        "other/.././work/./a.txt",
    ] {
        let study = Study::new(&format!(
            "name: demo\nstages:\n  a: {{ uses: demo make, out: {{ output: a.txt }} }}\n  \
             b: {{ uses: demo join, in: {{ input: {path} }}, out: {{ output: b.txt }} }}\n",
        ));
        study.write("work/a.txt", "");
        study.write("other/x", "");
        assert_eq!(
            study.problems(),
            [
                "p.yaml:3:32: 'a.txt' is an output of step 'a', but 'b' reads it by path; write 'a.<output>' instead"
            ],
            "{path}"
        );
    }
}

#[test]
fn an_input_folder_that_contains_outputs_is_reported() {
    let problems = |folder: &str| {
        let study = Study::new(&format!(
            "name: demo\nstages:\n  a: {{ uses: demo make, out: {{ output: made/deep/a.txt }} }}\n  \
             b: {{ run: \"ls ${{in.all}} ${{out.list}}\", in: {{ all: {folder} }}, out: {{ list: x/b.txt }} }}\n",
        ));
        study.write("work/made/deep/old.txt", "");
        study.write("work/made-up/old.txt", "");
        study.write("work/x/old.txt", "");
        study.plan(&[], &[]).map(|_| ()).unwrap_err()
    };
    for folder in ["work/made", "./work/x/../made/", "work", ".", "work/.."] {
        let found = problems(folder);
        assert_eq!(found.len(), 1, "{folder}: {found:#?}");
        let line = found[0].to_string();
        assert!(
            line.contains("p.yaml:3:32: 'made/deep/a.txt' of 'a' lies in ")
                && line.contains(
                    ", but 'b' reads this folder by path; write 'a.<output>' as its input"
                ),
            "{folder}: {line}"
        );
    }
    // A task's own output in the folder that it reads would make it run again and again.
    let own = problems("work/x")[0].to_string();
    assert!(own.contains("'x/b.txt' of 'b' lies in "), "{own}");
    let study = Study::new(
        "name: demo\nstages:\n  a: { uses: demo make, out: { output: made/a.txt } }\n  \
         b: { run: \"ls ${in.all} ${out.list}\", in: { all: work/mad }, out: { list: x/b.txt } }\n",
    );
    study.write("work/mad/old.txt", "");
    study.plan(&[], &[]).unwrap();
}

#[test]
fn problems_of_options_name_the_option() {
    let study =
        Study::new("name: demo\nstages:\n  a: { uses: demo make, out: { output: a.txt } }\n");
    for (workdir, data, option) in [
        (Some(PathBuf::new()), None, "--workdir '': "),
        (None, Some(PathBuf::new()), "--data '': "),
    ] {
        let request = Request {
            pipeline: study.path("p.yaml"),
            workdir,
            data,
            ..Request::default()
        };
        let problems = plan_of(&request).unwrap_err();
        assert_eq!(problems.len(), 1, "{problems:#?}");
        assert!(problems[0].to_string().starts_with(option), "{problems:#?}");
    }
    let ran = study.run(&["--manifest", "none.yaml"]);
    assert_eq!(ran.code, Some(2));
    let line = "error: --manifest: none.yaml: no such file or folder";
    assert!(ran.stderr.contains(line), "{}", ran.stderr);
}

#[test]
fn a_run_of_a_wrong_pipeline_touches_nothing_and_exits_with_2() {
    let study = Study::new("name: demo\nstages:\n  a: { uses: demo make, otu: 1 }\n");
    let ran = study.run(&[]);
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.stderr
            .contains("error: p.yaml:3:25: unknown key 'otu' (did you mean 'out'?)"),
        "{}",
        ran.stderr
    );
    assert!(!study.path("work").exists());
    std::fs::remove_file(study.path("p.yaml")).unwrap();
    let ran = study.run(&[]);
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.stderr.contains("error: p.yaml: no such file or folder"),
        "{}",
        ran.stderr
    );
}
