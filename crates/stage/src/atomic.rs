//! Atomic output: writes a temporary file in the same folder and renames it.

use std::ffi::{OsStr, OsString};
use std::fs::{File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::TempPath;

use crate::{StageError, interrupt};

/// A temporary file is named: prefix, number, `-`, name of the output.
const PREFIX: &str = ".partial-";
/// Numbers beyond the one in use of which abandoned files are looked for.
const AFTER: u32 = 3;

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
    let (file, temporary) = reserve(&folder, name).map_err(failed)?;
    // Held until the end: its lock shows other processes that it is in use. Windows may not rename what is open.
    let _lock = cfg!(unix).then_some(file);
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
        _ => {
            let text = error.to_string();
            let end = text.find(" (os error ").unwrap_or(text.len());
            text[..end].to_lowercase()
        }
    }
}

/// Creates and locks a temporary file for an output. Its number is the first that is free, and those of abandoned files are: so
/// the time does not grow with the number of files in the folder.
///
/// A file is abandoned if no running process has locked it. Without Unix locks: if nothing was written to it for a day.
fn reserve(folder: &Path, name: &OsStr) -> io::Result<(File, TempPath)> {
    let numbered = |number: u32| folder.join(temporary_name(number, name));
    let mut number = 1;
    loop {
        let path = numbered(number);
        match File::create_new(&path) {
            Ok(file) => {
                if cfg!(unix) && is_taken(&file, &path) {
                    continue;
                }
                for after in number + 1..=number + AFTER {
                    remove_abandoned(&numbered(after));
                }
                return Ok((file, TempPath::try_from_path(path)?));
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                if !remove_abandoned(&path) {
                    number += 1;
                }
            }
            Err(error) => return Err(error),
        }
    }
}

/// The name of a temporary file. Of a name so long that the prefix does not fit, only the end, which holds the format.
fn temporary_name(number: u32, name: &OsStr) -> OsString {
    /// In bytes. File systems allow 255 for a name.
    const LONGEST: usize = 255;
    let prefix = format!("{PREFIX}{number}-");
    let (room, bytes) = (LONGEST - prefix.len(), name.len());
    let mut temporary = OsString::from(prefix);
    if bytes <= room {
        temporary.push(name);
        return temporary;
    }
    let text = name.to_string_lossy();
    let cut = text.len().saturating_sub(room);
    let from = (cut..text.len()).find(|at| text.is_char_boundary(*at));
    temporary.push(&text[from.unwrap_or(text.len())..]);
    temporary
}

/// Locks a new file. Returns whether another process has taken it for an abandoned one before the lock, and removes it.
///
/// Some network file systems have no locks. There, no process can take it for an abandoned one either.
fn is_taken(file: &File, path: &Path) -> bool {
    match file.try_lock() {
        Ok(()) => !is_at(file, path),
        Err(TryLockError::WouldBlock) => true,
        Err(TryLockError::Error(_)) => false,
    }
}

/// Whether an open file still stands at its path.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let place = |metadata: std::fs::Metadata| (metadata.dev(), metadata.ino());
    let (open, there) = (file.metadata(), path.symlink_metadata());
    open.is_ok_and(|open| there.is_ok_and(|there| place(open) == place(there)))
}

#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
}

/// Removes a temporary file that is abandoned. Returns whether it did.
#[cfg(unix)]
fn remove_abandoned(path: &Path) -> bool {
    // To open a pipe would wait for a writer.
    let is_regular = path.symlink_metadata().is_ok_and(|m| m.is_file());
    let Some(file) = is_regular.then(|| File::open(path).ok()).flatten() else {
        return false;
    };
    // The lock is held while the file is removed, so that its owner cannot begin to use it meanwhile.
    file.try_lock().is_ok() && is_at(&file, path) && std::fs::remove_file(path).is_ok()
}

/// Locks of Windows would keep other handles of the same process from writing.
#[cfg(not(unix))]
fn remove_abandoned(path: &Path) -> bool {
    const DAY: std::time::Duration = std::time::Duration::from_hours(24);
    let written = path.metadata().and_then(|metadata| metadata.modified());
    let is_old = written.is_ok_and(|time| time.elapsed().is_ok_and(|age| age > DAY));
    is_old && std::fs::remove_file(path).is_ok()
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_name_that_a_file_can_have_is_written() {
        let folder = tempfile::tempdir().unwrap();
        for (letters, ending) in [
            ("x".repeat(248), ".nii.gz"),
            ("\u{e9}".repeat(125), ".json"),
        ] {
            let path = folder.path().join(letters + ending);
            write_bytes(&path, b"one").unwrap();
            write_bytes(&path, b"two").unwrap();
            assert_eq!(std::fs::read(&path).unwrap(), b"two");
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
        let too_long = folder.path().join("x".repeat(256));
        let error = write_bytes(&too_long, b"").unwrap_err().to_string();
        assert!(error.ends_with("file name too long"), "{error}");
    }

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
        let held = File::create(place(".partial-1-out")).unwrap();
        held.lock().unwrap();
        for name in [".partial-2-out", ".partial-4-out", ".partial-1-other"] {
            std::fs::write(place(name), "half").unwrap();
        }
        // To open a pipe would wait for ever.
        let mut pipe = std::process::Command::new("mkfifo");
        assert!(
            pipe.arg(place(".partial-3-out"))
                .status()
                .unwrap()
                .success()
        );
        write_bytes(&place("out"), b"whole").unwrap();
        assert_eq!(std::fs::read(place("out")).unwrap(), b"whole");
        let mut names: Vec<_> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        // One is in use, and one belongs to another output.
        let left = [
            ".partial-1-other",
            ".partial-1-out",
            ".partial-3-out",
            "out",
        ];
        assert_eq!(names, left);
    }

    #[cfg(unix)]
    #[test]
    fn many_writers_of_one_file_leave_the_whole_content_of_one_of_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out");
        std::thread::scope(|scope| {
            for writer in 0..8_u8 {
                let path = &path;
                scope.spawn(move || {
                    for _ in 0..25 {
                        write_bytes(path, &[writer; 1000]).unwrap();
                    }
                });
            }
        });
        let content = std::fs::read(&path).unwrap();
        assert!(content.len() == 1000 && content.iter().all(|byte| *byte == content[0]));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
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
