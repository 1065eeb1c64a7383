//! Runs a program under test as users run it.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::Finished;

/// A program under test: `Program::new(env!("CARGO_BIN_EXE_rsom-stats"))`.
#[derive(Debug, Clone, Copy)]
pub struct Program<'a> {
    path: &'a str,
    before: &'a [&'a str],
}

impl<'a> Program<'a> {
    /// A program, given its path.
    #[must_use]
    pub const fn new(path: &'a str) -> Self {
        Self { path, before: &[] }
    }

    /// The path of the program.
    #[must_use]
    pub const fn path(self) -> &'a str {
        self.path
    }

    /// The same program with words before all other arguments, such as the name of a stage.
    #[must_use]
    pub const fn with(self, before: &'a [&'a str]) -> Self {
        Self { before, ..self }
    }

    /// A command that is not started yet. It does not see the variable `RSOM_DATA`.
    #[must_use]
    pub fn command(self, folder: impl AsRef<Path>, words: impl Words) -> Command {
        let mut command = Command::new(self.path);
        command
            .args(self.before)
            .args(words.words())
            .current_dir(folder)
            .env_remove("RSOM_DATA");
        command
    }

    /// Runs the program in a folder and waits for its end.
    ///
    /// # Panics
    /// The program cannot be started, or it panicked.
    #[track_caller]
    pub fn run(self, folder: impl AsRef<Path>, words: impl Words) -> Finished {
        let output = self.command(folder, words).output();
        Finished::of(&output.unwrap_or_else(|e| panic!("{}: {e}", self.path)))
    }

    /// Runs the program and expects exit code 0.
    ///
    /// # Panics
    /// The program has another exit code.
    #[track_caller]
    pub fn done(self, folder: impl AsRef<Path>, words: impl Words) -> Finished {
        self.run(folder, words).expect_code(0)
    }

    /// Runs a stage with `--json`, expects exit code 0, and returns the `result` of its JSON line.
    ///
    /// # Panics
    /// The stage has another exit code, or prints no JSON.
    #[track_caller]
    pub fn result(self, folder: impl AsRef<Path>, words: impl Words) -> Value {
        let mut words = words.words();
        words.push("--json".to_owned());
        self.done(folder, words.as_slice()).json()["result"].take()
    }

    /// Runs the program, expects an exit code other than 0, and returns this code and stderr.
    ///
    /// # Panics
    /// The program succeeds, or a signal ends it.
    #[track_caller]
    pub fn failed(self, folder: impl AsRef<Path>, words: impl Words) -> (i32, String) {
        let Finished { code, stderr, .. } = self.run(folder, words);
        let code = code.filter(|code| *code != 0);
        (
            code.unwrap_or_else(|| panic!("no failure:\n{stderr}")),
            stderr,
        )
    }

    /// Runs the program, expects this exit code and exactly one line on stderr that contains `says`, and returns the line.
    ///
    /// # Panics
    /// The program has another exit code, or stderr is different.
    #[track_caller]
    pub fn refused(
        self,
        folder: impl AsRef<Path>,
        words: impl Words,
        code: i32,
        says: &str,
    ) -> String {
        let finished = self.run(folder, words).expect_code(code);
        finished.expect_one_clear_line(&[says]).stderr
    }
}

/// Arguments of a command line: a text that is split at white space, or a list of single words.
pub trait Words {
    /// The words, one by one.
    fn words(&self) -> Vec<String>;
}

impl Words for str {
    fn words(&self) -> Vec<String> {
        self.split_whitespace().map(str::to_owned).collect()
    }
}

impl Words for String {
    fn words(&self) -> Vec<String> {
        self.as_str().words()
    }
}

impl<S: AsRef<OsStr>> Words for [S] {
    fn words(&self) -> Vec<String> {
        let word = |s: &S| s.as_ref().to_str().expect("a word of UTF-8").to_owned();
        self.iter().map(word).collect()
    }
}

impl<S: AsRef<OsStr>, const N: usize> Words for [S; N] {
    fn words(&self) -> Vec<String> {
        self.as_slice().words()
    }
}

impl<S: AsRef<OsStr>> Words for Vec<S> {
    fn words(&self) -> Vec<String> {
        self.as_slice().words()
    }
}

impl<W: Words + ?Sized> Words for &W {
    fn words(&self) -> Vec<String> {
        (**self).words()
    }
}
