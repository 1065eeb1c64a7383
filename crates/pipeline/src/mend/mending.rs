//! Mends the texts of a pipeline in rounds: what is mended may show further problems.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rsom_stage::{text, yaml};

use crate::mend::edit::edited;
use crate::plan::build::{BuiltInStages, folder_of, problems_of};
use crate::plan::tasks::Request;
use crate::problem::{Fix, Problem};
use crate::read::place::Place;

/// Most rounds: each mends at least one word.
const MOST_ROUNDS: usize = 100;

/// A word that was replaced.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Change {
    /// Name of the file as the user gave it, or as the pipeline names it.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    pub old: String,
    pub new: String,
}

/// The texts of the files of a pipeline.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mended {
    /// The texts that differ from those of the files, by path.
    pub texts: BTreeMap<PathBuf, String>,
    /// In the order of files and lines.
    pub changes: BTreeSet<Change>,
    /// What is left.
    pub problems: Vec<Problem>,
}

/// A word at a place that is not to be replaced.
type Refused = BTreeSet<(Place, Fix)>;

/// Mends a pipeline. Writes nothing.
pub(crate) fn mended(request: &Request, built_in: &BuiltInStages<'_>) -> Mended {
    let mut now = Mended::default();
    now.problems = problems(request, built_in, &now.texts);
    let mut refused = Refused::new();
    for _ in 0..MOST_ROUNDS {
        let next = round(request, built_in, &now, &mut refused);
        match next {
            Some(next) => now = next,
            None => break,
        }
    }
    now
}

fn problems(
    request: &Request,
    built_in: &BuiltInStages<'_>,
    texts: &BTreeMap<PathBuf, String>,
) -> Vec<Problem> {
    let read = |path: &Path| match texts.get(path) {
        Some(text) => Ok(text.clone()),
        None => text::read(path),
    };
    problems_of(request, built_in, &read)
}

/// Mends all problems that can be mended now, from the end of each file to its start: so the places before stay right. `None` if there is
/// none.
fn round(
    request: &Request,
    built_in: &BuiltInStages<'_>,
    now: &Mended,
    refused: &mut Refused,
) -> Option<Mended> {
    let mut next = now.clone();
    let mut made = Vec::new();
    for problem in now.problems.iter().rev() {
        let (Some(place), Some(fix)) = (problem.place, &problem.fix) else {
            continue;
        };
        let key = (place, fix.clone());
        if refused.contains(&key) || made.contains(&key) {
            continue;
        }
        match with(request, &next, problem, place) {
            // Others may use it: alone, so that its effect shows.
            Some((_, true)) if !made.is_empty() => {}
            Some((alone, true)) => {
                let alone = checked(request, built_in, alone);
                if alone.problems.len() < now.problems.len() {
                    return Some(alone);
                }
                refused.insert(key);
            }
            Some((one, false)) => {
                next = one;
                made.push(key);
            }
            None => _ = refused.insert(key),
        }
    }
    if made.is_empty() {
        return None;
    }
    Some(checked(request, built_in, next))
}

fn checked(request: &Request, built_in: &BuiltInStages<'_>, mut mended: Mended) -> Mended {
    mended.problems = problems(request, built_in, &mended.texts);
    mended
}

/// The texts with one more problem mended, and whether other parts of the file share the word. `None` if it cannot be mended.
fn with(
    request: &Request,
    now: &Mended,
    problem: &Problem,
    place: Place,
) -> Option<(Mended, bool)> {
    let path = match place.file {
        0 => request.pipeline.clone(),
        _ => folder_of(&request.pipeline).join(&problem.file),
    };
    let text = match now.texts.get(&path) {
        Some(text) => text.clone(),
        None => text::read(&path).ok()?,
    };
    let in_file = yaml::Place {
        line: place.line,
        column: place.column,
    };
    let edited = edited(&text, in_file, problem.fix.as_ref()?)?;
    let mut next = now.clone();
    next.texts.insert(path, edited.text);
    let (old, new) = edited.words;
    next.changes.insert(Change {
        file: problem.file.clone(),
        line: edited.line,
        old,
        new,
    });
    Some((next, edited.is_shared))
}
