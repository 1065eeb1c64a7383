//! Inputs that change while their task runs, and files that look like outputs of a step.

use std::process::Command;

use crate::study::{Study, wait_for};

/// Reads its input between two marks of the test.
const READER: &str = r#"
name: demo
stages:
  read:
    run: sh -c 'touch ../started; until [ -e ../changed ]; do sleep 0.01; done; if [ -d $1 ]; then cat $1/* >$0; else cat $1 >$0; fi; touch ../read; until [ -e ../back ]; do sleep 0.01; done' ${out.y} ${in.x}
    in: { x: x }
    out: { y: y.txt }
"#;

/// A run of [`READER`] with these shell commands at the start, before the input is read, and after it.
fn read_while(prepare: &str, change: &str, put_back: &str) -> (Study, crate::study::Ran) {
    let study = Study::new(READER);
    let shell = |commands: &str| {
        let mut command = Command::new("sh");
        command
            .args(["-e", "-c", commands])
            .current_dir(study.path(""));
        assert!(command.status().unwrap().success(), "{commands}");
    };
    shell(prepare);
    let engine = study.process("run", &[]).spawn().unwrap();
    wait_for(|| study.path("started").exists());
    shell(change);
    study.write("changed", "");
    wait_for(|| study.path("read").exists());
    shell(put_back);
    study.write("back", "");
    let ran = study.ran(&engine.wait_with_output().unwrap());
    (study, ran)
}

#[test]
fn an_input_that_was_changed_and_put_back_gives_no_record() {
    let file = "echo old >x";
    let folder = "mkdir x; echo old >x/a; echo old >x/b";
    for (prepare, change, put_back) in [
        (file, "cp -p x bak; echo new >x", "cp -p bak x"),
        (file, "mv x s; echo new >x", "mv s x"),
        (
            "echo old >v1; echo new >v2; ln -s v1 x",
            "ln -sfn v2 x",
            "ln -sfn v1 x",
        ),
        (folder, "echo new >x/c", "rm x/c"),
        (
            folder,
            "mkdir o; echo new >o/a; mv x s; mv o x",
            "mv x o; mv s x",
        ),
        (folder, "mv x/a a", "mv a x/a"),
    ] {
        let (study, ran) = read_while(prepare, change, put_back);
        assert_eq!(ran.code, Some(3), "{change}: {}", ran.stderr);
        ran.finished.expect_said(&["it changed while the task ran"]);
        study.run(&[]).good();
        let read = study.output("y.txt");
        assert!(!read.contains("new"), "{change}: {read}");
    }
}

#[test]
fn what_leaves_the_content_of_an_input_as_it_is_gives_a_record() {
    for (prepare, change) in [
        ("echo old >x", "chmod 600 x"),
        ("echo old >x", "ln x hard"),
        ("mkdir x; echo old >x/a", "echo z >x/.DS_Store"),
        ("mkdir x; echo old >x/a", "echo z >x/._a; chmod 700 x"),
    ] {
        let (study, ran) = read_while(prepare, change, ":");
        ran.good();
        let again = study.run(&[]).good();
        assert!(
            again.stderr.contains("nothing to do"),
            "{change}: {}",
            again.stderr
        );
    }
}

/// The example of the documentation: `smooth.py` is a file, and not an output of the step 'smooth'.
#[test]
fn a_file_next_to_the_pipeline_is_no_output_of_the_step_that_reads_it() {
    let study = Study::new(
        r#"
name: demo
stages:
  generate: { uses: demo make, with: { text: hello }, out: { output: a.txt } }
  smooth:
    run: sh -c 'cat "$1" "$2" >$0' ${out.image} ${in.script} ${in.image}
    in: { script: smooth.py, image: generate.output }
    out: { image: "smooth.txt" }
  other:
    run: cp ${in.script} ${out.py}
    in: { script: smooth.py }
    out: { py: other.txt }
"#,
    );
    let missing = study.problems();
    let said = "'smooth.py' is neither a file nor an output of a step";
    assert!(missing[0].contains(said), "{missing:#?}");
    study.write("smooth.py", "script\n");
    study.run(&[]).good();
    assert_eq!(study.output("smooth.txt"), "script\nhello\n");
    assert_eq!(study.output("other.txt"), "script\n");
    // An output of another step keeps its name.
    study.edit(
        "out: { image: \"smooth.txt\" }",
        "out: { py: smooth.txt, image: s.txt }",
    );
    study.edit(
        "'cat \"$1\" \"$2\" >$0' ${out.image}",
        "'cat \"$1\" \"$2\" >$0; cp $0 s.txt' ${out.py}",
    );
    study.run(&[]).good();
    assert_eq!(study.output("other.txt"), "script\nhello\n");
}
