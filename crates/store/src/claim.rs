//! Claims: who computes the outputs of a key now, so that others can wait for them.

use std::fs::{self, File, TryLockError};
use std::path::PathBuf;

use crate::access::{Part, inherit};
use crate::key::Key;
use crate::store::Store;

/// A claim on a key. Others cannot have it until it is dropped, or its process ends.
#[derive(Debug)]
pub struct Claim {
    path: PathBuf,
    _file: File,
}

/// The answer to who wants a claim.
#[derive(Debug)]
pub enum Claimed {
    /// Nobody else computes these outputs.
    Own(Claim),
    /// Another process, or another task of this one, computes them.
    Busy,
    /// The store cannot be written, or its file system has no locks: nobody knows.
    Unknown,
}

impl Store {
    /// Claims a key. Never waits.
    ///
    /// The operating system holds the lock on an open file, so that a killed process leaves none. Who gets a claim should look again
    /// whether the outputs are there: another may have added them just before.
    #[must_use]
    pub fn claim(&self, key: &Key) -> Claimed {
        let folder = self.layout.claims();
        if fs::create_dir(&folder).is_ok() {
            inherit(self.folder(), &folder, Part::Folder);
        }
        let path = folder.join(key.as_str());
        let mut options = File::options();
        options.create(true).truncate(false).read(true).write(true);
        let Ok(file) = options.open(&path) else {
            return Claimed::Unknown;
        };
        inherit(self.folder(), &path, Part::File);
        match file.try_lock() {
            Ok(()) => Claimed::Own(Claim { path, _file: file }),
            Err(TryLockError::WouldBlock) => Claimed::Busy,
            Err(TryLockError::Error(_)) => Claimed::Unknown,
        }
    }
}

impl Drop for Claim {
    /// Removes the file, too. Who has opened it meanwhile may then hold a claim next to that of another: the outputs would be computed
    /// twice, and nothing else.
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_one_claim_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_or_create(&folder.path().join("s")).unwrap();
        let [one, two] = ["1", "2"].map(|text| Key::of(&text.into()));
        let claim = store.claim(&one);
        assert!(matches!(claim, Claimed::Own(_)));
        assert!(matches!(store.claim(&one), Claimed::Busy));
        assert!(matches!(store.claim(&two), Claimed::Own(_)));
        drop(claim);
        assert!(matches!(store.claim(&one), Claimed::Own(_)));
        let left = fs::read_dir(folder.path().join("s/running")).unwrap();
        assert_eq!(left.count(), 0);
    }
}
