//! Checks the paths of outputs: inside the workdir, and each written by one task.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use crate::read::place::Place;
use rsom_stage::Kind;

use crate::assess::workdir;
use crate::plan::tasks::{InputFile, Plan};
use crate::problem::Problems;

/// The normalized path of an output, relative to the workdir.
///
/// # Errors
/// A path outside the workdir, a path of the engine's own files, or one that programs would read as an option.
pub(crate) fn normalize(path: &str) -> Result<String, String> {
    let trimmed = path.strip_suffix('/').unwrap_or(path);
    let trimmed = trimmed.strip_prefix("./").unwrap_or(trimmed);
    let parts: Vec<&str> = trimmed.split('/').collect();
    if trimmed.is_empty() || parts.iter().any(|p| matches!(*p, "" | "." | "..")) {
        return Err(format!("'{path}' is not a path inside the workdir"));
    }
    if trimmed.starts_with('-') {
        return Err(format!(
            "'{path}' begins with '-', so programs would read it as an option; give it another name"
        ));
    }
    // macOS and Windows take names that differ in case only for one.
    if [workdir::FOLDER, workdir::REPORT].contains(&&*parts[0].to_lowercase()) {
        return Err(format!("'{path}' is reserved for the records of the run"));
    }
    Ok(parts.join("/"))
}

/// The kind of a file from its name, for outputs of `run` lines.
pub(crate) fn kind_of(path: &str) -> Kind {
    let ends = |endings: &[&str]| endings.iter().any(|ending| path.ends_with(ending));
    match () {
        () if path.ends_with('/') => Kind::Directory,
        () if ends(&[".nii", ".nii.gz"]) => Kind::Volume,
        () if ends(&[".parquet"]) => Kind::Table,
        () if ends(&[".safetensors"]) => Kind::Weights,
        () if ends(&[".png", ".svg", ".pdf"]) => Kind::Figure,
        () => Kind::Document,
    }
}

/// The path of the sidecar of a NIfTI file: `x.json` next to `x.nii.gz`. `None` for other files.
pub(crate) fn sidecar(path: &str) -> Option<String> {
    let stem = path
        .strip_suffix(".nii.gz")
        .or_else(|| path.strip_suffix(".nii"))?;
    Some(format!("{stem}.json"))
}

/// Reports outputs that two tasks write, outputs inside each other, and outputs that a task reads by path.
///
/// `places` holds, for each task, the place of each of its outputs.
pub(crate) fn check_collisions(plan: &Plan, places: &[Vec<Place>], problems: &mut Problems) {
    let mut owners: BTreeMap<String, (usize, Place)> = BTreeMap::new();
    for (number, task) in plan.tasks.iter().enumerate() {
        for (output, place) in task.outputs.iter().zip(&places[number]) {
            let sidecar = sidecar(&output.path);
            for path in std::iter::once(output.path.clone()).chain(sidecar) {
                if let Some((other, _)) = owners.insert(path.clone(), (number, *place)) {
                    let (first, second) = (&plan.tasks[other].label, &task.label);
                    let message = if other == number {
                        format!("'{path}' is written twice by '{first}'")
                    } else {
                        format!("'{path}' is written by two tasks: '{first}' and '{second}'")
                    };
                    problems.add(*place, message);
                }
            }
        }
    }
    for (path, (number, place)) in &owners {
        let folders = Path::new(path).ancestors().skip(1);
        for folder in folders.filter_map(Path::to_str) {
            if let Some((other, _)) = owners.get(folder) {
                let other = &plan.tasks[*other].label;
                let own = &plan.tasks[*number].label;
                problems.add(
                    *place,
                    format!("'{path}' of '{own}' lies inside '{folder}' of '{other}'"),
                );
            }
        }
    }
    check_case(plan, &owners, problems);
    check_hidden_needs(plan, &owners, problems);
}

/// Reports scans, else outputs, whose names differ in case only: macOS and Windows take them for one. One pair stands for all.
fn check_case(plan: &Plan, owners: &BTreeMap<String, (usize, Place)>, problems: &mut Problems) {
    let way_out =
        "differ in case only, and macOS and Windows take them for one; rename one of them";
    let places: HashMap<usize, Place> = owners.values().copied().collect();
    let mut scans: HashMap<Cow<'_, str>, &str> = HashMap::new();
    for (number, task) in plan.tasks.iter().enumerate() {
        let (Some(scan), Some(place)) = (task.scan.as_deref(), places.get(&number)) else {
            continue;
        };
        let other = scans.entry(lower_case(scan)).or_insert(scan);
        if *other != scan {
            let message = format!("the scans '{other}' and '{scan}' {way_out}");
            return problems.add(*place, message);
        }
    }
    let known: HashMap<Cow<'_, str>, (&str, usize)> = (owners.iter().rev())
        .map(|(path, (number, _))| (lower_case(path), (path.as_str(), *number)))
        .collect();
    let mut last_folder = None;
    for (path, (number, place)) in owners {
        let folder = Path::new(path).parent();
        // Folders around outputs, too: an output may be the folder around another. Neighbors share their folders.
        let above = folder.filter(|_| folder != last_folder);
        last_folder = folder;
        let above = above.into_iter().flat_map(Path::ancestors);
        let names = std::iter::once(path.as_str()).chain(above.filter_map(Path::to_str));
        for own in names {
            let Some((other, of)) = known.get(&lower_case(own)) else {
                continue;
            };
            if *other != own {
                let (first, second) = (&plan.tasks[*of].label, &plan.tasks[*number].label);
                let message =
                    format!("'{other}' of '{first}' and '{path}' of '{second}' {way_out}");
                return problems.add(*place, message);
            }
        }
    }
}

/// A name in lower case, as systems that ignore case compare it.
fn lower_case(name: &str) -> Cow<'_, str> {
    let is_lower = |byte: u8| byte.is_ascii() && !byte.is_ascii_uppercase();
    match name.bytes().all(is_lower) {
        true => Cow::Borrowed(name),
        false => Cow::Owned(name.to_lowercase()),
    }
}

/// Reports a task that reads the output of another task by path, or reads the folder around it: nothing would order the two
/// tasks.
fn check_hidden_needs(
    plan: &Plan,
    owners: &BTreeMap<String, (usize, Place)>,
    problems: &mut Problems,
) {
    let workdir = without_dots(&plan.workdir);
    // Whether a folder of inputs has nothing in common with the workdir.
    let mut apart: HashMap<&OsStr, bool> = HashMap::new();
    for task in &plan.tasks {
        for file in task.inputs.iter().flat_map(|input| &input.files) {
            let InputFile::External { path, .. } = file else {
                continue;
            };
            let folder = path.parent().map(Path::as_os_str);
            let is_apart = folder.is_some_and(|folder| {
                *apart.entry(folder).or_insert_with(|| {
                    let folder = without_dots(Path::new(folder));
                    !folder.starts_with(&workdir) && !workdir.starts_with(&folder)
                })
            });
            if is_apart {
                continue;
            }
            let (path, reader) = (without_dots(path), &task.label);
            let relative = path.strip_prefix(&workdir).ok().and_then(Path::to_str);
            if let Some(relative) = relative
                && let Some((owner, place)) = (Path::new(relative).ancestors())
                    .filter_map(Path::to_str)
                    .find_map(|p| owners.get(p))
            {
                let owner = &plan.tasks[*owner].step;
                let message = format!(
                    "'{relative}' is an output of step '{owner}', but '{reader}' reads it by path; write '{owner}.<output>' instead"
                );
                problems.add(*place, message);
            } else if let Some((output, (owner, place))) = first_output_in(&path, &workdir, owners)
            {
                let folder = path.display();
                let owner = &plan.tasks[*owner];
                let message = format!(
                    "'{output}' of '{}' lies in {folder}, but '{reader}' reads this folder by path; \
                     write '{}.<output>' as its input, or move the output to another folder",
                    owner.label, owner.step
                );
                problems.add(*place, message);
            }
        }
    }
}

/// The first output inside a folder.
fn first_output_in<'a, T>(
    folder: &Path,
    workdir: &Path,
    owners: &'a BTreeMap<String, T>,
) -> Option<(&'a String, &'a T)> {
    let prefix = if workdir.starts_with(folder) {
        String::new()
    } else {
        format!("{}/", folder.strip_prefix(workdir).ok()?.to_str()?)
    };
    let first = owners.range(prefix.clone()..).next();
    first.filter(|(output, _)| output.starts_with(&prefix))
}

/// A path without `.` and `..`. Does not follow links.
fn without_dots(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_inside_the_workdir() {
        assert_eq!(normalize("./a/b/").unwrap(), "a/b");
        for path in [
            "",
            "/",
            ".",
            "..",
            "/etc/x",
            "a/../../x",
            "a//b",
            ".rsom/x",
            "run.json",
            ".RSOM/x",
            "RUN.json",
            "Run.JSON/x",
            "-x",
            "./--force",
        ] {
            assert!(normalize(path).is_err(), "{path}");
        }
    }

    #[test]
    fn paths_are_normalized_before_they_are_compared() {
        for path in ["/a/b/c", "/a/./b//c/", "/a/x/../b/c", "/../a/b/x/y/../../c"] {
            assert_eq!(without_dots(Path::new(path)), Path::new("/a/b/c"), "{path}");
        }
    }

    #[test]
    fn only_nifti_files_have_sidecars() {
        assert_eq!(sidecar("a/b.v2.nii.gz").unwrap(), "a/b.v2.json");
        assert_eq!(sidecar("b.nii").unwrap(), "b.json");
        assert_eq!(sidecar("b.parquet"), None);
    }
}
