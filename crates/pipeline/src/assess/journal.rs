//! A file of lines that only grows: one line costs the same however many there are.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use rsom_stage::{StageError, atomic};

/// A file of lines.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    /// Open for appending. Opened at the first line.
    file: Option<File>,
}

impl Journal {
    /// The journal at a path, which need not exist.
    pub fn at(path: PathBuf) -> Self {
        Self { path, file: None }
    }

    /// The content. Its last line may be cut off, if the process that wrote it was killed. Empty if there is no such file.
    ///
    /// # Errors
    /// Exit code 3: the file cannot be read, or it is not a file. To take it for empty would be wrong: outputs of earlier runs would
    /// seem to be files of the user.
    pub fn read(&self) -> Result<Vec<u8>, StageError> {
        let failed = |e: &std::io::Error| StageError::input(&self.path, atomic::plain(e));
        match std::fs::metadata(&self.path) {
            Ok(metadata) if metadata.is_file() => std::fs::read(&self.path).map_err(|e| failed(&e)),
            Ok(_) => Err(StageError::input(&self.path, "it is not a file")),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(e) => Err(failed(&e)),
        }
    }

    /// Appends a line, which must not contain a line break, and writes it to the disk.
    ///
    /// # Errors
    /// Exit code 4: the file cannot be written.
    pub fn append(&mut self, line: &[u8]) -> Result<(), StageError> {
        let failed = |e: std::io::Error| StageError::output(&self.path, atomic::plain(&e));
        let mut file = match self.file.take() {
            Some(file) => file,
            None => opened(&self.path).map_err(failed)?,
        };
        // One call, so that a killed process leaves at most one line that is cut off.
        let line = [line, b"\n"].concat();
        file.write_all(&line).map_err(failed)?;
        file.sync_data().map_err(failed)?;
        self.file = Some(file);
        Ok(())
    }

    /// Replaces all lines at once.
    ///
    /// # Errors
    /// Exit code 4: the file cannot be written. It then keeps its lines.
    pub fn replace(&mut self, content: &[u8]) -> Result<(), StageError> {
        self.file = None;
        atomic::write_bytes(&self.path, content)
    }
}

/// The file, with its last line ended.
fn opened(path: &Path) -> std::io::Result<File> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = File::options()
        .create(true)
        .read(true)
        .append(true)
        .open(path)?;
    let mut last = [b'\n'];
    if file.seek(SeekFrom::End(0))? > 0 {
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
    }
    if last != [b'\n'] {
        file.write_all(b"\n")?;
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_was_cut_off_does_not_spoil_the_next_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/lines");
        Journal::at(path.clone()).append(b"one").unwrap();
        let mut file = File::options().append(true).open(&path).unwrap();
        file.write_all(b"tw").unwrap();
        let mut journal = Journal::at(path);
        journal.append(b"three").unwrap();
        journal.append(b"four").unwrap();
        assert_eq!(journal.read().unwrap(), b"one\ntw\nthree\nfour\n");
        journal.replace(b"four\n").unwrap();
        journal.append(b"five").unwrap();
        assert_eq!(journal.read().unwrap(), b"four\nfive\n");
    }

    #[test]
    fn only_a_missing_file_is_empty() {
        let folder = tempfile::tempdir().unwrap();
        let missing = Journal::at(folder.path().join("none"));
        assert_eq!(missing.read().unwrap(), b"");
        let error = Journal::at(folder.path().to_path_buf()).read().unwrap_err();
        assert!(error.to_string().contains("it is not a file"), "{error}");
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        assert!(Journal::at(file.join("below")).read().is_err());
    }
}
