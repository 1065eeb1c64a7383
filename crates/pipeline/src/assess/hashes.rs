//! Content hashes of files, remembered as long as size, times and inode stay the same.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rsom_stage::{StageError, atomic, fingerprint};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::plan::output_paths::sidecar;
use crate::value::canonical;

/// A file written twice within a tick of the file system's clock may bear one time for two contents.
const TICK: Duration = Duration::from_millis(20);

/// Hashes by path, kept in a file between runs.
#[derive(Debug)]
pub(crate) struct Hashes {
    file: PathBuf,
    /// Paths below it are remembered relative to it, so that a workdir can be moved.
    root: PathBuf,
    entries: BTreeMap<PathBuf, Entry>,
    /// What was asked in this run: not looked at again until it is forgotten.
    asked: BTreeMap<PathBuf, String>,
    changed: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Entry {
    stamp: Stamp,
    sha256: String,
    /// For a sidecar: the hash of what it says beside the provenance, empty when it says nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    meaning: Option<String>,
    /// Whether the content cannot have changed since without the stamp telling.
    #[serde(skip)]
    fresh: bool,
}

/// What tells that a file was written to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stamp {
    size: u64,
    /// Nanoseconds since 1970 of the last change of the content and of the entry itself.
    changed_ns: [i128; 2],
    inode: u64,
}

impl Stamp {
    /// Of a file or folder.
    ///
    /// # Errors
    /// It cannot be looked at.
    pub fn of(path: &Path) -> io::Result<Self> {
        std::fs::metadata(path).map(|metadata| Self::from_metadata(&metadata))
    }

    fn from_metadata(metadata: &Metadata) -> Self {
        let modified = metadata
            .modified()
            .ok()
            .and_then(|t| t.duration_since(UNIX_EPOCH).ok());
        let modified = modified.map_or(0, |d| d.as_nanos() as i128);
        #[cfg(unix)]
        let (changed, inode) = {
            use std::os::unix::fs::MetadataExt;
            let nanoseconds =
                i128::from(metadata.ctime()) * 1_000_000_000 + i128::from(metadata.ctime_nsec());
            (nanoseconds, metadata.ino())
        };
        #[cfg(not(unix))]
        let (changed, inode) = (modified, 0);
        Self {
            size: metadata.len(),
            changed_ns: [modified, changed],
            inode,
        }
    }
}

impl Hashes {
    /// Reads what an earlier run remembered; an absent or broken file remembers nothing.
    pub fn read(file: &Path, root: &Path) -> Self {
        let bytes = std::fs::read(file).unwrap_or_default();
        Self {
            file: file.to_path_buf(),
            root: root.to_path_buf(),
            entries: serde_json::from_slice(&bytes).unwrap_or_default(),
            asked: BTreeMap::new(),
            changed: false,
        }
    }

    /// sha256 of a file, a pair or a folder, as [`fingerprint::of_path`] defines it.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn of_path(&mut self, path: &Path) -> io::Result<String> {
        if let Some(hash) = self.asked.get(path) {
            return Ok(hash.clone());
        }
        let hash = if std::fs::metadata(path)?.is_dir() {
            let mut listing = Vec::new();
            self.list(path, path, &mut listing)?;
            fingerprint::of_bytes(&listing)
        } else if let Some([header, image]) = fingerprint::pair(path) {
            // Not kept as asked: its image may be written by itself, and only that path be forgotten.
            let header = self.entry(&header)?.sha256.clone();
            return Ok(fingerprint::of_pair(&header, &self.entry(&image)?.sha256));
        } else {
            self.entry(path)?.sha256.clone()
        };
        self.asked.insert(path.to_path_buf(), hash.clone());
        Ok(hash)
    }

    /// What a file means to a stage that reads it: its content, and for a NIfTI file what the sidecar says beside the
    /// provenance, so that the same voxels made in another way do not set off what follows.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn meaning_of(&mut self, path: &Path) -> io::Result<String> {
        let content = self.of_path(path)?;
        let sidecar = match fingerprint::pair(path) {
            Some(_) => Some(rsom_stage::sidecar::path_of(path)),
            None => path.to_str().and_then(sidecar).map(PathBuf::from),
        };
        let Some(sidecar) = sidecar.filter(|s| s.is_file()) else {
            return Ok(content);
        };
        let meaning = match self.entry(&sidecar)?.meaning.clone() {
            Some(meaning) => meaning,
            None => {
                let meaning = meaning_of_sidecar(&std::fs::read(&sidecar)?);
                self.entry(&sidecar)?.meaning = Some(meaning.clone());
                self.changed = true;
                meaning
            }
        };
        if meaning.is_empty() {
            return Ok(content);
        }
        Ok(fingerprint::of_bytes(
            format!("{content} {meaning}").as_bytes(),
        ))
    }

    /// Looks at a file again when it is asked for: it is about to be written.
    pub fn forget(&mut self, path: &Path) {
        self.asked.remove(path);
    }

    /// Keeps the hashes for the next run. `last` waits until the files are older than a tick of the clock; before the
    /// last time, those that are not are left out.
    ///
    /// # Errors
    /// Exit code 4 when the file cannot be written.
    pub fn save(&mut self, last: bool) -> Result<(), StageError> {
        if !self.changed {
            return Ok(());
        }
        if last && self.entries.values().any(|e| e.fresh) {
            std::thread::sleep(TICK);
            let root = self.root.clone();
            for (path, entry) in &mut self.entries {
                let now = Stamp::of(&root.join(path));
                entry.fresh &= now.ok().as_ref() != Some(&entry.stamp);
            }
        }
        let settled: BTreeMap<&PathBuf, &Entry> =
            self.entries.iter().filter(|(_, e)| !e.fresh).collect();
        let json = serde_json::to_vec(&settled).map_err(StageError::failure)?;
        atomic::write_bytes(&self.file, &json)?;
        self.changed = self.entries.values().any(|e| e.fresh);
        Ok(())
    }

    /// The entry of a file, hashed anew when the file was written to.
    fn entry(&mut self, path: &Path) -> io::Result<&mut Entry> {
        let stamp = Stamp::of(path)?;
        let key = path.strip_prefix(&self.root).unwrap_or(path).to_path_buf();
        let known = self
            .entries
            .get(&key)
            .is_some_and(|e| e.stamp == stamp && !e.fresh);
        if !known {
            let fresh = is_fresh(&stamp);
            let sha256 = fingerprint::of_file(path)?;
            let same = self.entries.get(&key).is_some_and(|e| e.sha256 == sha256);
            let meaning = self
                .entries
                .get(&key)
                .and_then(|e| e.meaning.clone())
                .filter(|_| same);
            self.changed = true;
            let entry = Entry {
                stamp,
                sha256,
                meaning,
                fresh,
            };
            self.entries.insert(key.clone(), entry);
        }
        self.entries
            .get_mut(&key)
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// What [`fingerprint::of_path`] hashes of a folder: relative paths and hashes of its files, in sorted order.
    fn list(&mut self, root: &Path, folder: &Path, listing: &mut Vec<u8>) -> io::Result<()> {
        let mut entries: Vec<std::fs::DirEntry> =
            std::fs::read_dir(folder)?.collect::<Result<_, _>>()?;
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let path = entry.path();
            // Through links, as fingerprint::of_path looks.
            let kind = std::fs::metadata(&path)?;
            if kind.is_dir() {
                self.list(root, &path, listing)?;
            } else if kind.is_file() {
                let relative = path.strip_prefix(root).unwrap_or(&path);
                listing.extend(relative.to_string_lossy().as_bytes());
                listing.push(0);
                let hash = self.entry(&path)?.sha256.clone();
                listing.extend(hash.as_bytes());
            }
        }
        Ok(())
    }
}

/// Hash of what a sidecar says beside its provenance; empty when it says nothing else.
fn meaning_of_sidecar(bytes: &[u8]) -> String {
    let said = match serde_json::from_slice(bytes) {
        Ok(Value::Object(mut members)) => {
            members.remove("GeneratedBy");
            if members.is_empty() {
                return String::new();
            }
            canonical(&Value::Object(members)).into_bytes()
        }
        _ => bytes.to_vec(),
    };
    fingerprint::of_bytes(&said)
}

fn is_fresh(stamp: &Stamp) -> bool {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let last = stamp.changed_ns.iter().max().copied().unwrap_or_default();
    now.as_nanos() as i128 - last < TICK.as_nanos() as i128
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hashes(folder: &Path) -> Hashes {
        Hashes::read(&folder.join("hashes.json"), folder)
    }

    #[test]
    fn a_folder_has_the_hash_that_stages_write_into_their_provenance() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("out");
        for name in ["b/c.txt", "b.txt", "a/z.txt", "a-b.txt"] {
            std::fs::create_dir_all(root.join(name).parent().unwrap()).unwrap();
            std::fs::write(root.join(name), name).unwrap();
        }
        let expected = fingerprint::of_path(&root).unwrap();
        assert_eq!(hashes(folder.path()).of_path(&root).unwrap(), expected);
    }

    #[test]
    fn a_pair_is_looked_at_as_stages_do_and_again_when_its_image_changes() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("x.hdr"), "header").unwrap();
        std::fs::write(at("x.img"), "one").unwrap();
        let mut hashes = hashes(folder.path());
        let one = hashes.of_path(&at("x.hdr")).unwrap();
        assert_eq!(one, fingerprint::of_path(&at("x.hdr")).unwrap());
        assert_eq!(hashes.of_path(&at("x.img")).unwrap(), one);
        std::fs::write(at("x.img"), "two").unwrap();
        hashes.forget(&at("x.img"));
        let two = hashes.of_path(&at("x.hdr")).unwrap();
        assert_eq!(two, fingerprint::of_path(&at("x.hdr")).unwrap());
        assert_ne!(two, one);
        let bare = hashes.meaning_of(&at("x.hdr")).unwrap();
        std::fs::write(at("x.json"), "{\"Channels\": [\"LF\"]}").unwrap();
        assert_ne!(hashes.meaning_of(&at("x.hdr")).unwrap(), bare);
    }

    #[test]
    fn a_remembered_hash_is_used_and_any_rewriting_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x");
        std::fs::write(&file, "one").unwrap();
        let mut first = hashes(folder.path());
        let one = first.of_path(&file).unwrap();
        first.save(true).unwrap();
        // A remembered hash is not computed again: a made-up one comes back.
        let cache = folder.path().join("hashes.json");
        let text = std::fs::read_to_string(&cache).unwrap();
        std::fs::write(&cache, text.replace(&one, "remembered")).unwrap();
        assert_eq!(hashes(folder.path()).of_path(&file).unwrap(), "remembered");
        // The same size, and the old modification time put back.
        let modified = std::fs::metadata(&file).unwrap().modified().unwrap();
        std::fs::write(&file, "two").unwrap();
        let handle = std::fs::File::options().write(true).open(&file).unwrap();
        handle.set_modified(modified).unwrap();
        assert_eq!(
            hashes(folder.path()).of_path(&file).unwrap(),
            fingerprint::of_bytes(b"two")
        );
    }

    #[test]
    fn only_what_a_sidecar_says_beside_its_provenance_counts() {
        let folder = tempfile::tempdir().unwrap();
        let (volume, sidecar) = (folder.path().join("x.nii.gz"), folder.path().join("x.json"));
        std::fs::write(&volume, "voxels").unwrap();
        let bare = hashes(folder.path()).meaning_of(&volume).unwrap();
        let meaning = |text: &str| {
            std::fs::write(&sidecar, text).unwrap();
            hashes(folder.path()).meaning_of(&volume).unwrap()
        };
        assert_eq!(meaning("{\"GeneratedBy\": 1}"), bare);
        let named = meaning("{\"GeneratedBy\": 1, \"Channels\": [\"LF\"]}");
        assert_ne!(named, bare);
        assert_eq!(
            meaning("{\"Channels\": [\"LF\"], \"GeneratedBy\": 2}"),
            named
        );
        assert_ne!(meaning("{\"Channels\": [\"HF\"]}"), named);
    }
}
