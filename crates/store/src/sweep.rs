//! Removes from a store what was not used for long.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use rsom_stage::{StageError, atomic};

use crate::entry::Stored;
use crate::lock::Lock;
use crate::store::Store;
use crate::usage::{Usage, Used};

/// What to keep in a store.
#[derive(Debug, Clone, Copy, Default)]
pub struct Keep {
    /// The most that all contents may take, in bytes. The entries that were not used for longest go first.
    pub bytes: Option<u64>,
    /// The time without use after which an entry goes.
    pub unused: Option<Duration>,
}

/// What goes from a store.
#[derive(Debug, Default)]
pub struct Sweep {
    /// The entries, the one that was not used for longest first.
    pub entries: Vec<Used>,
    /// The contents that no remaining entry names: sha256 and size in bytes.
    pub contents: BTreeMap<String, u64>,
    /// Broken files.
    pub broken: Vec<PathBuf>,
    /// The size in bytes of what stays.
    pub left_bytes: u64,
}

impl Sweep {
    /// What goes from a store of this content, so that only what is to be kept stays.
    #[must_use]
    pub fn of(usage: Usage, keep: Keep, now: SystemTime) -> Self {
        let mut names: BTreeMap<String, usize> = BTreeMap::new();
        for used in &usage.entries {
            for hash in hashes(used) {
                *names.entry(hash.to_owned()).or_default() += 1;
            }
        }
        let mut sweep = Self {
            left_bytes: usage.bytes(),
            broken: usage.broken.clone(),
            ..Self::default()
        };
        for hash in usage.unnamed() {
            sweep.drop_content(&hash, &usage.contents);
        }
        for used in usage.entries {
            let age = now.duration_since(used.last).unwrap_or_default();
            let is_old = keep.unused.is_some_and(|longest| age > longest);
            let is_too_much = keep
                .bytes
                .is_some_and(|most| most == 0 || sweep.left_bytes > most);
            if !is_old && !is_too_much {
                continue;
            }
            for hash in hashes(&used) {
                let count = names.entry(hash.to_owned()).or_default();
                *count = count.saturating_sub(1);
                if *count == 0 {
                    sweep.drop_content(hash, &usage.contents);
                }
            }
            sweep.entries.push(used);
        }
        sweep
    }

    /// The size of the contents that go, in bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.contents.values().sum()
    }

    /// Whether nothing goes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.contents.is_empty() && self.broken.is_empty()
    }

    fn drop_content(&mut self, hash: &str, contents: &BTreeMap<String, u64>) {
        if let Some(bytes) = contents.get(hash) {
            self.left_bytes -= bytes;
            self.contents.insert(hash.to_owned(), *bytes);
        }
    }
}

impl Store {
    /// Removes what is not to be kept, while nobody adds or takes. Returns what went; `None` if others use the store now.
    ///
    /// # Errors
    /// Exit code 3: the store cannot be read. Exit code 4: a file cannot be removed, or the file system has no locks.
    pub fn sweep(&self, keep: Keep) -> Result<Option<Sweep>, StageError> {
        let path = self.layout.lock();
        let lock = Lock::exclusive(&self.layout)
            .map_err(|e| StageError::output(&path, atomic::plain(&e)))?;
        let Some(_lock) = lock else {
            return Ok(None);
        };
        let sweep = Sweep::of(self.usage()?, keep, SystemTime::now());
        // Entries first: killed in between, contents without a name are left, and no entry without its contents.
        let entries = sweep.entries.iter();
        let entries = entries.map(|used| self.layout.entry(used.key.as_str()));
        let contents = sweep.contents.keys().map(|hash| self.layout.content(hash));
        for path in entries.chain(sweep.broken.iter().cloned()).chain(contents) {
            match fs::remove_file(&path) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                    return Err(StageError::output(&path, atomic::plain(&e)));
                }
                _ => {}
            }
        }
        Ok(Some(sweep))
    }
}

/// The contents of an entry, each once.
fn hashes(used: &Used) -> BTreeSet<&str> {
    let stored = used.entry.outputs.values();
    stored
        .map(|Stored { sha256, .. }| sha256.as_str())
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;
    use crate::{Entry, Key};

    fn hash(number: u8) -> String {
        format!("{number:064x}")
    }

    /// Entries of contents `0..`, content n with n bytes, the first used longest ago.
    fn usage(entries: &[Vec<u8>], contents: u8) -> Usage {
        let used = |(number, names): (usize, &Vec<u8>)| Used {
            key: Key::parse(&hash(number as u8)).unwrap(),
            entry: Entry {
                pipeline: "p".to_owned(),
                task: number.to_string(),
                outputs: (names.iter())
                    .map(|n| {
                        (
                            format!("out{n}"),
                            Stored {
                                sha256: hash(*n),
                                bytes: u64::from(*n),
                            },
                        )
                    })
                    .collect(),
                about: Value::Null,
            },
            last: SystemTime::UNIX_EPOCH + Duration::from_secs(number as u64),
        };
        Usage {
            entries: entries.iter().enumerate().map(used).collect(),
            contents: (0..contents).map(|n| (hash(n), u64::from(n))).collect(),
            broken: Vec::new(),
        }
    }

    proptest! {
        #[test]
        fn what_stays_is_whole_within_the_limit_and_used_last(
            entries in proptest::collection::vec(proptest::collection::vec(0..20u8, 0..4), 0..12),
            most in 0..200u64
        ) {
            let before = usage(&entries, 20);
            let keep = Keep { bytes: Some(most), unused: None };
            let sweep = Sweep::of(usage(&entries, 20), keep, SystemTime::now());
            let gone = sweep.entries.len();
            for used in &before.entries[gone..] {
                for stored in used.entry.outputs.values() {
                    prop_assert!(!sweep.contents.contains_key(&stored.sha256));
                }
            }
            let numbers: Vec<String> = sweep.entries.iter().map(|used| used.entry.task.clone()).collect();
            let first: Vec<String> = (0..gone).map(|n| n.to_string()).collect();
            prop_assert_eq!(numbers, first);
            prop_assert!(sweep.left_bytes <= most || gone == entries.len());
            prop_assert_eq!(sweep.left_bytes + sweep.bytes(), before.bytes());
            // Not one more than needed; of nothing, all go, also entries without contents.
            if gone > 0 && most > 0 {
                let fewer = usage(&entries[gone - 1..], 20);
                let named: BTreeSet<&String> = fewer.entries.iter()
                    .flat_map(|used| used.entry.outputs.values()).map(|stored| &stored.sha256).collect();
                let bytes: u64 = named.iter().map(|hash| before.contents[*hash]).sum();
                prop_assert!(bytes > most);
            }
        }
    }

    #[test]
    fn what_was_not_used_for_long_goes_and_what_nobody_names() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(10);
        let keep = Keep {
            bytes: None,
            unused: Some(Duration::from_secs(8)),
        };
        let sweep = Sweep::of(usage(&[vec![1, 2], vec![2, 3], vec![4]], 6), keep, now);
        assert_eq!(sweep.entries.len(), 2);
        let gone: Vec<&String> = sweep.contents.keys().collect();
        assert_eq!(gone, [&hash(0), &hash(1), &hash(2), &hash(3), &hash(5)]);
        assert_eq!(sweep.left_bytes, 4);
        assert!(Sweep::of(usage(&[vec![0]], 1), Keep::default(), now).is_empty());
    }
}
