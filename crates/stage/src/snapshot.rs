//! What stands at some paths at one time: a later snapshot tells whether an input was written, replaced or moved meanwhile, even
//! if it was put back.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};

use crate::{Stamp, fingerprint, folder, sidecar};

/// The files, folders and links that a set of paths leads to.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// `None` where nothing stands.
    places: BTreeMap<PathBuf, Option<Place>>,
    /// Paths that do not count, such as the outputs of the command that reads a folder.
    ignored: Vec<PathBuf>,
    /// Folders whose entries are known, without links: links may lead in circles.
    entered: BTreeSet<PathBuf>,
}

/// A file, a folder or a link at a path.
#[derive(Debug, Clone, PartialEq)]
struct Place {
    stamp: Stamp,
    access: Access,
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq)]
enum Kind {
    File,
    Link {
        target: PathBuf,
    },
    /// A folder with the entries that do not count: they change its time, too.
    Folder {
        quiet: BTreeMap<PathBuf, Option<Stamp>>,
    },
}

/// What may change the time of the metadata and leaves the content as it is: permissions, owners, hard links.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Access {
    mode: u32,
    links: u64,
    owners: [u32; 2],
}

impl Snapshot {
    /// An empty snapshot. The `ignored` paths and everything below them do not count.
    #[must_use]
    pub fn without(ignored: &[PathBuf]) -> Self {
        let ignored = ignored.iter().map(|path| real(path)).collect();
        Self {
            ignored,
            ..Self::default()
        }
    }

    /// Adds a path: the file or folder itself, all links on the way to it, and the entries of a folder.
    ///
    /// Hidden entries of a folder do not count: file browsers write `.DS_Store`.
    ///
    /// # Errors
    /// A folder cannot be read.
    pub fn add(&mut self, path: &Path) -> io::Result<()> {
        let path = std::path::absolute(path)?;
        self.add_links_above(&path)?;
        let Ok(metadata) = path.symlink_metadata() else {
            self.places.insert(path, None);
            return Ok(());
        };
        let kind = if metadata.is_symlink() {
            let target = std::fs::read_link(&path)?;
            Kind::Link { target }
        } else if metadata.is_dir() {
            let quiet = self.add_entries(&path)?;
            Kind::Folder { quiet }
        } else {
            Kind::File
        };
        let followed = match &kind {
            Kind::Link { target } => path.parent().map(|folder| folder.join(target)),
            _ => None,
        };
        let known = self.places.insert(path, Some(Place::new(&metadata, kind)));
        match followed {
            // A link that is known already may lead to itself.
            Some(target) if known.is_none() => self.add(&target),
            _ => Ok(()),
        }
    }

    /// Adds the links on the way to a path. What else is in the folders on the way does not count.
    fn add_links_above(&mut self, path: &Path) -> io::Result<()> {
        for above in path.ancestors().skip(1) {
            self.add_if_link(above)?;
        }
        Ok(())
    }

    /// Adds a link, and the links on the way to its target.
    fn add_if_link(&mut self, path: &Path) -> io::Result<()> {
        let metadata = path.symlink_metadata().ok().filter(Metadata::is_symlink);
        let Some(metadata) = metadata.filter(|_| !self.places.contains_key(path)) else {
            return Ok(());
        };
        let target = std::fs::read_link(path)?;
        let followed = path.parent().map(|folder| folder.join(&target));
        let place = Place::new(&metadata, Kind::Link { target });
        self.places.insert(path.to_path_buf(), Some(place));
        match followed {
            Some(target) => {
                self.add_links_above(&target)?;
                self.add_if_link(&target)
            }
            None => Ok(()),
        }
    }

    /// Adds an input of a stage: the path, the other file of a pair, and the sidecar of a volume.
    ///
    /// # Errors
    /// A folder cannot be read.
    pub fn add_input(&mut self, path: &Path) -> io::Result<()> {
        self.add(path)?;
        if path.is_dir() {
            return Ok(());
        }
        for file in fingerprint::pair(path).into_iter().flatten() {
            self.add(&file)?;
        }
        self.add(&sidecar::path_of(path))
    }

    /// The first path where something was written, replaced, moved, added or removed after the other snapshot, which has the
    /// same paths. `None` if nothing was.
    ///
    /// Changed permissions and additional hard links are no change. A time of the metadata that moved without them is one: a
    /// file that was replaced and put back has it.
    #[must_use]
    pub fn first_change<'a>(&'a self, earlier: &'a Self) -> Option<&'a Path> {
        let gone = earlier
            .places
            .keys()
            .filter(|p| !self.places.contains_key(*p));
        let differs =
            |(path, now): &(&PathBuf, &Option<Place>)| match (earlier.places.get(*path), now) {
                (Some(Some(before)), Some(now)) => now.is_changed(before),
                (Some(None), None) => false,
                _ => true,
            };
        let changed = self.places.iter().filter(differs).map(|(path, _)| path);
        let paths: Vec<&PathBuf> = changed.chain(gone).collect();
        // A file says more than the folder around it.
        let is_folder = |path: &PathBuf| {
            let place = self.places.get(path).and_then(Option::as_ref);
            place.is_some_and(|place| matches!(place.kind, Kind::Folder { .. }))
        };
        let first = paths.iter().find(|path| !is_folder(path));
        first.or(paths.first()).map(|path| path.as_path())
    }

    /// Adds the entries of a folder. Returns those that do not count.
    fn add_entries(&mut self, path: &Path) -> io::Result<BTreeMap<PathBuf, Option<Stamp>>> {
        let mut quiet = BTreeMap::new();
        let folder = real(path);
        for ignored in &self.ignored {
            // What becomes an entry later is named as well.
            if let Ok(below) = ignored.strip_prefix(&folder)
                && let Some(first) = below.components().next()
            {
                let name = PathBuf::from(first.as_os_str());
                let stamp = Stamp::of_entry(&path.join(&name)).ok();
                quiet.insert(name, stamp);
            }
        }
        if !self.entered.insert(folder.clone()) {
            return Ok(quiet);
        }
        for entry in std::fs::read_dir(path)? {
            let name = PathBuf::from(entry?.file_name());
            if folder::is_hidden(&name) {
                let stamp = Stamp::of_entry(&path.join(&name)).ok();
                quiet.insert(name, stamp);
            } else if !self.ignored.contains(&folder.join(&name)) {
                self.add(&path.join(&name))?;
            }
        }
        Ok(quiet)
    }
}

impl Place {
    fn new(metadata: &Metadata, kind: Kind) -> Self {
        Self {
            stamp: Stamp::from_metadata(metadata),
            access: Access::of(metadata),
            kind,
        }
    }

    /// Whether something else stood here meanwhile, or the content was written.
    fn is_changed(&self, before: &Self) -> bool {
        let moved = self.access == before.access && self.stamp.metadata_moved(&before.stamp);
        match (&self.kind, &before.kind) {
            (Kind::File, Kind::File) => self.stamp.is_rewritten(&before.stamp) || moved,
            (Kind::Folder { quiet: now }, Kind::Folder { quiet: earlier }) => {
                if !self.stamp.is_same_file(&before.stamp) {
                    return true;
                }
                let entries = self.stamp.is_rewritten(&before.stamp);
                // A folder that was moved away and back has another time of the metadata only.
                (entries || moved) && now == earlier
            }
            (now, earlier) => now != earlier || self.stamp != before.stamp,
        }
    }
}

impl Access {
    #[cfg(unix)]
    fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self {
            mode: metadata.mode(),
            links: metadata.nlink(),
            owners: [metadata.uid(), metadata.gid()],
        }
    }

    #[cfg(not(unix))]
    fn of(_: &Metadata) -> Self {
        Self::default()
    }
}

/// A path without links, as far as it exists.
fn real(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    if let Ok(real) = absolute.canonicalize() {
        return real;
    }
    match (absolute.parent(), absolute.file_name()) {
        (Some(folder), Some(name)) => real(folder).join(name),
        _ => absolute,
    }
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used, reason = "helpers of tests")]
mod tests {
    use std::os::unix::fs::symlink;
    use std::process::Command;

    use super::*;

    /// A folder with a file, a folder of files, and a link to a file.
    fn study() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("data")).unwrap();
        for name in ["x", "v1", "v2", "data/a", "data/b"] {
            std::fs::write(at(name), name).unwrap();
        }
        symlink("v1", at("link")).unwrap();
        folder
    }

    /// What a snapshot of `x`, `data` and `link` says after an action. Paths are relative to the folder.
    fn change_by(action: &str) -> Option<String> {
        let study = study();
        let look = || {
            let mut snapshot = Snapshot::without(&[study.path().join("data/out")]);
            for name in ["x", "data", "link"] {
                snapshot.add(&study.path().join(name)).unwrap();
            }
            snapshot
        };
        let before = look();
        // Longer than a tick of the file system's clock.
        std::thread::sleep(crate::TICK);
        let mut shell = Command::new("sh");
        shell.args(["-e", "-c", action]).current_dir(study.path());
        assert!(shell.status().unwrap().success(), "{action}");
        let now = look();
        let path = now.first_change(&before)?;
        let below = path.strip_prefix(study.path()).unwrap();
        Some(below.display().to_string())
    }

    #[test]
    fn what_was_changed_and_put_back_is_a_change() {
        for (action, path) in [
            ("cp -p x bak; echo new >x; cp -p bak x", "x"),
            ("mv x s; echo new >x; mv s x", "x"),
            ("ln -sfn v2 link; ln -sfn v1 link", "link"),
            ("cp -p v1 bak; echo new >v1; cp -p bak v1", "v1"),
            ("echo c >data/c; rm data/c", "data"),
            ("mv data s; mkdir data; mv data other; mv s data", "data"),
            ("mv data/a a; mv a data/a", "data/a"),
            ("cp -p data/a a; mv a data/a", "data/a"),
            ("echo c >data/c", "data/c"),
            ("rm data/b", "data/b"),
            ("rm x", "x"),
        ] {
            assert_eq!(change_by(action).as_deref(), Some(path), "{action}");
        }
    }

    #[test]
    fn permissions_hard_links_hidden_files_and_outputs_are_no_change() {
        for action in [
            "chmod 600 x data/a",
            "ln x hard",
            "chmod 700 data",
            "echo s >data/.DS_Store",
            "echo o >data/out",
            "echo o >data/.partial-out; mv data/.partial-out data/out",
            "cat x data/a >copy",
            "",
        ] {
            assert_eq!(change_by(action), None, "{action}");
        }
        let added = change_by("echo s >data/.DS_Store; echo c >data/c");
        assert_eq!(added.as_deref(), Some("data/c"));
    }

    /// Other files in the folder that a link leads to are no inputs.
    #[test]
    fn of_a_link_on_the_way_the_link_counts_and_not_its_folder() {
        let study = study();
        let at = |name: &str| study.path().join(name);
        symlink("data", at("way")).unwrap();
        symlink("way", at("ways")).unwrap();
        std::fs::create_dir(at("other")).unwrap();
        std::fs::write(at("other/a"), "data/a").unwrap();
        let look = || {
            let mut snapshot = Snapshot::default();
            snapshot.add(&at("ways/a")).unwrap();
            snapshot
        };
        let before = look();
        std::thread::sleep(crate::TICK);
        std::fs::write(at("data/new"), "new").unwrap();
        assert_eq!(look().first_change(&before), None);
        std::fs::remove_file(at("way")).unwrap();
        symlink("other", at("way")).unwrap();
        assert_eq!(look().first_change(&before), Some(at("way").as_path()));
    }

    #[test]
    fn links_in_circles_and_without_a_file_are_looked_at_once() {
        let study = study();
        symlink("..", study.path().join("data/up")).unwrap();
        symlink("self", study.path().join("self")).unwrap();
        symlink("nowhere", study.path().join("data/broken")).unwrap();
        let mut before = Snapshot::default();
        before.add(study.path()).unwrap();
        let mut now = Snapshot::default();
        now.add(study.path()).unwrap();
        assert_eq!(now.first_change(&before), None);
    }
}
