//! A bundle as one ZIP file. Texts are compressed; scans, Parquet tables and pictures are compressed already and stored as they are.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use rsom_stage::{StageError, atomic, folder, interrupt};
use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// Whether a path is that of a ZIP file.
pub(super) fn is_archive(path: &Path) -> bool {
    let ending = path.extension().map(|e| e.to_ascii_lowercase());
    ending.is_some_and(|ending| ending == "zip")
}

/// A folder that disappears with the value, on the drive of `path`.
///
/// # Errors
/// Exit code 4: it cannot be made.
pub(super) fn folder_for(path: &Path) -> Result<TempDir, StageError> {
    let failed = |e: io::Error| StageError::output(path, atomic::plain(&e));
    let parent = path.parent().unwrap_or(path);
    std::fs::create_dir_all(parent).map_err(failed)?;
    let mut builder = tempfile::Builder::new();
    builder
        .prefix(".bundle-")
        .tempdir_in(parent)
        .map_err(failed)
}

/// Endings of files that are texts.
const TEXTS: [&str; 16] = [
    "bib", "csv", "html", "json", "jsonl", "log", "md", "py", "sh", "svg", "tex", "tsv", "txt",
    "xml", "yaml", "yml",
];

/// How to store a file.
fn method(name: &Path) -> CompressionMethod {
    let ending = name.extension().and_then(|ending| ending.to_str());
    let ending = ending.map(str::to_ascii_lowercase);
    match ending.is_some_and(|ending| TEXTS.contains(&ending.as_str())) {
        true => CompressionMethod::Deflated,
        false => CompressionMethod::Stored,
    }
}

/// Packs all files of a folder, in the order of their paths, below a folder with the name of the archive. The same files give the
/// same bytes: entries have no times.
///
/// # Errors
/// Exit code 4: the archive cannot be written.
pub(super) fn pack(from: &Path, to: &Path) -> Result<(), StageError> {
    let top = to.file_stem().unwrap_or_default().to_string_lossy();
    let files = folder::files(from).map_err(|e| StageError::input(from, atomic::plain(&e)))?;
    let mut names: Vec<PathBuf> = files.into_iter().map(|file| file.name).collect();
    names.sort();
    atomic::write(to, |path| {
        let failed = |e: &dyn std::fmt::Display| StageError::output(to, e);
        let file = File::create(path).map_err(|e| failed(&atomic::plain(&e)))?;
        let mut archive = ZipWriter::new(BufWriter::new(file));
        for name in names {
            interrupt::check()?;
            let mut file = File::open(from.join(&name)).map_err(|e| failed(&atomic::plain(&e)))?;
            let size = file.metadata().map_or(u64::MAX, |found| found.len());
            let options = SimpleFileOptions::default()
                .compression_method(method(&name))
                .last_modified_time(zip::DateTime::default())
                .unix_permissions(if is_executable(&from.join(&name)) {
                    0o755
                } else {
                    0o644
                })
                .large_file(size >= u64::from(u32::MAX));
            let entry = format!("{top}/{}", folder::slashed(&name));
            archive.start_file(entry, options).map_err(|e| failed(&e))?;
            io::copy(&mut file, &mut archive).map_err(|e| failed(&atomic::plain(&e)))?;
        }
        let written = archive.finish().map_err(|e| failed(&e))?;
        written.into_inner().map_err(|e| failed(&e))?;
        Ok(())
    })
}

/// Whether a file is a program.
#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata()
        .is_ok_and(|found| found.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(_: &Path) -> bool {
    false
}

/// Unpacks an archive into a new folder that disappears with the value. Returns it and the folder of the bundle in it.
///
/// # Errors
/// Exit code 3: it is no archive of one folder. Exit code 4: there is no place for its files.
pub(super) fn unpacked(path: &Path) -> Result<(TempDir, PathBuf), StageError> {
    let file = File::open(path).map_err(|e| StageError::input(path, atomic::plain(&e)))?;
    let mut archive = ZipArchive::new(file).map_err(|e| StageError::input(path, e))?;
    let place = tempfile::tempdir().map_err(|e| StageError::failure(atomic::plain(&e)))?;
    archive
        .extract(place.path())
        .map_err(|e| StageError::input(path, e))?;
    let entries = std::fs::read_dir(place.path())
        .into_iter()
        .flatten()
        .flatten();
    let folders: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    match folders.as_slice() {
        [folder] if folder.is_dir() => Ok((place, folder.clone())),
        _ => Err(StageError::input(
            path,
            "it is no bundle: it does not hold one folder",
        )),
    }
}
