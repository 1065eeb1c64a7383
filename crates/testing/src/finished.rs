//! What a program left behind when it ended.

use std::process::Output;

use serde_json::Value;

/// What a finished program left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// Exit code; `None` when a signal ended the program.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Finished {
    /// Reads an exit code and both streams.
    ///
    /// # Panics
    /// The program panicked: no input may make it do so.
    #[track_caller]
    #[must_use]
    pub fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let stderr = text(&output.stderr);
        assert!(!stderr.contains("panicked at"), "{stderr}");
        Self {
            code: output.status.code(),
            stdout: text(&output.stdout),
            stderr,
        }
    }

    /// Expects an exit code; shows both streams otherwise.
    ///
    /// # Panics
    /// The exit code is another one.
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

    /// Expects that stderr is one line that contains all of `parts`.
    ///
    /// # Panics
    /// There are more lines or none, or a part is missing.
    #[track_caller]
    pub fn expect_one_clear_line(self, parts: &[&str]) -> Self {
        let lines: Vec<&str> = self.stderr.lines().collect();
        assert_eq!(lines.len(), 1, "not one line:\n{}", self.stderr);
        for part in parts {
            assert!(lines[0].contains(part), "'{part}' is not in: {}", lines[0]);
        }
        self
    }

    /// Expects that stderr contains all of `parts`.
    ///
    /// # Panics
    /// A part is missing.
    #[track_caller]
    pub fn expect_said(self, parts: &[&str]) -> Self {
        for part in parts {
            let said = &self.stderr;
            assert!(said.contains(part), "'{part}' is not in:\n{said}");
        }
        self
    }

    /// The one line on stderr that begins with `error: `; progress and warnings may stand around it.
    ///
    /// # Panics
    /// There is no such line, or more than one.
    #[track_caller]
    #[must_use]
    pub fn error(&self) -> String {
        let lines = self.stderr.lines();
        let errors: Vec<&str> = lines.filter(|l| l.starts_with("error: ")).collect();
        assert_eq!(errors.len(), 1, "not one error:\n{}", self.stderr);
        errors[0].to_owned()
    }

    /// The one JSON value on stdout, as `--json` and `spec` print it.
    ///
    /// # Panics
    /// Stdout holds anything else.
    #[track_caller]
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(self.stdout.trim())
            .unwrap_or_else(|e| panic!("stdout is no JSON value: {e}\n{}", self.stdout))
    }
}
