//! Atomic output: writes a temporary file in the same folder and renames it.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::{StageError, interrupt};

/// A temporary file is named: prefix, random letters, `-`, name of the output.
const PREFIX: &str = ".partial-";
const RANDOM_LETTERS: usize = 6;

/// Writes a file atomically: calls `write` with a temporary path in the same folder, then renames the temporary file.
///
/// The temporary name has the ending of the final name, because some libraries choose the format by the ending. After an
/// error, Ctrl-C or a full disk, no temporary file remains and an existing file keeps its content. Creates missing folders.
/// Removes temporary files of the same output that a killed process left behind.
///
/// # Errors
/// The error of `write`; exit code 4 if the file cannot be written; 130 if the user stopped the program.
pub fn write<T>(
    path: &Path,
    write: impl FnOnce(&Path) -> Result<T, StageError>,
) -> Result<T, StageError> {
    // After a stop request, no new outputs may appear.
    interrupt::check()?;
    let failed = |error: io::Error| StageError::output(path, plain(&error));
    let name = path
        .file_name()
        .ok_or_else(|| StageError::output(path, "it is not a file name"))?;
    let folder = folder_of(path);
    std::fs::create_dir_all(&folder).map_err(failed)?;
    if path.is_dir() {
        return Err(StageError::output(path, "it is a folder"));
    }
    if path.metadata().is_ok_and(|found| !found.is_file()) {
        // The rename would replace a device such as /dev/null by a file.
        return Err(StageError::output(path, "it is not a regular file"));
    }
    let suffix = format!("-{}", name.to_string_lossy());
    remove_abandoned(&folder, &suffix);
    let (file, temporary) = builder()
        .prefix(PREFIX)
        .suffix(&suffix)
        .tempfile_in(&folder)
        .map_err(failed)?
        .into_parts();
    // Held until the end: it shows other processes that this file is in use.
    let _lock = cfg!(unix).then(|| file.try_lock().map(|()| file));
    let _guard = interrupt::remove_when_interrupted(&temporary);
    let value = write(&temporary)?;
    // A full disk may cause an error only when the cached pages are written.
    sync(&temporary).map_err(failed)?;
    temporary.persist(path).map_err(|e| failed(e.error))?;
    Ok(value)
}

/// Writes the cached pages of a file to the disk.
///
/// # Errors
/// The disk is full or broken, or the file is missing.
pub fn sync(path: &Path) -> io::Result<()> {
    // Windows writes the pages of a file to the disk only for those who may write it.
    let file = File::options().read(true).write(cfg!(windows)).open(path)?;
    file.sync_all()
}

/// Writes bytes to a file atomically, as [`write()`] does.
///
/// # Errors
/// Exit code 4 if the file cannot be written; 130 if the user stopped the program.
pub fn write_bytes(path: &Path, bytes: &[u8]) -> Result<(), StageError> {
    write(path, |temporary| {
        File::create(temporary)
            .and_then(|mut file| file.write_all(bytes))
            .map_err(|error| StageError::output(path, plain(&error)))
    })
}

/// The message of an error of the operating system, without its number.
#[must_use]
pub fn plain(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or folder".into(),
        io::ErrorKind::PermissionDenied => "permission denied".into(),
        io::ErrorKind::StorageFull => "the disk is full".into(),
        io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only".into(),
        io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => {
            "a part of its path is a file, not a folder".into()
        }
        _ => error.to_string(),
    }
}

/// Removes temporary files of the same output that no running process has locked. Without Unix locks, those that nothing was
/// written to for a day.
fn remove_abandoned(folder: &Path, suffix: &str) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let random = name
            .strip_prefix(PREFIX)
            .and_then(|n| n.strip_suffix(suffix));
        if random.is_some_and(|random| random.len() == RANDOM_LETTERS)
            && is_abandoned(&entry.path())
        {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

#[cfg(unix)]
fn is_abandoned(path: &Path) -> bool {
    File::open(path).is_ok_and(|file| file.try_lock().is_ok())
}

/// Locks of Windows would keep other handles of the same process from writing.
#[cfg(not(unix))]
fn is_abandoned(path: &Path) -> bool {
    const DAY: std::time::Duration = std::time::Duration::from_hours(24);
    let written = path.metadata().and_then(|metadata| metadata.modified());
    written.is_ok_and(|time| time.elapsed().is_ok_and(|age| age > DAY))
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

fn builder() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.rand_bytes(RANDOM_LETTERS);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Temporary files are private by default. The permissions of outputs follow the umask.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_file_that_is_not_regular_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("socket");
        let _socket = std::os::unix::net::UnixListener::bind(&path).unwrap();
        let error = write_bytes(&path, b"new").unwrap_err();
        assert_eq!(error.exit_code(), crate::ExitCode::CannotWrite, "{error}");
        assert!(!path.metadata().unwrap().is_file());
    }

    #[test]
    fn a_failed_write_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.txt");
        write_bytes(&path, b"old").unwrap();
        let result: Result<(), _> = write(&path, |temporary| {
            std::fs::write(temporary, "half").unwrap();
            Err(StageError::failure("stop"))
        });
        assert!(result.is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn temporary_files_of_a_killed_process_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name);
        let others = [
            ".partial-abcdef-other",
            ".partial-abc-out",
            ".partial-held00-out",
        ];
        for name in others.into_iter().chain([".partial-abcdef-out"]) {
            std::fs::write(place(name), "half").unwrap();
        }
        let held = File::open(place(others[2])).unwrap();
        held.lock().unwrap();
        write_bytes(&place("out"), b"whole").unwrap();
        assert!(others.iter().all(|name| place(name).exists()));
        assert!(!place(".partial-abcdef-out").exists());
        assert_eq!(std::fs::read(place("out")).unwrap(), b"whole");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 4);
    }

    #[test]
    fn a_folder_that_is_a_file_gives_exit_code_4() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        write_bytes(&file, b"").unwrap();
        let error = write_bytes(&file.join("out"), b"").unwrap_err();
        assert_eq!(error.exit_code(), crate::ExitCode::CannotWrite);
        assert!(error.to_string().contains("out"));
    }
}
