//! Files that a user made instead of an output, such as a mask corrected by hand.
//!
//! A file `corrections/<step>/<name>` next to the pipeline takes the place of an output for all tasks that read it. The output
//! itself is made as before. `<name>` is the id of a scan or the name of the output, without its ending. Where outputs in several
//! folders share a name, as many folders as needed stand before it, as in the path of the output: `corrections/<step>/a/<name>`; the
//! whole path always names one output. A text file of the same name is a note on the correction.

use std::collections::BTreeSet;
use std::path::Path;

use rsom_stage::{Kind, atomic, folder};

use crate::plan::correction::Correction;
use crate::plan::tasks::{InputFile, Plan};
use crate::problem::Problems;
use crate::suggest;

/// Name of the folder next to the pipeline.
const FOLDER: &str = "corrections";
/// Most names in a message.
const NAMED: usize = 5;
/// Ending of notes.
const NOTE: &str = "txt";

impl Plan {
    /// Lets tasks read the files of the folder `corrections` in `folder`, and those of `words`, each as `STEP:NAME=FILE`.
    pub(crate) fn apply_corrections(
        &mut self,
        folder: &Path,
        words: &[String],
        problems: &mut Problems,
    ) {
        let mut found = self.in_folder(&folder.join(FOLDER), problems);
        for word in words {
            match self.of_word(word) {
                Ok(correction) => {
                    found.retain(|other| {
                        (other.task, other.output) != (correction.task, correction.output)
                    });
                    found.push(correction);
                }
                Err(message) => problems.add_usage(format_args!("--correct {word}: {message}")),
            }
        }
        found.sort_by_key(|correction| (correction.task, correction.output));
        for pair in found.windows(2) {
            if (pair[0].task, pair[0].output) == (pair[1].task, pair[1].output) {
                problems.add_usage(format_args!(
                    "{} and {} correct the same output; keep one of them",
                    pair[0].path.display(),
                    pair[1].path.display()
                ));
            }
        }
        for correction in &found {
            self.replace(correction);
        }
        self.corrections = found;
    }

    /// The corrections in the folders of the steps.
    fn in_folder(&self, root: &Path, problems: &mut Problems) -> Vec<Correction> {
        if !root.is_dir() {
            return Vec::new();
        }
        let files = match folder::files(root) {
            Ok(files) => files,
            Err(error) => {
                problems.add_usage(format_args!(
                    "{}: {}",
                    root.display(),
                    atomic::plain(&error)
                ));
                return Vec::new();
            }
        };
        let mut found = Vec::new();
        for file in files
            .into_iter()
            .filter(|file| !folder::is_hidden(&file.name))
        {
            let path = root.join(&file.name);
            let is_part = file
                .name
                .extension()
                .is_some_and(|e| e == NOTE || e == "json");
            if is_part {
                continue;
            }
            let inside = folder::slashed(&file.name);
            let correction = match inside.split_once('/') {
                Some((step, name)) => self.correction(step, name, &path),
                None => Err(format!(
                    "it must lie in the folder of a step, as {FOLDER}/<step>/<scan>.nii.gz"
                )),
            };
            match correction {
                Ok(correction) => found.push(correction),
                Err(message) => problems.add_usage(format_args!("{}: {message}", path.display())),
            }
        }
        found
    }

    /// The correction of a word `STEP:NAME=FILE`.
    fn of_word(&self, word: &str) -> Result<Correction, String> {
        let parts = word.split_once('=').and_then(|(target, file)| {
            let (step, name) = target.split_once(':')?;
            Some((step, name, file))
        });
        let Some((step, name, file)) = parts else {
            return Err("write STEP:NAME=FILE, such as predict:S03=mask.nii.gz".to_owned());
        };
        let path = std::path::absolute(file).map_err(|e| atomic::plain(&e))?;
        if !path.is_file() {
            return Err(format!("there is no file {}", path.display()));
        }
        let file = path.file_name().and_then(|name| name.to_str());
        let ending = file.map_or("", |file| &file[stem(file).len()..]);
        self.correction(step, &format!("{name}{ending}"), &path)
    }

    /// The correction of an output of a step by a file of some name.
    fn correction(&self, step: &str, name: &str, path: &Path) -> Result<Correction, String> {
        let tasks: Vec<usize> = (0..self.tasks.len())
            .filter(|i| self.tasks[*i].step == step)
            .collect();
        if tasks.is_empty() {
            let mut steps: Vec<&str> = self.tasks.iter().map(|task| task.step.as_str()).collect();
            steps.dedup();
            return Err(format!(
                "the pipeline has no step '{step}'{}",
                suggest::hint(step, steps)
            ));
        }
        let path_of = |(task, output): &(usize, usize)| &*self.tasks[*task].outputs[*output].path;
        let chosen = self.chosen(&tasks, name);
        match chosen.as_slice() {
            [(task, output)] => Ok(Correction {
                task: *task,
                output: *output,
                path: path.to_path_buf(),
                note: note(path),
            }),
            [] => Err(format!(
                "no output of step '{step}' of this kind is of a scan or has a name '{}'{}",
                stem(name),
                self.hint(&tasks, name)
            )),
            [first, ..] => Err(format!(
                "step '{step}' makes several such files of '{}'; name it as the one that it corrects, such as {}",
                stem(name),
                shortest(
                    path_of(first),
                    &chosen.iter().map(path_of).collect::<Vec<_>>()
                )
            )),
        }
    }

    /// The name of an output or scan that may be meant, else the first names.
    fn hint(&self, tasks: &[usize], name: &str) -> String {
        let outputs = tasks.iter().flat_map(|task| {
            let outputs = 0..self.tasks[*task].outputs.len();
            outputs
                .filter(|output| self.fits(*task, *output, name))
                .map(|output| {
                    let path = stem(&self.tasks[*task].outputs[output].path);
                    path.rsplit('/').next().unwrap_or(path)
                })
        });
        let outputs: BTreeSet<&str> = outputs.collect();
        let scans = tasks
            .iter()
            .filter_map(|task| self.tasks[*task].scan.as_deref());
        let hint = suggest::hint(stem(name), outputs.iter().copied().chain(scans));
        let more = outputs.len().saturating_sub(NAMED);
        if hint.starts_with(" (did") || more == 0 {
            return hint;
        }
        let first: Vec<&str> = outputs.into_iter().take(NAMED).collect();
        format!(" (known: {} and {more} more)", first.join(", "))
    }

    /// The outputs of some tasks that a file of this name may correct, as task and output.
    fn chosen(&self, tasks: &[usize], name: &str) -> Vec<(usize, usize)> {
        let outputs: Vec<(usize, usize)> = (tasks.iter())
            .flat_map(|task| (0..self.tasks[*task].outputs.len()).map(|output| (*task, output)))
            .filter(|(task, output)| self.fits(*task, *output, name))
            .collect();
        let path_of = |(task, output): &(usize, usize)| &*self.tasks[*task].outputs[*output].path;
        let named = |output: &(usize, usize)| ends_with(stem(path_of(output)), stem(name));
        let whole = |output: &(usize, usize)| stem(path_of(output)) == stem(name);
        let of_scan =
            |(task, _): &(usize, usize)| self.tasks[*task].scan.as_deref() == Some(stem(name));
        let mut by_name: Vec<_> = outputs.iter().copied().filter(named).collect();
        if by_name.iter().any(whole) {
            by_name.retain(whole);
        }
        let mut by_scan: Vec<_> = outputs.iter().copied().filter(of_scan).collect();
        // A corrected volume of a scan is a mask, if the step makes one.
        let is_mask = |(task, output): &(usize, usize)| {
            matches!(
                self.tasks[*task].outputs[*output].kind,
                Kind::Mask | Kind::Labels
            )
        };
        if by_scan.iter().any(is_mask) {
            by_scan.retain(is_mask);
        }
        if by_name.is_empty() { by_scan } else { by_name }
    }

    /// Whether a file of this name has the format of an output.
    fn fits(&self, task: usize, output: usize, name: &str) -> bool {
        let output = &self.tasks[task].outputs[output];
        let is_file = output.kind != Kind::Directory && output.kind.accepts_name(Path::new(name));
        let same_ending = |a: &str, b: &str| Path::new(a).extension() == Path::new(b).extension();
        is_file && (!output.kind.endings().is_empty() || same_ending(&output.path, name))
    }

    /// Lets all tasks read the correction.
    fn replace(&mut self, correction: &Correction) {
        let files = self.tasks.iter_mut().flat_map(|task| &mut task.inputs);
        for file in files.flat_map(|input| &mut input.files) {
            if let InputFile::Output { task, output, .. } = file
                && (*task, *output) == (correction.task, correction.output)
            {
                *file = InputFile::Corrected {
                    path: correction.path.clone(),
                    task: *task,
                    output: *output,
                };
            }
        }
    }
}

/// The note next to a correction.
fn note(path: &Path) -> String {
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or("");
    let beside = path.with_file_name(format!("{}.{NOTE}", stem(name)));
    std::fs::read_to_string(beside)
        .map(|text| text.trim().to_owned())
        .unwrap_or_default()
}

/// A name up to the ending of its format.
fn stem(name: &str) -> &str {
    let name = name.strip_suffix(".gz").unwrap_or(name);
    name.rfind('.').map_or(name, |dot| &name[..dot])
}

/// Whether the last parts of a path are those of another.
fn ends_with(path: &str, last: &str) -> bool {
    let before = path.strip_suffix(last);
    before.is_some_and(|before| before.is_empty() || before.ends_with('/'))
}

/// The last parts of a path, as few as name no other of these paths.
fn shortest<'a>(path: &'a str, all: &[&str]) -> &'a str {
    let starts = path.rmatch_indices('/').map(|(slash, _)| slash + 1);
    let mut parts = starts.map(|start| &path[start..]);
    let is_only = |part: &&str| all.iter().filter(|path| ends_with(path, part)).count() == 1;
    parts.find(is_only).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_named_by_as_few_parts_as_are_its_own() {
        let all = ["a/m.nii.gz", "b/a/m.nii.gz", "b/m.nii.gz", "b/n.nii.gz"];
        let named = all.map(|path| shortest(path, &all));
        // The first has no part of its own: its whole path comes first.
        assert_eq!(
            named,
            ["a/m.nii.gz", "b/a/m.nii.gz", "b/m.nii.gz", "n.nii.gz"]
        );
        assert!(ends_with("b/xm", "xm") && !ends_with("b/xm", "m"));
    }
}
