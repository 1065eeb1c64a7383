//! What is wrong with a pipeline, and where; all of it at once.

use std::collections::BTreeSet;
use std::fmt;

use rsom_stage::yaml::Place;

/// One thing that is wrong, as `file:line:column: message`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Name of the file as the user gave it; empty for a problem of the command line.
    pub file: String,
    /// Where in the file.
    pub place: Option<Place>,
    /// What, in one line.
    pub message: String,
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

/// How many problems are told of one place; a wrong line may concern hundreds of tasks.
const TOLD_OF_ONE_PLACE: usize = 3;

/// Collects problems of one pipeline file; each is told once.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    file: String,
    found: BTreeSet<Problem>,
    /// Places of which nothing more is told.
    closed: BTreeSet<Place>,
}

impl Problems {
    /// A collector for a file under the name that the user gave.
    pub fn of_file(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            ..Self::default()
        }
    }

    /// From now on nothing more is told of places that have a problem: what follows from it would be noise.
    pub fn close_places(&mut self) {
        self.closed
            .extend(self.found.iter().filter_map(|p| p.place));
    }

    /// Something wrong at a place in the file.
    pub fn add(&mut self, place: Place, message: impl fmt::Display) {
        if !self.closed.contains(&place) {
            self.found.insert(Problem {
                file: self.file.clone(),
                place: Some(place),
                message: message.to_string(),
            });
        }
    }

    /// Something wrong on the command line.
    pub fn add_usage(&mut self, message: impl fmt::Display) {
        self.found.insert(Problem {
            file: String::new(),
            place: None,
            message: message.to_string(),
        });
    }

    /// How many were found so far.
    pub fn count(&self) -> usize {
        self.found.len()
    }

    /// Whether something was found at a place.
    pub fn any_at(&self, place: Place) -> bool {
        self.found.iter().any(|p| p.place == Some(place))
    }

    /// All of them sorted by place, with the excess of one place summed up in a line.
    pub fn into_sorted(self) -> Vec<Problem> {
        let mut told: Vec<Problem> = Vec::new();
        let mut here = 0;
        let mut left_out = 0;
        for problem in self.found {
            let same_place = told
                .last()
                .is_some_and(|p| p.place.is_some() && p.place == problem.place);
            if !same_place {
                note_left_out(&mut told, left_out);
                (here, left_out) = (0, 0);
            }
            here += 1;
            if here > TOLD_OF_ONE_PLACE {
                left_out += 1;
            } else {
                told.push(problem);
            }
        }
        note_left_out(&mut told, left_out);
        told
    }
}

fn note_left_out(told: &mut [Problem], left_out: usize) {
    if left_out > 0
        && let Some(last) = told.last_mut()
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
        let at = |line| Place { line, column: 1 };
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
