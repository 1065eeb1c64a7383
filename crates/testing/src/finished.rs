//! The result of a finished program: exit code, stdout and stderr.

use std::process::Output;

use serde_json::Value;

/// The result of a finished program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// Exit code. `None` if a signal ended the program.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Finished {
    /// Converts the output of a process.
    ///
    /// # Panics
    /// The program panicked.
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

    /// Expects an exit code.
    ///
    /// # Panics
    /// The program has another exit code. The message shows stdout and stderr.
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

    /// Expects exactly one line on stderr that contains all of `parts`.
    ///
    /// # Panics
    /// Stderr does not have exactly one line, or a part is missing.
    #[track_caller]
    pub fn expect_one_clear_line(self, parts: &[&str]) -> Self {
        let lines: Vec<&str> = self.stderr.lines().collect();
        assert_eq!(lines.len(), 1, "not one line:\n{}", self.stderr);
        for part in parts {
            assert!(lines[0].contains(part), "'{part}' is not in: {}", lines[0]);
        }
        self
    }

    /// Expects all of `parts` on stderr.
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

    /// The error: the only line on stderr that starts with `error: `. Other lines may be progress and warnings.
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

    /// The JSON value on stdout, as `--json` and `spec` print it.
    ///
    /// # Panics
    /// Stdout is not exactly one JSON value.
    #[track_caller]
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(self.stdout.trim())
            .unwrap_or_else(|e| panic!("stdout is not a JSON value: {e}\n{}", self.stdout))
    }
}
