//! `rsom stage`: the starters meet the contract, and the check names what a program does wrong.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use rsom_testing::Folder;

use crate::RSOM;

/// The starter in shell, with some text replaced.
fn changed(from: &str, to: &str) -> Folder {
    let folder = Folder::new();
    RSOM.done(&folder, ["stage", "new", "my.sh"]);
    let text = folder.text("my.sh");
    assert!(text.contains(from), "{from}");
    folder.write("my.sh", text.replacen(from, to, 1));
    folder
}

#[test]
fn a_starter_meets_the_contract_and_is_never_written_over() {
    let folder = changed("Put your program here", "Here");
    let done = RSOM.done(&folder, ["stage", "check", "my.sh"]);
    assert!(
        done.stdout.ends_with("all 14 checks hold\n"),
        "{}",
        done.stdout
    );
    let (code, said) = RSOM.failed(&folder, ["stage", "new", "my.sh"]);
    assert!(code == 4 && said.contains("it is there already"), "{said}");
    let (code, said) = RSOM.failed(&folder, ["stage", "new", "my.jl"]);
    assert!(
        code == 2 && said.contains("the name must end with .py, .R or .sh"),
        "{said}"
    );
    for name in ["other.py", "other.R"] {
        RSOM.done(&folder, ["stage", "new", name]);
        assert!(folder.text(name).contains("\"other\""), "{name}");
    }
}

#[test]
fn the_example_in_plain_python_meets_the_contract() {
    let program = rsom_testing::checkout().join("examples/threshold_stage.py");
    let folder = Folder::new();
    let words = [
        "stage",
        "check",
        program.to_str().unwrap(),
        "--with",
        "share=0.4",
        "--keep",
        "kept",
    ];
    let done = RSOM.done(&folder, words);
    assert!(
        done.stdout.ends_with("all 15 checks hold\n"),
        "{}",
        done.stdout
    );
    assert!(folder.join("kept/inputs/scan.nii.gz").exists());
    let (code, said) = RSOM.failed(&folder, words);
    assert!(code == 4 && said.contains("it is not empty"), "{said}");
    let words = [
        "stage",
        "check",
        program.to_str().unwrap(),
        "--command",
        "train",
    ];
    let (code, said) = RSOM.failed(&folder, words);
    assert!(
        code == 2 && said.contains("threshold has the commands predict"),
        "{said}"
    );
}

/// A part of the starter, what stands there instead, and what the check says of it.
const FAULTS: &[(&str, &str, &str)] = &[
    (
        "\"contract\": 1",
        "\"contract\": 1,,",
        "FAIL  'spec' prints a specification within 10 s: ",
    ),
    (
        "\"about\": \"Pass a scan through a program\",",
        "",
        "FAIL  each command has a description: 'about' of 'filter' is missing",
    ),
    (
        "end 2 \"the command is filter\"",
        "exit 1",
        "FAIL  an unknown command is exit code 2: exit code 1 instead of 2 (no message)",
    ),
    (
        "*) end 2 \"unknown: $1\" ;;",
        "*) shift ;;",
        "FAIL  an unknown parameter is exit code 2: exit code 0 instead of 2",
    ),
    (
        "|| end 2 \"--input and --output are needed\"",
        "",
        "FAIL  a missing input is exit code 2: exit code 3 instead of 2",
    ),
    (
        "end 3 \"$input: there",
        "end 3 \"there",
        "FAIL  an input that is not there is exit code 3, and named: its message does not name the file: ",
    ),
    (
        "|| end 3 \"$input",
        "|| echo \"$input",
        "FAIL  a broken input is exit code 3, and named: exit code 0 instead of 3",
    ),
    (
        "|| end 4 \"$output: it cannot be written\"",
        "",
        "FAIL  an output that cannot be written is exit code 4: exit code 0 instead of 4",
    ),
    (
        "cp \"$input\" \"$partial\"",
        "exit 7; cp \"$input\" \"$partial\"",
        "FAIL  it works on a scan: exit code 7 instead of 0",
    ),
    (
        "echo '{}'",
        "printf '{}\\n{}\\n'",
        "FAIL  --json prints one line of JSON on stdout: 2 lines",
    ),
    (
        "echo '{}'",
        "echo done",
        "FAIL  --json prints one line of JSON on stdout: it is no JSON: ",
    ),
    (
        "\"kind\": \"volume\", \"grid_of\"",
        "\"kind\": \"mask\", \"grid_of\"",
        "FAIL  the output 'output' is mask: ",
    ),
    (
        "trap 'rm -f \"$partial\"' EXIT",
        "touch notes.txt",
        "FAIL  it writes nothing but its outputs: it also wrote notes.txt",
    ),
    (
        "trap 'rm -f \"$partial\"' EXIT",
        "chmod u+w \"$input\"; gzip -dc \"$input\" | gzip -1 >t && cp t \"$input\"; rm t",
        "FAIL  it changes no input: scan.nii.gz was changed",
    ),
    (
        "cp \"$input\" \"$partial\"",
        "gzip -dc \"$input\" | { cat; date +%N; } | gzip >\"$partial\"",
        "FAIL  the same again, with one thread, gives the same bytes: output.nii.gz differs",
    ),
];

#[test]
fn each_fault_of_a_program_is_named() {
    for (from, to, expected) in FAULTS {
        let folder = changed(from, to);
        let finished = RSOM.run(&folder, ["stage", "check", "my.sh"]);
        assert_eq!(finished.code, Some(1), "{expected}\n{}", finished.stdout);
        assert!(
            finished.stdout.contains(expected),
            "{expected}\n{}",
            finished.stdout
        );
    }
}

#[test]
fn a_program_that_removes_its_inputs_gets_copies() {
    let folder = changed("# Put your program here", "rm \"$input\" #");
    RSOM.done(
        &folder,
        [
            "phantom",
            "scan",
            "--seed",
            "1",
            "--shape",
            "16,2,64",
            "--image",
            "mine.nii.gz",
            "--layer",
            "layer.nii.gz",
        ],
    );
    let check = |more: &[&str]| RSOM.run(&folder, [&["stage", "check", "my.sh"], more].concat());
    let finished = check(&["--input", "input=mine.nii.gz"]);
    assert_eq!(finished.code, Some(1));
    let said = "FAIL  it changes no input: mine.nii.gz was removed";
    assert!(finished.stdout.contains(said), "{}", finished.stdout);
    assert!(folder.join("mine.nii.gz").exists());
    for (more, code, said) in [
        (
            ["--input", "input=none.nii.gz"],
            3,
            "none.nii.gz: no such file",
        ),
        (
            ["--input", "image=mine.nii.gz"],
            2,
            "--input image: no command of my has it",
        ),
        (
            ["--with", "share=1"],
            2,
            "--with share: no command of my has it",
        ),
    ] {
        let finished = check(&more);
        assert_eq!(finished.code, Some(code), "{}", finished.stderr);
        finished.expect_said(&[said]);
    }
}

#[test]
fn a_child_that_lives_on_does_not_hold_the_check() {
    let folder = changed("# Put your program here", "sleep 30 & #");
    let started = std::time::Instant::now();
    let done = RSOM.done(&folder, ["stage", "check", "my.sh"]);
    assert!(
        done.stdout.ends_with("all 14 checks hold\n"),
        "{}",
        done.stdout
    );
    assert!(started.elapsed().as_secs() < 28, "{:?}", started.elapsed());
}

#[test]
fn what_a_command_needs_and_cannot_be_made_up_is_asked_for() {
    let folder = Folder::new();
    let program = RSOM.command(&folder, ["--version"]);
    let program = std::path::Path::new(program.get_program()).to_path_buf();
    folder.write(
        "seg",
        format!("#!/bin/sh\nexec '{}' layerseg \"$@\"\n", program.display()),
    );
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder.join("seg"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let check = |more: &[&str]| {
        RSOM.run(
            &folder,
            [&["stage", "check", "seg", "--command", "predict"], more].concat(),
        )
    };
    let finished = check(&[]);
    let said =
        "skip  all checks: no weights for the input 'weights'; give one with --input weights=FILE";
    assert!(
        finished.code == Some(0) && finished.stdout.contains(said),
        "{}",
        finished.stdout
    );
    train_and_predict(&folder);
}

/// A program that trains its own weights is checked with them.
fn train_and_predict(folder: &Folder) {
    RSOM.done(
        folder,
        [
            "phantom",
            "scan",
            "--seed",
            "1",
            "--shape",
            "16,2,64",
            "--image",
            "scan.nii.gz",
            "--layer",
            "layer.nii.gz",
        ],
    );
    let words = [
        "stage",
        "check",
        "seg",
        "--command",
        "train",
        "--command",
        "predict",
        "--input",
        "image=scan.nii.gz",
        "--input",
        "mask=layer.nii.gz",
        "--with",
        "width=4",
        "--with",
        "depth=2",
        "--with",
        "epochs=1",
    ];
    let finished = RSOM.run(folder, words);
    assert!(
        finished.code == Some(0)
            && finished
                .stdout
                .contains("ok    the output 'output' is mask"),
        "{}",
        finished.stdout
    );
}
