//! Files of the user at places where a task writes: they are put back, or moved aside, and never lost.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use rsom_stage::{StageError, atomic, fingerprint, log};

use crate::assess::assessor::Assessor;
use crate::assess::links;
use crate::assess::standing::Standing;
use crate::assess::unrecorded::Killed;
use crate::assess::workdir::Workdir;

/// Copies of the user's files in the output folders of a running task, and at the paths of sidecars.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    workdir: Workdir,
    folder: PathBuf,
    /// Paths relative to the workdir.
    paths: Vec<String>,
}

impl Kept {
    /// Copies files before a task starts.
    ///
    /// # Errors
    /// Exit code 4: a file cannot be copied.
    pub fn copy(workdir: &Workdir, label: &str, paths: Vec<String>) -> Result<Self, StageError> {
        let kept = Self::of(workdir, label, paths);
        for path in &kept.paths {
            let (from, to) = (workdir.root().join(path), kept.folder.join(path));
            copy(&from, &to).map_err(|e| StageError::output(&to, atomic::plain(&e)))?;
        }
        Ok(kept)
    }

    /// Puts the files back that the task wrote over, after it has ended. Returns their paths with the sha256 of what the task
    /// wrote there; this is moved aside.
    ///
    /// # Errors
    /// Exit code 4: a file cannot be moved. The copies stay.
    pub fn put_back(self, before: &Standing) -> Result<BTreeMap<String, String>, StageError> {
        if self.paths.is_empty() {
            return Ok(BTreeMap::new());
        }
        let now = before.again(self.workdir.root());
        let mut replaced = BTreeMap::new();
        for path in &self.paths {
            let target = self.workdir.root().join(path);
            let failed = |e: io::Error| StageError::output(&target, atomic::plain(&e));
            if now.is_written_since(before, path) {
                let sha256 = match links::is_link_without_file(&target) {
                    true => links::hash_of_link(&target),
                    false => fingerprint::of_file(&target),
                };
                let sha256 = sha256.map_err(failed)?;
                move_aside(&self.workdir, path).map_err(failed)?;
                replaced.insert(path.clone(), sha256);
            }
            if self.is_missing(path) {
                self.bring_back(path).map_err(failed)?;
            }
        }
        self.forget();
        Ok(replaced)
    }

    fn of(workdir: &Workdir, label: &str, paths: Vec<String>) -> Self {
        let name = fingerprint::of_bytes(label.as_bytes());
        Self {
            folder: workdir.copies().join(format!("{name:.16}")),
            workdir: workdir.clone(),
            paths,
        }
    }
}

/// The error of a task that wrote over files of the user, which are back at their places.
pub(crate) fn wrote_over(workdir: &Workdir, paths: &BTreeMap<String, String>) -> StageError {
    let named: Vec<&str> = paths.keys().map(String::as_str).collect();
    StageError::output(
        workdir.root(),
        format_args!(
            "the task would overwrite files that no run of this folder wrote: {}; they stay as they were; move them to \
             another folder, or add --replace",
            named.join(", ")
        ),
    )
}

/// Looks at the outputs of the tasks that a killed run left behind. What was written since their start and is not recorded may
/// be half an output or a file of the user: it is moved aside, so that the tasks can run again.
///
/// # Errors
/// Exit code 4: a file cannot be moved.
pub(crate) fn settle_killed(assessor: &mut Assessor) -> Result<(), StageError> {
    for killed in assessor.unrecorded.killed() {
        settle(assessor, &killed)?;
    }
    Ok(())
}

/// Like [`settle_killed`], for one task. Stops its processes first.
///
/// # Errors
/// Exit code 4: a file cannot be moved.
pub(crate) fn settle(assessor: &mut Assessor, killed: &Killed) -> Result<(), StageError> {
    let workdir = assessor.workdir.clone();
    let Killed { label, before, .. } = killed;
    #[cfg(unix)]
    if let Some(mark) = &killed.mark {
        crate::run::group::stop_marked(mark);
    }
    let now = before.again(workdir.root());
    for path in now.written_since(before) {
        let sha256 = assessor.hash_if_present(path);
        if sha256.is_some_and(|sha256| assessor.records.contains(path, &sha256)) {
            continue;
        }
        let aside = move_aside(&workdir, path)
            .map_err(|e| StageError::output(&workdir.root().join(path), atomic::plain(&e)))?;
        assessor.hashes.forget(&workdir.root().join(path));
        log::warn(format_args!(
            "{path} was written while '{label}' ran in a run that was killed, or after it; it is now {aside}"
        ));
    }
    let paths = before.beside_outputs().cloned().collect();
    Kept::of(&workdir, label, paths).put_back_missing()?;
    assessor.unrecorded.remove(&killed.name);
    Ok(())
}

impl Kept {
    /// Puts the files back that are missing now.
    fn put_back_missing(self) -> Result<(), StageError> {
        for path in &self.paths {
            let (from, to) = (self.folder.join(path), self.workdir.root().join(path));
            if from.exists() && self.is_missing(path) {
                self.bring_back(path)
                    .map_err(|e| StageError::output(&to, atomic::plain(&e)))?;
            }
        }
        self.forget();
        Ok(())
    }

    /// Whether a file is no longer at its place. What is behind a link is another file.
    fn is_missing(&self, path: &str) -> bool {
        let root = self.workdir.root();
        links::link_above(root, path).is_some() || root.join(path).symlink_metadata().is_err()
    }

    /// Moves a copy to the place of its file. Where only a link leads to now, it goes to the folder of kept files instead.
    fn bring_back(&self, path: &str) -> io::Result<()> {
        let from = self.folder.join(path);
        let root = self.workdir.root();
        if let Some(link) = links::link_above(root, path) {
            let kept = free_place(&self.workdir, path)?;
            rename(&from, &kept)?;
            log::warn(format_args!(
                "{link} is a link now, so the file {path}, which no task wrote, is not put back behind it; it is {}",
                kept.display()
            ));
            return Ok(());
        }
        rename(&from, &root.join(path))
    }

    /// Removes the copies of files that are at their places.
    fn forget(&self) {
        if !self.paths.is_empty() {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

/// Moves a file of the workdir to the folder of kept files. Returns its new path, relative to the workdir.
fn move_aside(workdir: &Workdir, path: &str) -> io::Result<String> {
    // A link itself is moved, and what is behind one stays.
    let from = links::own_file(workdir.root(), path).ok_or(io::ErrorKind::NotFound)?;
    let target = free_place(workdir, path)?;
    std::fs::rename(from, &target)?;
    let below = target.strip_prefix(workdir.root()).unwrap_or(&target);
    Ok(below.display().to_string())
}

/// A free place for a file of the workdir in the folder of kept files.
///
/// Where its path is taken in that folder, or a part of it is a file or a link there, that is `2/<path>`, then `3/<path>`: these names
/// are no longer than its own.
fn free_place(workdir: &Workdir, path: &str) -> io::Result<PathBuf> {
    let kept = workdir.kept();
    std::fs::create_dir_all(&kept)?;
    let numbered = (2..).map(|number| kept.join(number.to_string()));
    for folder in std::iter::once(kept.clone()).chain(numbered) {
        if links::link_above(&folder, path).is_some() {
            continue;
        }
        let target = folder.join(path);
        match create_folder_of(&target) {
            Ok(()) if target.symlink_metadata().is_ok() => {}
            Ok(()) => return Ok(target),
            Err(e) if is_file_in_the_way(&e) => {}
            Err(e) => return Err(e),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

fn is_file_in_the_way(error: &io::Error) -> bool {
    let kinds = [io::ErrorKind::NotADirectory, io::ErrorKind::AlreadyExists];
    kinds.contains(&error.kind())
}

fn rename(from: &Path, to: &Path) -> io::Result<()> {
    create_folder_of(to)?;
    std::fs::rename(from, to)
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    create_folder_of(to)?;
    std::fs::copy(from, to).map(|_| ())
}

fn create_folder_of(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), std::fs::create_dir_all)
}
