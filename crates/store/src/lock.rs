//! The lock of a store.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;

/// Holds the lock of a store until it is dropped or its process ends.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: Option<File>,
}

impl Lock {
    /// For those that add or take: waits until nobody removes. In a store that cannot be written, and on a file system without
    /// locks, there is no lock: what is removed meanwhile is noticed when it is taken.
    pub fn shared(path: &Path) -> Self {
        let file = open(path).ok();
        let file = file.filter(|file| file.lock_shared().is_ok());
        Self { _file: file }
    }

    /// For those that remove. `None` if others use the store now.
    ///
    /// # Errors
    /// The lock cannot be written, or the file system has no locks.
    pub fn exclusive(path: &Path) -> io::Result<Option<Self>> {
        let file = open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: Some(file) })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.create(true).truncate(false).read(true).write(true);
    options.open(path)
}
