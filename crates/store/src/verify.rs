//! Reads all contents of a store, and finds those that are not what they should be.

use rsom_stage::{StageError, fingerprint};

use crate::entry::Stored;
use crate::store::Store;
use crate::usage::Used;

/// An entry with contents that are not what they should be.
#[derive(Debug)]
pub struct Damage {
    /// The entry.
    pub used: Used,
    /// Its contents that are missing or altered.
    pub contents: Vec<Stored>,
}

impl Store {
    /// Hashes all contents. Returns the number of entries, and those with damage.
    ///
    /// # Errors
    /// Exit code 3: the store cannot be read.
    pub fn verify(&self) -> Result<(usize, Vec<Damage>), StageError> {
        let usage = self.usage()?;
        let is_whole = |(hash, _): &(&String, &u64)| {
            let found = fingerprint::of_file(&self.layout.content(hash));
            found.is_ok_and(|found| found == **hash)
        };
        let whole: std::collections::BTreeMap<&String, &u64> =
            usage.contents.iter().filter(is_whole).collect();
        let count = usage.entries.len();
        let damage = usage.entries.iter().filter_map(|used| {
            let stored = used.entry.outputs.values();
            let bad = stored.filter(|stored| whole.get(&stored.sha256) != Some(&&stored.bytes));
            let contents: Vec<Stored> = bad.cloned().collect();
            (!contents.is_empty()).then(|| Damage {
                used: used.clone(),
                contents,
            })
        });
        Ok((count, damage.collect()))
    }
}
