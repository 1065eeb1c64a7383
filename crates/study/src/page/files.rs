//! Reads the outputs of a study for its page: files in its folder, as they were recorded, and nothing else.
//!
//! A `run.json` may come from someone else. It must not bring other files of the reader onto a page that goes on to a third.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use rsom_pipeline::{RecordedFile, RecordedRun, RecordedTask};
use rsom_stage::{atomic, fingerprint, sidecar};

/// Largest text or table that is read, in bytes.
pub(super) const MOST_BYTES: u64 = 64 << 20;

/// The folder of a study.
pub(super) struct Folder {
    /// Without links, so that what lies in it can be told.
    real: Option<PathBuf>,
}

impl Folder {
    pub fn of(folder: &Path) -> Self {
        let folder = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        Self {
            real: folder.canonicalize().ok(),
        }
    }

    /// The size of an output in bytes.
    ///
    /// # Errors
    /// In one line: it is not there, not in the folder, or no regular file.
    pub fn size(&self, output: &RecordedFile) -> Result<u64, String> {
        let path = self.path(output)?;
        let found = std::fs::metadata(&path).map_err(|e| atomic::plain(&e))?;
        Ok(found.len())
    }

    /// The content of an output.
    ///
    /// # Errors
    /// In one line: it is not there, not in the folder, no regular file, larger than `most_bytes`, or not as it was recorded.
    pub fn read(&self, output: &RecordedFile, most_bytes: u64) -> Result<Vec<u8>, String> {
        let bytes = bounded(&self.path(output)?, most_bytes)?;
        match &output.sha256 {
            Some(sha256) if fingerprint::of_bytes(&bytes) != *sha256 => {
                Err("it was changed after the run".to_owned())
            }
            _ => Ok(bytes),
        }
    }

    /// The path of a volume that is what was recorded. Scans often lie outside the folder of the study: who wrote down the hash of such
    /// a file knew it already.
    ///
    /// # Errors
    /// In one line: it is not there, no regular file, or not as it was recorded.
    pub fn volume(&self, file: &RecordedFile) -> Result<PathBuf, String> {
        let path = self.anywhere(file)?;
        // Files of the system that have no end say that they are empty.
        if !path
            .metadata()
            .is_ok_and(|found| found.is_file() && found.len() > 0)
        {
            return Err("it is no regular file with content".to_owned());
        }
        let name = path.to_string_lossy().to_lowercase();
        let endings = [".nii", ".nii.gz", ".hdr", ".img"];
        if !endings.iter().any(|ending| name.ends_with(ending)) {
            return Err("its name is not that of a NIfTI file".to_owned());
        }
        let recorded = file.sha256.as_ref().ok_or("its sha256 is not recorded")?;
        match fingerprint::of_path(&path) {
            Ok(sha256) if sha256 == *recorded => Ok(path),
            Ok(_) => Err("it was changed after the run".to_owned()),
            Err(fault) => Err(atomic::plain(&fault)),
        }
    }

    /// The path from the folder of `tex` to an output, or to its sister `name` in the same folder. `None` if it is not there, or if its
    /// name would be a command of LaTeX.
    pub fn beside(&self, output: &RecordedFile, name: &str, tex: &Path) -> Option<String> {
        let path = self.path(output).ok()?;
        let name = name.rsplit('/').next()?;
        let sister = path.with_file_name(name);
        let relative = rsom_manifest::relative(&sister, tex).filter(|_| sister.is_file())?;
        let is_command = |c: char| {
            c.is_control() || matches!(c, '\\' | '{' | '}' | '%' | '#' | '~' | '^' | '$' | '&')
        };
        (!relative.contains(is_command)).then_some(relative)
    }

    /// Whether the sidecar of a volume lies in the folder of the study, and is no link: only then its names go onto the page.
    pub fn has_sidecar(&self, volume: &Path) -> bool {
        let path = sidecar::path_of(volume);
        let is_file = path.symlink_metadata().is_ok_and(|found| found.is_file());
        is_file
            && self
                .real
                .as_ref()
                .is_some_and(|folder| path.starts_with(folder))
    }

    fn path(&self, output: &RecordedFile) -> Result<PathBuf, String> {
        let path = self.anywhere(output)?;
        match &self.real {
            Some(folder) if path.starts_with(folder) => Ok(path),
            _ => Err("it lies outside the folder of the study".to_owned()),
        }
    }

    /// The path of a file that exists, without links.
    fn anywhere(&self, file: &RecordedFile) -> Result<PathBuf, String> {
        let gone = || "the file is not there".to_owned();
        let folder = self.real.as_ref().ok_or_else(gone)?;
        let path = folder.join(file.path.as_ref().ok_or_else(gone)?);
        path.canonicalize().map_err(|_| gone())
    }
}

/// The content of a regular file.
///
/// # Errors
/// In one line: it is no regular file, or too large, or cannot be read.
pub(super) fn bounded(path: &Path, most_bytes: u64) -> Result<Vec<u8>, String> {
    let plain = |e: std::io::Error| atomic::plain(&e);
    let found = std::fs::metadata(path).map_err(plain)?;
    if !found.is_file() {
        return Err("it is no regular file".to_owned());
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(plain)?;
    file.take(most_bytes + 1)
        .read_to_end(&mut bytes)
        .map_err(plain)?;
    match bytes.len() as u64 > most_bytes {
        true => Err(format!("it is larger than {} MiB", most_bytes >> 20)),
        false => Ok(bytes),
    }
}

/// The outputs of tasks that ended well whose names end so, with their tasks.
pub(super) fn outputs<'a>(
    recorded: &'a RecordedRun,
    ending: &'a str,
) -> impl Iterator<Item = (&'a RecordedTask, &'a str, &'a RecordedFile)> {
    let made = recorded.tasks.iter().filter(|task| task.is_made());
    let all = made.flat_map(|task| task.outputs.values().map(move |file| (task, file)));
    all.filter_map(move |(task, file)| {
        let path = file.path.as_deref().filter(|path| path.ends_with(ending))?;
        Some((task, path, file))
    })
}
