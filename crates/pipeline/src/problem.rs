//! Collects all problems of a pipeline with their places.

use std::collections::BTreeSet;
use std::fmt;

use crate::read::place::{FileNumber, Place};
use crate::suggest;
use rsom_stage::one_line;

/// A problem of a pipeline. Displays as `file:line:column: message`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Name of the pipeline file as the user gave it. Empty for a problem of the command line.
    pub file: String,
    /// Line and column in the file. `None` for a problem of the command line.
    pub place: Option<Place>,
    /// Description in one line.
    pub message: String,
    /// What takes the problem away, if that is certain.
    pub(crate) fix: Option<Fix>,
}

/// A word in the file, at the place of a problem, and the one that is meant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Fix {
    pub at: FixAt,
    pub old: String,
    pub new: String,
}

/// Where a word stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FixAt {
    /// It is the key at the place; `-` and `_` are the same.
    Key,
    /// It is a part of the single value at the place, or of the value of the key there.
    Value,
}

impl FixAt {
    /// The only known name that is close to `old`, instead of it. `None` if none is, or several are.
    pub(crate) fn only<'a>(
        self,
        old: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Option<Fix> {
        let new = suggest::only(old, known)?;
        Some(Fix {
            at: self,
            old: old.to_owned(),
            new: new.to_owned(),
        })
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.file.is_empty() {
            write!(f, "{}:", self.file)?;
        }
        if let Some(place) = self.place {
            write!(f, "{}:{}:", place.line, place.column)?;
        }
        let space = if self.file.is_empty() { "" } else { " " };
        write!(f, "{space}{}", self.message)
    }
}

/// How many problems are shown for one place: a wrong line may affect hundreds of tasks.
const SHOWN_PER_PLACE: usize = 3;

/// Collects the problems of one pipeline file. Keeps each problem once.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    /// Names of the files: the pipeline file, and those that it includes.
    files: Vec<String>,
    found: BTreeSet<Problem>,
    /// Places for which no more problems are accepted.
    closed: BTreeSet<Place>,
}

impl Problems {
    /// An empty collection for a file, named as the user gave it.
    pub fn of_file(file: &str) -> Self {
        Self {
            files: vec![file.to_owned()],
            ..Self::default()
        }
    }

    /// Adds a file that the pipeline includes. Returns its number in places.
    pub fn add_file(&mut self, name: &str) -> FileNumber {
        self.files.push(name.to_owned());
        self.files.len() - 1
    }

    /// An empty collection for the same files.
    pub fn of_same_files(&self) -> Self {
        Self {
            files: self.files.clone(),
            ..Self::default()
        }
    }

    /// Ignores further problems at places that already have one: they would only be consequences.
    pub fn close_places(&mut self) {
        self.closed
            .extend(self.found.iter().filter_map(|p| p.place));
    }

    /// Adds a problem at a place in the file.
    pub fn add(&mut self, place: Place, message: impl fmt::Display) {
        self.add_with(place, message, None);
    }

    /// Adds a problem at a place in the file, and what takes it away.
    pub fn add_with(&mut self, place: Place, message: impl fmt::Display, fix: Option<Fix>) {
        if !self.closed.contains(&place) {
            self.found.insert(Problem {
                file: self.files.get(place.file).cloned().unwrap_or_default(),
                place: Some(place),
                message: one_line(&message.to_string()),
                fix,
            });
        }
    }

    /// Adds a problem of the command line.
    pub fn add_usage(&mut self, message: impl fmt::Display) {
        self.found.insert(Problem {
            file: String::new(),
            place: None,
            message: one_line(&message.to_string()),
            fix: None,
        });
    }

    /// Number of problems so far.
    pub fn count(&self) -> usize {
        self.found.len()
    }

    /// Whether there is a problem at a place.
    pub fn any_at(&self, place: Place) -> bool {
        self.found.iter().any(|p| p.place == Some(place))
    }

    /// All problems, sorted by place. If a place has too many, its last line counts the rest.
    pub fn into_sorted(self) -> Vec<Problem> {
        let mut shown: Vec<Problem> = Vec::new();
        let mut here = 0;
        let mut left_out = 0;
        for problem in self.found {
            let same_place = shown
                .last()
                .is_some_and(|p| p.place.is_some() && p.place == problem.place);
            if !same_place {
                note_left_out(&mut shown, left_out);
                (here, left_out) = (0, 0);
            }
            here += 1;
            if here > SHOWN_PER_PLACE {
                left_out += 1;
            } else {
                shown.push(problem);
            }
        }
        note_left_out(&mut shown, left_out);
        shown
    }
}

fn note_left_out(shown: &mut [Problem], left_out: usize) {
    if left_out > 0
        && let Some(last) = shown.last_mut()
    {
        last.message.push_str(&format!(" (and {left_out} more)"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_come_sorted_and_the_excess_of_a_place_is_counted() {
        let mut problems = Problems::of_file("p.yaml");
        let at = |line| Place {
            file: 0,
            line,
            column: 1,
        };
        problems.add(at(9), "last");
        for i in 0..5 {
            problems.add(at(2), format_args!("task {i}"));
        }
        problems.add_usage("--set x: unknown");
        let lines: Vec<String> = problems
            .into_sorted()
            .iter()
            .map(Problem::to_string)
            .collect();
        assert_eq!(
            lines,
            [
                "--set x: unknown",
                "p.yaml:2:1: task 0",
                "p.yaml:2:1: task 1",
                "p.yaml:2:1: task 2 (and 2 more)",
                "p.yaml:9:1: last",
            ]
        );
    }
}
