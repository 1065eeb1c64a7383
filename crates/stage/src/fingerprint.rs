//! Content hashes of files and folders.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::folder::{self, FolderContent};
use crate::{Stamp, atomic};

/// In bytes.
const LARGEST_BUFFER: u64 = 1 << 20;

/// The sha256 of a file, a pair or a folder, as 64 hexadecimal digits.
///
/// For a pair, see [`of_pair`]. For a folder, the hash covers the relative paths and contents of its files, sorted by path.
///
/// # Errors
/// The file or folder cannot be read.
pub fn of_path(path: &Path) -> io::Result<String> {
    if path.is_dir() {
        return of_folder(path);
    }
    match pair(path) {
        Some(files) => {
            let [header, image] = files.map(|file| of_file(&file));
            Ok(of_pair(&header?, &image?))
        }
        None => of_file(path),
    }
}

/// The header and the image of a NIfTI or Analyze pair (`.hdr` and `.img`, each also with `.gz`).
///
/// `path` may name either file. `None` if it has another ending, or if the other file is not in the same folder.
#[must_use]
pub fn pair(path: &Path) -> Option<[PathBuf; 2]> {
    let name = path.file_name()?.to_str()?;
    let plain = name.strip_suffix(".gz").unwrap_or(name);
    let partner = |stem: &str, ending: &str| {
        let names = ["", ".gz"].map(|gz| path.with_file_name(format!("{stem}{ending}{gz}")));
        names.into_iter().find(|file| file.is_file())
    };
    match (plain.strip_suffix(".hdr"), plain.strip_suffix(".img")) {
        (Some(stem), _) => Some([path.to_path_buf(), partner(stem, ".img")?]),
        (_, Some(stem)) => Some([partner(stem, ".hdr")?, partner(stem, ".img")?]),
        _ => None,
    }
}

/// The sha256 of a pair, from the hashes of its header and its image.
#[must_use]
pub fn of_pair(header: &str, image: &str) -> String {
    of_bytes(format!("{header} {image}").as_bytes())
}

/// The sha256 of the bytes of one file, even if it belongs to a pair.
///
/// # Errors
/// The file cannot be read.
pub fn of_file(path: &Path) -> io::Result<String> {
    // Opening a pipe would wait for a writer.
    let size = Stamp::of_file(path)?.size();
    let mut hasher = Sha256::new();
    let mut file = File::open(path)?;
    // One byte more than a small file, so that its end is seen. To clear a large buffer would take longer than to hash such a file.
    let mut buffer = vec![0_u8; (size + 1).min(LARGEST_BUFFER) as usize];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(hex(&hasher.finalize()));
        }
        hasher.update(&buffer[..read]);
    }
}

fn of_folder(folder: &Path) -> io::Result<String> {
    of_folder_with(folder, of_file)
}

/// The hash of a folder, as [`of_path`] defines it, with `hash` as the source of the hashes of its files.
///
/// A link without its file counts with its target (see [`crate::folder`]). What file browsers leave in a folder does not count
/// (`.DS_Store` and files that begin with `._`).
///
/// # Errors
/// The folder or one of its files cannot be read; the message names it.
pub fn of_folder_with(
    folder: &Path,
    mut hash: impl FnMut(&Path) -> io::Result<String>,
) -> io::Result<String> {
    let mut contents = Vec::new();
    let files = folder::files(folder)?.into_iter();
    for file in files.filter(|file| !folder::is_byproduct(&file.name)) {
        let path = folder.join(&file.name);
        let content = match &file.content {
            FolderContent::File => hash(&path).map_err(|e| {
                io::Error::other(format!("{}: {}", path.display(), atomic::plain(&e)))
            })?,
            FolderContent::Link(target) => format!("link to {}", target.display()),
        };
        contents.push((file.name, content));
    }
    let contents = contents.iter();
    Ok(of_files(
        contents.map(|(name, content)| (name.as_path(), content.as_str())),
    ))
}

/// The hash of a folder from the names and the hashes of its files, sorted by name in each folder.
pub fn of_files<'a>(files: impl Iterator<Item = (&'a Path, &'a str)>) -> String {
    let mut hasher = Sha256::new();
    for (name, hash) in files {
        hasher.update(name.to_string_lossy().as_bytes());
        hasher.update([0]);
        hasher.update(hash.as_bytes());
    }
    hex(&hasher.finalize())
}

/// The sha256 of bytes, as 64 hexadecimal digits.
#[must_use]
pub fn of_bytes(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(64), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_abc_is_that_of_fips_180_4() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(of_bytes(b"abc"), expected);
    }

    #[test]
    fn what_a_file_browser_leaves_in_a_folder_does_not_count() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a"), "1").unwrap();
        let before = of_path(folder.path()).unwrap();
        for name in [".DS_Store", "._a"] {
            std::fs::write(folder.path().join(name), "x").unwrap();
        }
        assert_eq!(before, of_path(folder.path()).unwrap());
        // A Zarr array has its shape in a hidden file.
        std::fs::write(folder.path().join(".zarray"), "x").unwrap();
        assert_ne!(before, of_path(folder.path()).unwrap());
    }

    #[test]
    fn a_folder_changes_with_names_and_contents() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a"), "1").unwrap();
        let before = of_path(folder.path()).unwrap();
        std::fs::rename(folder.path().join("a"), folder.path().join("b")).unwrap();
        assert_ne!(before, of_path(folder.path()).unwrap());
    }

    /// Hash of `named` in a folder that holds the given files.
    fn of_named(named: &str, files: &[(&str, &str)]) -> String {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in files {
            std::fs::write(folder.path().join(name), content).unwrap();
        }
        of_path(&folder.path().join(named)).unwrap()
    }

    #[test]
    fn a_pair_changes_with_either_file_and_not_with_the_one_that_is_named() {
        let files = [("x.hdr", "header"), ("x.img", "voxels")];
        let both = of_named("x.hdr", &files);
        assert_eq!(of_named("x.img", &files), both);
        assert_eq!(both, of_pair(&of_bytes(b"header"), &of_bytes(b"voxels")));
        for changed in [
            [("x.hdr", "other"), ("x.img", "voxels")],
            [("x.hdr", "header"), ("x.img", "other")],
        ] {
            assert_ne!(of_named("x.hdr", &changed), both);
            assert_ne!(of_named("x.img", &changed), both);
        }
        let compressed = [("x.hdr.gz", "header"), ("x.img.gz", "voxels")];
        for named in ["x.hdr.gz", "x.img.gz"] {
            assert_eq!(of_named(named, &compressed), both);
        }
        let mixed = [("x.hdr", "header"), ("x.img.gz", "voxels")];
        assert_eq!(of_named("x.hdr", &mixed), both);
    }

    #[test]
    fn a_lone_file_has_the_hash_of_its_bytes() {
        for name in ["x.hdr", "x.img", "x.nii", "x"] {
            let files = [(name, "a"), ("x.json", "b"), ("y.img", "c"), ("y.hdr", "d")];
            assert_eq!(of_named(name, &files), of_bytes(b"a"), "{name}");
        }
    }

    #[test]
    fn a_file_that_is_not_there_has_no_hash() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("x.img"), "").unwrap();
        for name in ["x.hdr", "x.nii"] {
            let error = of_path(&folder.path().join(name)).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::NotFound);
        }
    }
}
