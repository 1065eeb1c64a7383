//! Opens files: the way of every file into this crate.

use std::fs::{File, FileType};
use std::io::Read;
use std::path::Path;

use crate::FormatError;

/// Opens a regular file. A pipe is refused without opening it, which could wait forever.
///
/// # Errors
/// The file cannot be opened; it is a folder, a pipe or a device.
pub(crate) fn open(path: &Path) -> Result<File, FormatError> {
    require_file(path)?;
    Ok(File::open(path)?)
}

/// The bytes of a regular file.
///
/// # Errors
/// As [`open`]; the file cannot be read.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, FormatError> {
    let mut bytes = Vec::new();
    open(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Refuses everything that is not a regular file or a link to one.
///
/// # Errors
/// The path leads nowhere; it is a folder, a pipe or a device; it has no bytes.
pub(crate) fn require_file(path: &Path) -> Result<(), FormatError> {
    let found = std::fs::metadata(path)?;
    match found.file_type() {
        kind if kind.is_file() && found.len() == 0 => Err(FormatError::Empty),
        kind if kind.is_file() => Ok(()),
        kind => Err(FormatError::NoFile(what(kind))),
    }
}

fn what(kind: FileType) -> &'static str {
    match kind.is_dir() {
        true => "a folder, not a file",
        false => "a pipe or a device, which cannot be read twice; write its data to a file first",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_devices_are_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let error = read(folder.path()).unwrap_err().to_string();
        assert_eq!(error, "it is a folder, not a file");
        if cfg!(unix) {
            let error = read(Path::new("/dev/null")).unwrap_err().to_string();
            assert!(error.starts_with("it is a pipe or a device"), "{error}");
        }
        let empty = folder.path().join("empty");
        std::fs::write(&empty, "").unwrap();
        assert_eq!(read(&empty).unwrap_err().to_string(), "the file is empty");
        assert!(matches!(
            read(&folder.path().join("gone")),
            Err(FormatError::System(_))
        ));
    }
}
