//! Tests of the test helpers, with programs of every Unix system.

#![cfg(unix)]
#![allow(clippy::expect_used, reason = "a test that cannot start has failed")]

use std::panic::catch_unwind;

use rsom_testing::{Finished, Folder, Program, checkout, names, shared};

const SH: Program = Program::new("/bin/sh");

fn fails(what: impl Fn() + std::panic::UnwindSafe) -> String {
    let panic = catch_unwind(what).expect_err("the helper lets it pass");
    *panic.downcast::<String>().expect("a message")
}

#[test]
fn a_line_is_split_and_a_list_is_not() {
    let folder = Folder::new();
    let echo = SH.with(&["-c", "printf '%s|' \"$@\"", "sh"]);
    assert_eq!(echo.done(&folder, "a  b\tc").stdout, "a|b|c|");
    assert_eq!(echo.done(&folder, ["a b", "c"]).stdout, "a b|c|");
}

#[test]
fn a_program_runs_in_its_folder_and_writes_there() {
    let folder = Folder::new();
    folder.write("below/in.txt", "text");
    SH.done(&folder, ["-c", "cat below/in.txt > out.txt; : > .hidden"]);
    assert_eq!(folder.text("out.txt"), "text");
    assert_eq!(names(&folder), [".hidden", "below", "out.txt"]);
    let path = folder.to_path_buf();
    drop(folder);
    assert!(!path.exists());
}

#[test]
fn another_exit_code_fails_and_shows_both_streams() {
    let message = fails(|| {
        SH.done(".", ["-c", "echo out; echo err >&2; exit 3"]);
    });
    assert!(message.contains("out\n") && message.contains("err\n"));
    assert!(message.contains("Some(3)"), "{message}");
}

#[test]
fn a_refusal_is_one_line_with_the_right_words_and_code() {
    let says = |what: &str| ["-c".to_owned(), format!("{{ {what}; }} >&2; exit 3")];
    let line = SH.refused(".", says("echo error: x.nii"), 3, "x.nii");
    assert_eq!(line, "error: x.nii\n");
    fails(move || drop(SH.refused(".", says("echo error: x.nii"), 2, "x.nii")));
    fails(move || drop(SH.refused(".", says("echo error: x.nii"), 3, "y.nii")));
    fails(move || drop(SH.refused(".", says("echo x.nii; echo x.nii"), 3, "x.nii")));
    fails(move || drop(SH.refused(".", says("true"), 3, "")));
}

#[test]
fn the_error_is_found_among_progress() {
    let stderr = "1 of 2\nerror: broken\n2 of 2\n".to_owned();
    let finished = Finished {
        code: Some(1),
        stdout: String::new(),
        stderr,
    };
    assert_eq!(finished.error(), "error: broken");
}

#[test]
fn a_success_is_no_failure_and_a_panic_no_refusal() {
    let words = ["-c", "echo 'thread main panicked at x.rs' >&2; exit 3"];
    fails(move || drop(SH.run(".", words)));
    fails(|| drop(SH.failed(".", ["-c", "exit 0"])));
    assert_eq!(SH.failed(".", ["-c", "exit 4"]), (4, String::new()));
}

#[test]
fn the_result_is_that_of_the_json_line() {
    // The word `--json` becomes `$0`.
    let words = ["-c", "echo \"{\\\"result\\\": \\\"$0\\\"}\""];
    assert_eq!(SH.result(".", words), "--json");
    fails(|| drop(SH.done(".", ["-c", "echo 1; echo 2"]).json()));
}

#[test]
fn the_data_folder_of_the_user_is_hidden() {
    let command = SH.command(".", "");
    let hidden =
        |(name, value): (&std::ffi::OsStr, Option<_>)| name == "RSOM_DATA" && value.is_none();
    assert!(command.get_envs().any(hidden));
}

#[test]
fn the_checkout_holds_the_workspace() {
    let manifest = std::fs::read_to_string(checkout().join("Cargo.toml")).unwrap_or_default();
    assert!(manifest.contains("[workspace]"));
}

/// Not a test of its own: this binary, started by the test below, asks for data.
#[test]
fn asking_for_data() {
    if let Ok(name) = std::env::var("RSOM_TESTING_ASKS_FOR") {
        assert_eq!(shared(&name), None);
    }
}

#[test]
fn a_test_without_its_data_prints_skipped_and_fails_if_ci_is_set() {
    let test = std::env::current_exe().unwrap_or_default();
    let test = Program::new(test.to_str().unwrap_or_default());
    let ask = |ci: Option<&str>| {
        let mut command = test.command(".", "--exact asking_for_data --nocapture");
        command.env("RSOM_TESTING_ASKS_FOR", "no/such data");
        match ci {
            Some(value) => command.env("CI", value),
            None => command.env_remove("CI"),
        };
        let output = command.output().expect("this binary starts");
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        let said = text(&output.stdout) + &text(&output.stderr);
        (output.status.success(), said)
    };
    for ci in [None, Some("")] {
        let (passed, said) = ask(ci);
        let line = "skipped: ../shared/no/such data is not next to the checkout";
        assert!(passed && said.contains(line), "{said}");
    }
    let (passed, said) = ask(Some("true"));
    assert!(!passed, "{said}");
    let line = "../shared/no/such data is not next to the checkout; no test may be skipped";
    assert!(said.contains(line) && !said.contains("skipped: "), "{said}");
}
