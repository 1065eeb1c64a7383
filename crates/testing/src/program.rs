//! A program under test, run as its users run it.

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
    /// A program by its path.
    #[must_use]
    pub const fn new(path: &'a str) -> Self {
        Self { path, before: &[] }
    }

    /// Where the program lies.
    #[must_use]
    pub const fn path(self) -> &'a str {
        self.path
    }

    /// The same program with words that stand before all others, such as the name of a stage.
    #[must_use]
    pub const fn with(self, before: &'a [&'a str]) -> Self {
        Self { before, ..self }
    }

    /// The process, not started yet; it sees no data folder of the user's.
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

    /// Runs the program in a folder to its end.
    ///
    /// # Panics
    /// The program does not start, or it panicked.
    #[track_caller]
    pub fn run(self, folder: impl AsRef<Path>, words: impl Words) -> Finished {
        let output = self.command(folder, words).output();
        Finished::of(&output.unwrap_or_else(|e| panic!("{}: {e}", self.path)))
    }

    /// Runs the program and expects exit code 0.
    ///
    /// # Panics
    /// It ends otherwise.
    #[track_caller]
    pub fn done(self, folder: impl AsRef<Path>, words: impl Words) -> Finished {
        self.run(folder, words).expect_code(0)
    }

    /// Runs the program with `--json`, expects exit code 0, and gives the stage's result.
    ///
    /// # Panics
    /// It ends otherwise, or prints no such line.
    #[track_caller]
    pub fn result(self, folder: impl AsRef<Path>, words: impl Words) -> Value {
        let mut words = words.words();
        words.push("--json".to_owned());
        self.done(folder, words.as_slice()).json()["result"].take()
    }

    /// Runs the program, expects an exit code other than 0, and gives it with what stderr says.
    ///
    /// # Panics
    /// It succeeds, or a signal ends it.
    #[track_caller]
    pub fn failed(self, folder: impl AsRef<Path>, words: impl Words) -> (i32, String) {
        let Finished { code, stderr, .. } = self.run(folder, words);
        let code = code.filter(|code| *code != 0);
        (
            code.unwrap_or_else(|| panic!("no failure:\n{stderr}")),
            stderr,
        )
    }

    /// Runs the program and expects this exit code and one line on stderr, which holds `says`; gives that line.
    ///
    /// # Panics
    /// It ends otherwise.
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

/// Words of a command line: a line that is split at white space, or a list in which each word stands for itself.
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
