//! Files that earlier runs made and the plan no longer has, such as the measures of a scan that was removed from the study.

use std::cell::LazyCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rsom_stage::{Kind, StageError, atomic};

use crate::assess::assessor::Assessor;
use crate::assess::links;
use crate::assess::standing::is_inside;
use crate::plan::output_paths::sidecar;
use crate::plan::tasks::{InputFile, Plan};

/// Files of earlier runs of a pipeline that its plan neither writes nor reads, relative to the workdir and sorted.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Leftovers {
    /// As a task wrote them.
    pub unedited: Vec<String>,
    /// Edited since: these belong to the user.
    pub edited: Vec<String>,
}

impl Leftovers {
    /// Looks for recorded files that exist and are not part of the plan. Files of other pipelines in the same workdir do not
    /// count.
    pub fn of(plan: &Plan, assessor: &mut Assessor) -> Self {
        let recorded = assessor.records.paths_of(Some(&plan.name));
        Self::among(recorded, plan, assessor)
    }

    /// Like [`Self::of`], with the files of all pipelines.
    pub fn of_all(plan: &Plan, assessor: &mut Assessor) -> Self {
        let recorded = assessor.records.paths_of(None);
        Self::among(recorded, plan, assessor)
    }

    fn among(recorded: Vec<String>, plan: &Plan, assessor: &mut Assessor) -> Self {
        let mut planned: BTreeSet<String> = BTreeSet::new();
        let mut folders: Vec<&str> = Vec::new();
        for output in plan.tasks.iter().flat_map(|task| &task.outputs) {
            planned.extend(sidecar(&output.path));
            planned.insert(output.path.clone());
            if output.kind == Kind::Directory {
                folders.push(&output.path);
            }
        }
        // Looked up only for files that may be left: links of thousands of inputs take long.
        let inputs = LazyCell::new(|| inputs(plan));
        let root = assessor.workdir.root().to_path_buf();
        let is_input = |path: &str| {
            let real = root.join(path).canonicalize();
            real.is_ok_and(|real| real.ancestors().any(|above| inputs.contains(above)))
        };
        let is_left = |path: &String| {
            !planned.contains(path)
                && !folders.iter().any(|folder| is_inside(path, folder))
                && links::own_file(&root, path).is_some_and(|file| file.is_file())
                && !is_input(path)
        };
        let mut found = Self::default();
        for path in recorded.into_iter().filter(is_left) {
            assessor.hashes.forget(&root.join(&path));
            let sha256 = assessor.hash_if_present(&path).unwrap_or_default();
            match assessor.records.contains(&path, &sha256) {
                true => found.unedited.push(path),
                false => found.edited.push(path),
            }
        }
        found
    }

    /// A warning that names the first file and the way out: a wildcard finds these files, too. `None` if there are none.
    pub fn warning(&self) -> Option<String> {
        let first = self.unedited.first().or(self.edited.first())?;
        let total = self.unedited.len() + self.edited.len();
        let way_out = match (self.unedited.len(), self.edited.len()) {
            (_, 0) => "'run --prune' removes them".to_owned(),
            (0, _) => "they were edited, so 'run --prune' keeps them".to_owned(),
            (_, edited) => format!("'run --prune' removes them, except {edited} that were edited"),
        };
        Some(format!(
            "{total} files of earlier runs are not part of this plan, for example {first}; a wildcard finds them, too; {way_out}"
        ))
    }

    /// Removes the unedited files, and folders that are then empty.
    ///
    /// # Errors
    /// Exit code 4: a file cannot be removed.
    pub fn remove(&self, assessor: &mut Assessor) -> Result<(), StageError> {
        let root = assessor.workdir.root().to_path_buf();
        for path in &self.unedited {
            let Some(absolute) = links::own_file(&root, path) else {
                continue;
            };
            std::fs::remove_file(&absolute)
                .map_err(|e| StageError::output(&absolute, atomic::plain(&e)))?;
            assessor.hashes.forget(&absolute);
            remove_empty_folders(&root, absolute.parent());
        }
        Ok(())
    }
}

/// The files and folders that the plan reads by path, and what belongs to them, without links.
fn inputs(plan: &Plan) -> BTreeSet<PathBuf> {
    let files = plan.tasks.iter().flat_map(|task| &task.inputs);
    let files = files.flat_map(|input| &input.files);
    let given = files.filter_map(|file| match file {
        InputFile::External { path, .. } | InputFile::Corrected { path, .. } => Some(path.clone()),
        InputFile::Output { .. } => None,
    });
    let with_parts = given.flat_map(|path| {
        let pair = rsom_stage::fingerprint::pair(&path).into_iter().flatten();
        let sidecar = path.to_str().and_then(sidecar).map(PathBuf::from);
        let parts: Vec<PathBuf> = pair.chain(sidecar).collect();
        parts.into_iter().chain(std::iter::once(path))
    });
    with_parts.filter_map(|p| p.canonicalize().ok()).collect()
}

/// Removes a folder and the folders around it as long as they are empty and inside the workdir.
fn remove_empty_folders(root: &Path, folder: Option<&Path>) {
    let mut folder = folder;
    while let Some(inside) = folder.filter(|folder| *folder != root && folder.starts_with(root)) {
        if std::fs::remove_dir(inside).is_err() {
            return;
        }
        folder = inside.parent();
    }
}
