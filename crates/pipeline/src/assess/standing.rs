//! The files at the output paths of a task at one time: outputs, their sidecars, and the files in output folders. What is behind a link
//! to a folder is none of them; the link itself is.

use std::collections::BTreeMap;
use std::path::Path;

use rsom_stage::folder;
use rsom_stage::{Kind, Stamp};
use serde::{Deserialize, Serialize};

use crate::assess::links;
use crate::plan::output_paths::sidecar;
use crate::plan::tasks::Task;

/// The files at some paths, relative to the workdir, with their stamps.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Standing {
    /// Outputs that are files, and their sidecars.
    paths: Vec<String>,
    /// Outputs that are folders.
    folders: Vec<String>,
    /// What stands at the paths and in the folders.
    files: BTreeMap<String, Stamp>,
}

impl Standing {
    /// Looks at the outputs of a task.
    pub fn of(task: &Task, root: &Path) -> Self {
        let mut standing = Self::default();
        for output in &task.outputs {
            if output.kind == Kind::Directory {
                standing.folders.push(output.path.clone());
            } else {
                standing.paths.push(output.path.clone());
                standing.paths.extend(sidecar(&output.path));
            }
        }
        standing.again(root)
    }

    /// Looks at the same paths again.
    pub fn again(&self, root: &Path) -> Self {
        // A task may also have written a folder where a file belongs, and the reverse.
        let all = || self.paths.iter().chain(&self.folders);
        let inside = all().flat_map(|path| inside(root, path));
        let paths = all().cloned().chain(inside);
        let files = paths.filter_map(|path| {
            let stamp = stamp(root, &path)?;
            Some((path, stamp))
        });
        Self {
            files: files.collect(),
            ..self.clone()
        }
    }

    /// The files that were written after the other look, or were not there.
    pub fn written_since<'a>(&'a self, earlier: &'a Self) -> impl Iterator<Item = &'a String> {
        let files = self.files.iter();
        files
            .filter(|(path, stamp)| earlier.files.get(*path) != Some(stamp))
            .map(|(path, _)| path)
    }

    /// Whether a file was written after the other look.
    pub fn is_written_since(&self, earlier: &Self, path: &str) -> bool {
        self.files.contains_key(path) && self.files.get(path) != earlier.files.get(path)
    }

    /// Whether a file stands at a path.
    pub fn has(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// All files that stand there.
    pub fn all(&self) -> impl Iterator<Item = &String> {
        self.files.keys()
    }

    /// The files in output folders, and those at the paths of sidecars.
    pub fn beside_outputs(&self) -> impl Iterator<Item = &String> {
        let is_output = |path: &&String| self.paths.contains(path) && !self.is_sidecar(path);
        self.files.keys().filter(move |path| !is_output(path))
    }

    fn is_sidecar(&self, path: &str) -> bool {
        let mut paths = self.paths.iter();
        paths.any(|output| sidecar(output).as_deref() == Some(path))
    }

    /// Whether an output at a path and these paths have something in common.
    pub fn touches(&self, output: &str) -> bool {
        let mut all = self.paths.iter().chain(&self.folders);
        self.covers(output) || all.any(|path| path == output || is_inside(path, output))
    }

    /// Whether a path is one of those that were looked at, or lies in one of them.
    pub fn covers(&self, path: &str) -> bool {
        let mut all = self.paths.iter().chain(&self.folders);
        all.any(|looked_at| looked_at == path || is_inside(path, looked_at))
    }
}

/// The stamp of a file in the workdir, or of a link without a file.
fn stamp(root: &Path, path: &str) -> Option<Stamp> {
    let place = links::own_file(root, path)?;
    let stamp = match links::is_link_without_file(&place) {
        true => Stamp::of_entry(&place),
        false => Stamp::of_file(&place),
    };
    stamp.ok()
}

/// Whether a path lies in a folder.
pub(crate) fn is_inside(path: &str, folder: &str) -> bool {
    let rest = path.strip_prefix(folder);
    rest.is_some_and(|rest| rest.starts_with('/'))
}

/// The files and links in a folder, without those of file browsers and engines. None behind a link.
pub(crate) fn inside(root: &Path, folder: &str) -> Vec<String> {
    if links::link_above(root, folder).is_some() {
        return Vec::new();
    }
    let files = folder::own_files(&root.join(folder)).unwrap_or_default();
    let files = files.into_iter();
    files
        .filter(|file| !folder::is_byproduct(&file.name))
        .map(|file| format!("{folder}/{}", file.name.to_string_lossy()))
        .collect()
}
