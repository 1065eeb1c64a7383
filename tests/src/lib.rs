//! What the end-to-end tests share: finding the checkout, running a command, reading what it said.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot start has failed"
)]

use std::path::{Path, PathBuf};
use std::process::Command;

/// What a finished process left.
#[derive(Debug)]
pub struct Finished {
    /// Exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Finished {
    /// Fails the test unless the exit code is as expected; shows both streams.
    #[track_caller]
    pub fn expect_code(self, code: i32) -> Self {
        let Self { stdout, stderr, .. } = &self;
        assert_eq!(
            self.code,
            Some(code),
            "\nstdout:\n{stdout}\nstderr:\n{stderr}"
        );
        self
    }

    /// Fails the test unless stderr is one line that contains all of `parts`.
    #[track_caller]
    pub fn expect_one_clear_line(self, parts: &[&str]) -> Self {
        let lines: Vec<&str> = self.stderr.lines().collect();
        assert_eq!(lines.len(), 1, "more than one line:\n{}", self.stderr);
        for part in parts {
            assert!(lines[0].contains(part), "'{part}' is not in: {}", lines[0]);
        }
        self
    }

    /// The one JSON line of `--json`.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(self.stdout.trim()).expect("stdout is one JSON value")
    }
}

/// The root of the checkout.
#[must_use]
pub fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_path_buf()
}

/// A folder of reference values or real data beside the checkout; says so when it is absent.
#[must_use]
pub fn shared(name: &str) -> Option<PathBuf> {
    let path = checkout().parent()?.join("shared").join(name);
    if path.exists() {
        return Some(path);
    }
    #[allow(clippy::print_stdout, reason = "shown by the test runner")]
    {
        println!("skipped: ../shared/{name} is not beside the checkout");
    }
    None
}

/// Runs a program in a folder.
#[must_use]
pub fn run(program: &Path, folder: &Path, words: &[&str]) -> Finished {
    let output = Command::new(program)
        .args(words)
        .current_dir(folder)
        .env_remove("RSOM_DATA")
        .output()
        .expect("the program starts");
    Finished {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
