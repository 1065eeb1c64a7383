//! Outputs appear whole or not at all: a temporary file in the same folder, then a rename.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::{StageError, interrupt};

/// Writes a file by handing `write` a temporary path in the same folder and renaming it when all went well.
///
/// The temporary name ends as the final one does, for libraries that choose the format by the ending. On an error, on
/// Ctrl-C and on a full disk nothing is left behind and an existing file keeps its content. Missing folders are made.
///
/// # Errors
/// Whatever `write` returns; exit code 4 when the folder cannot be written; 130 when the user asked to stop.
pub fn write<T>(
    path: &Path,
    write: impl FnOnce(&Path) -> Result<T, StageError>,
) -> Result<T, StageError> {
    // Whoever asked to stop wants no outputs that were not there when they asked.
    interrupt::check()?;
    let failed = |error: io::Error| StageError::output(path, plain(&error));
    let name = path
        .file_name()
        .ok_or_else(|| StageError::output(path, "it is no file name"))?;
    let folder = folder_of(path);
    std::fs::create_dir_all(&folder).map_err(failed)?;
    if path.is_dir() {
        return Err(StageError::output(path, "it is a folder"));
    }
    let temporary = builder()
        .prefix(".partial-")
        .suffix(&format!("-{}", name.to_string_lossy()))
        .tempfile_in(&folder)
        .map_err(failed)?
        .into_temp_path();
    let _guard = interrupt::remove_when_interrupted(&temporary);
    let value = write(&temporary)?;
    // A full disk may only show when the cached pages are written out.
    sync(&temporary).map_err(failed)?;
    temporary.persist(path).map_err(|e| failed(e.error))?;
    Ok(value)
}

/// Writes a file's cached pages to the disk.
///
/// # Errors
/// The disk is full or broken, or the file is not there.
pub fn sync(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Writes bytes as [`write()`] does.
///
/// # Errors
/// Exit code 4 when the file cannot be written.
pub fn write_bytes(path: &Path, bytes: &[u8]) -> Result<(), StageError> {
    write(path, |temporary| {
        File::create(temporary)
            .and_then(|mut file| file.write_all(bytes))
            .map_err(|error| StageError::output(path, plain(&error)))
    })
}

/// An operating system's error in plain words, without its number.
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

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

fn builder() -> tempfile::Builder<'static, 'static> {
    #[cfg_attr(not(unix), expect(unused_mut))]
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Temporary files are private by default; outputs are as readable as the user's umask lets them be.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder
}

#[cfg(test)]
mod tests {
    use super::*;

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
