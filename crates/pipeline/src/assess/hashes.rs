//! Content hashes of files, cached as long as size, times and inode do not change.

use std::collections::{BTreeMap, HashMap};
use std::ffi::{OsStr, OsString};
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};

use rsom_stage::{StageError, Stamp, TICK, atomic, fingerprint, folder};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::plan::output_paths::sidecar;
use crate::value::canonical;

/// Cached hashes by path, stored in a file between runs.
#[derive(Debug)]
pub(crate) struct Hashes {
    file: PathBuf,
    /// Paths inside this folder are stored relative to it, so that a workdir can be moved.
    root: PathBuf,
    entries: HashMap<OsString, Entry>,
    /// Hashes already returned in this run. Reused without a look at the file, until `forget`.
    asked: HashMap<OsString, String>,
    changed: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Entry {
    stamp: Stamp,
    sha256: String,
    /// For a sidecar, the hash of its content without the provenance. Empty if it contains nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    meaning: Option<String>,
    /// Whether the file was written so recently that a later change might keep the same stamp.
    #[serde(skip)]
    fresh: bool,
}

impl Hashes {
    /// Reads the cache of an earlier run. A missing or broken file is an empty cache.
    pub fn read(file: &Path, root: &Path) -> Self {
        let bytes = std::fs::read(file).unwrap_or_default();
        let stored: Stored = serde_json::from_slice(&bytes).unwrap_or_default();
        Self {
            file: file.to_path_buf(),
            root: root.to_path_buf(),
            entries: stored.0,
            asked: HashMap::new(),
            changed: false,
        }
    }

    /// The sha256 of a file, a pair or a folder, as [`fingerprint::of_path`] defines it.
    ///
    /// # Errors
    /// The file or folder cannot be read.
    pub fn of_path(&mut self, path: &Path) -> io::Result<String> {
        self.of_place(path, |path| std::fs::metadata(path))
    }

    /// The same for a path that is no link, with its metadata.
    ///
    /// # Errors
    /// The file or folder cannot be read.
    pub fn of_found(&mut self, path: &Path, metadata: Metadata) -> io::Result<String> {
        self.of_place(path, |_| Ok(metadata))
    }

    fn of_place(
        &mut self,
        path: &Path,
        metadata: impl FnOnce(&Path) -> io::Result<Metadata>,
    ) -> io::Result<String> {
        if let Some(hash) = self.asked.get(path.as_os_str()) {
            return Ok(hash.clone());
        }
        let metadata = metadata(path)?;
        let hash = if metadata.is_dir() {
            fingerprint::of_folder_with(path, |file| Ok(self.entry(file)?.sha256.clone()))?
        } else if let Some([header, image]) = fingerprint::pair(path) {
            // Not stored in `asked`: if only the image is written, only the path of the image is forgotten.
            let header = self.entry(&header)?.sha256.clone();
            return Ok(fingerprint::of_pair(&header, &self.entry(&image)?.sha256));
        } else {
            let stamp = Stamp::of_regular(&metadata)?;
            self.entry_with(path, stamp)?.sha256.clone()
        };
        self.asked.insert(path.into(), hash.clone());
        Ok(hash)
    }

    /// The hash of everything in a file that can affect a stage: its content, and for a NIfTI file the sidecar without the
    /// provenance. So a task does not run again if its input has the same voxels but another provenance.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn meaning_of(&mut self, path: &Path) -> io::Result<String> {
        let content = self.of_path(path)?;
        let Some(sidecar) = sidecar_of(path).filter(|s| s.is_file()) else {
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

    /// Forgets all hashes, so that every file is read again.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.asked.clear();
        self.changed = true;
    }

    /// Forgets the hash of a path, because a task is about to write it or has written it.
    pub fn forget(&mut self, path: &Path) {
        self.asked.remove(path.as_os_str());
    }

    /// Notes the sha256 of a file that was hashed at another place and moved here.
    pub fn note(&mut self, path: &Path, sha256: &str) {
        self.asked.insert(path.into(), sha256.to_owned());
        let Ok(stamp) = Stamp::of_file(path) else {
            return;
        };
        let entry = Entry {
            fresh: stamp.is_fresh(),
            stamp,
            sha256: sha256.to_owned(),
            meaning: None,
        };
        let key = key(path, &self.root);
        self.entries.insert(key.to_owned(), entry);
        self.changed = true;
    }

    /// Stores the cache for the next run.
    ///
    /// Files younger than one tick of the clock are left out. If `last` is true, waits one tick to include them.
    ///
    /// # Errors
    /// Exit code 4 if the cache cannot be written.
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
        // JSON is text: a file with another name is hashed again.
        let settled = self.entries.iter().filter(|(_, e)| !e.fresh);
        let settled: BTreeMap<&str, &Entry> = settled
            .filter_map(|(path, e)| Some((path.to_str()?, e)))
            .collect();
        let json = serde_json::to_vec(&settled).map_err(StageError::failure)?;
        atomic::write_bytes(&self.file, &json)?;
        self.changed = self.entries.values().any(|e| e.fresh);
        Ok(())
    }

    /// The entry of a file. Hashes the file again if it was written.
    fn entry(&mut self, path: &Path) -> io::Result<&mut Entry> {
        self.entry_with(path, Stamp::of_file(path)?)
    }

    /// The entry of a file with this stamp.
    fn entry_with(&mut self, path: &Path, stamp: Stamp) -> io::Result<&mut Entry> {
        let key = key(path, &self.root);
        let known = self
            .entries
            .get(key)
            .is_some_and(|e| e.stamp == stamp && !e.fresh);
        if !known {
            let fresh = stamp.is_fresh();
            let sha256 = fingerprint::of_file(path)?;
            let earlier = self.entries.get(key);
            let meaning = earlier
                .filter(|e| e.sha256 == sha256)
                .and_then(|e| e.meaning.clone());
            self.changed = true;
            let entry = Entry {
                stamp,
                sha256,
                meaning,
                fresh,
            };
            self.entries.insert(key.to_owned(), entry);
        }
        self.entries
            .get_mut(key)
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

/// The entries of a file of hashes.
#[derive(Default)]
struct Stored(HashMap<OsString, Entry>);

impl<'de> Deserialize<'de> for Stored {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(StoredVisitor)
    }
}

struct StoredVisitor;

impl<'de> Visitor<'de> for StoredVisitor {
    type Value = Stored;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("hashes by path")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Stored, A::Error> {
        let mut entries = HashMap::new();
        while let Some((path, entry)) = map.next_entry::<String, Entry>()? {
            entries.insert(OsString::from(path), entry);
        }
        Ok(Stored(entries))
    }
}

/// The name of an entry: the path relative to a folder, if it lies in there.
fn key<'a>(path: &'a Path, root: &Path) -> &'a OsStr {
    match folder::plainly_below(path, root) {
        Some(rest) => OsStr::new(rest),
        None => path.strip_prefix(root).unwrap_or(path).as_os_str(),
    }
}

/// The path of the sidecar of a volume. `None` for other files.
fn sidecar_of(path: &Path) -> Option<PathBuf> {
    match fingerprint::pair(path) {
        Some(_) => Some(rsom_stage::sidecar::path_of(path)),
        None => path.to_str().and_then(sidecar).map(PathBuf::from),
    }
}

/// Hash of a sidecar without its provenance. Empty if it contains nothing else.
fn meaning_of_sidecar(bytes: &[u8]) -> String {
    let content = match serde_json::from_slice(bytes) {
        Ok(Value::Object(mut members)) => {
            members.remove("GeneratedBy");
            if members.is_empty() {
                return String::new();
            }
            canonical(&Value::Object(members)).into_bytes()
        }
        _ => bytes.to_vec(),
    };
    fingerprint::of_bytes(&content)
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
    fn a_pair_is_hashed_as_stages_hash_it_and_again_when_its_image_changes() {
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
    fn a_cached_hash_is_used_until_the_file_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x");
        std::fs::write(&file, "one").unwrap();
        let mut first = hashes(folder.path());
        let one = first.of_path(&file).unwrap();
        first.save(true).unwrap();
        // A cached hash is not computed again: a wrong one is returned.
        let cache = folder.path().join("hashes.json");
        let text = std::fs::read_to_string(&cache).unwrap();
        std::fs::write(&cache, text.replace(&one, "cached")).unwrap();
        assert_eq!(hashes(folder.path()).of_path(&file).unwrap(), "cached");
        std::fs::write(&file, "three").unwrap();
        let three = hashes(folder.path()).of_path(&file).unwrap();
        assert_eq!(three, fingerprint::of_bytes(b"three"));
    }

    #[test]
    #[cfg(unix)]
    fn a_file_that_was_written_is_noticed_by_the_time_of_its_metadata() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x");
        std::fs::write(&file, "one").unwrap();
        let mut first = hashes(folder.path());
        first.of_path(&file).unwrap();
        first.save(true).unwrap();
        // Same size, and the old modification time restored.
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
    fn only_the_content_of_a_sidecar_outside_the_provenance_counts() {
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
