//! Reads all contents of a store, and finds those that are not what they should be.

use std::collections::BTreeSet;
use std::path::PathBuf;

use rsom_stage::{StageError, fingerprint};

use crate::entry::Stored;
use crate::store::Store;
use crate::usage::Used;

/// What a look at all contents has shown.
#[derive(Debug, Default)]
pub struct Verified {
    /// The number of entries that can be read.
    pub entries: usize,
    /// Entries with contents that are not what they should be.
    pub damage: Vec<Damage>,
    /// Broken entries, contents that no entry names and that are not what they should be, and what killed programs left.
    pub broken: Vec<PathBuf>,
}

/// An entry with contents that are not what they should be.
#[derive(Debug)]
pub struct Damage {
    /// The entry.
    pub used: Used,
    /// Its contents that are missing or altered.
    pub contents: Vec<Stored>,
}

impl Verified {
    /// Whether all is as it should be.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.damage.is_empty() && self.broken.is_empty()
    }
}

impl Store {
    /// Hashes all contents.
    ///
    /// # Errors
    /// Exit code 3: the store cannot be read.
    pub fn verify(&self) -> Result<Verified, StageError> {
        let _guard = self.guard();
        let usage = self.usage()?;
        let is_whole = |hash: &&String| {
            let found = fingerprint::of_file(&self.layout.content(hash));
            found.is_ok_and(|found| found == **hash)
        };
        let whole: BTreeSet<&String> = usage.contents.keys().filter(is_whole).collect();
        let unnamed = usage.unnamed().into_iter();
        let unnamed = unnamed.filter(|hash| !whole.contains(hash));
        let mut broken = usage.broken.clone();
        broken.extend(unnamed.map(|hash| self.layout.content(&hash)));
        let damage = usage.entries.iter().filter_map(|used| {
            let stored = used.entry.outputs.values();
            let bad = stored.filter(|stored| !whole.contains(&stored.sha256));
            let contents: Vec<Stored> = bad.cloned().collect();
            (!contents.is_empty()).then(|| Damage {
                used: used.clone(),
                contents,
            })
        });
        Ok(Verified {
            entries: usage.entries.len(),
            damage: damage.collect(),
            broken,
        })
    }
}
