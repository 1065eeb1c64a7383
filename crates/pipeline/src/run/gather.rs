//! Gathers the outputs and records of all tasks in one folder, which a later `rsom run` takes for its output folder.

use std::path::{Path, PathBuf};

use rsom_stage::{ExitCode, StageError, atomic, folder};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::assess::workdir::Workdir;
use crate::run::staged::{self, Staged, staged};

/// Where the outputs belong.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Gathering {
    /// Name of the folder.
    pub folder: String,
    /// The path of each file or folder below it.
    pub paths: Vec<String>,
}

/// Copies the files of an engine's job into one folder below `here`.
///
/// # Errors
/// Exit code 3: the files are not those that were expected. Exit code 4: a file cannot be written.
pub(crate) fn gather(
    gathering: &Gathering,
    given: &Value,
    here: &Path,
) -> Result<ExitCode, StageError> {
    let root = here.join(&gathering.folder);
    let of = |name: &str| staged(&given[name]).map_err(StageError::usage);
    let (files, records) = (of("files")?, of("records")?);
    if files.len() != gathering.paths.len() {
        return Err(StageError::usage(format_args!(
            "{} files for {} places",
            files.len(),
            gathering.paths.len()
        )));
    }
    for (file, path) in files.iter().zip(&gathering.paths) {
        place(file, &root.join(path))?;
    }
    let inbox = Workdir::new(&root).inbox();
    for (number, record) in records.iter().enumerate() {
        copy(&record.path, &inbox.join(format!("{number}.json")))?;
    }
    staged::write(
        here,
        &json!({ "study": staged::folder(Path::new(&gathering.folder)) }),
    )?;
    Ok(ExitCode::Done)
}

fn place(file: &Staged, to: &Path) -> Result<(), StageError> {
    if !file.is_folder {
        for beside in &file.beside {
            let name = beside.file_name().unwrap_or_default();
            copy(beside, &to.with_file_name(name))?;
        }
        return copy(&file.path, to);
    }
    std::fs::create_dir_all(to).map_err(|e| StageError::output(to, atomic::plain(&e)))?;
    let inside =
        folder::files(&file.path).map_err(|e| StageError::input(&file.path, atomic::plain(&e)))?;
    let names: Vec<PathBuf> = inside.into_iter().map(|file| file.name).collect();
    names
        .iter()
        .try_for_each(|name| copy(&file.path.join(name), &to.join(name)))
}

fn copy(from: &Path, to: &Path) -> Result<(), StageError> {
    let failed = |e: std::io::Error| StageError::output(to, atomic::plain(&e));
    if let Some(folder) = to.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    if to.is_symlink() {
        std::fs::remove_file(to).map_err(failed)?;
    }
    match std::fs::copy(from, to) {
        Ok(_) => Ok(()),
        Err(e) if !from.is_file() => Err(StageError::input(from, atomic::plain(&e))),
        Err(e) => Err(failed(e)),
    }
}
