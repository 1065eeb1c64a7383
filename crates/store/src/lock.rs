//! The lock of a store.

use std::fs::{File, TryLockError};
use std::io;

use crate::access::{Part, inherit};
use crate::layout::Layout;

/// Holds the lock of a store until it is dropped or its process ends.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: Option<File>,
}

impl Lock {
    /// For those that add or take: waits until nobody removes. In a store that cannot be written and has no lock yet, and on a file
    /// system without locks, there is none: what is removed meanwhile is noticed when it is taken.
    pub fn shared(layout: &Layout) -> Self {
        let file = open(layout).ok();
        let file = file.filter(|file| file.lock_shared().is_ok());
        Self { _file: file }
    }

    /// For those that remove. `None` if others use the store now.
    ///
    /// # Errors
    /// The lock cannot be written, or the file system has no locks.
    pub fn exclusive(layout: &Layout) -> io::Result<Option<Self>> {
        let file = open(layout)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: Some(file) })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

/// A lock needs no right to write where the file is there.
fn open(layout: &Layout) -> io::Result<File> {
    let path = layout.lock();
    if let Ok(file) = File::open(&path) {
        return Ok(file);
    }
    let mut options = File::options();
    options.create(true).truncate(false).read(true).write(true);
    let file = options.open(&path)?;
    inherit(layout.root(), &path, Part::File);
    Ok(file)
}
