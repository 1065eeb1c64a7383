//! The files of a folder, for hashes and comparisons.

use std::io;
use std::path::{Path, PathBuf};

use crate::atomic::plain;

/// A file in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderFile {
    /// Its path below the folder.
    pub name: PathBuf,
    /// Whether it can be read.
    pub content: FolderContent,
}

/// What stands at a path of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FolderContent {
    /// A regular file, or a link to one.
    File,
    /// A link without its file, or a link to a folder that contains it; any link where links are not followed. Holds the target of the link.
    Link(PathBuf),
}

/// A path with `/` between its parts, as manifests, bundles and checksums state it on every system.
#[must_use]
pub fn slashed(path: &Path) -> String {
    let text = path.to_string_lossy();
    // On Unix, a backslash is a character of a name.
    match cfg!(windows) {
        true => text.replace('\\', "/"),
        false => text.into_owned(),
    }
}

/// The text of a path below a folder, where both are written alike and plainly: UTF-8, no `.` or `..`, no doubled separators. `None`
/// says nothing: the path may still lie in the folder. Much faster than a look at each part.
#[must_use]
pub fn plainly_below<'a>(path: &'a Path, folder: &Path) -> Option<&'a str> {
    let (path, folder) = (path.to_str()?, folder.to_str()?);
    let rest = path
        .strip_prefix(folder)?
        .strip_prefix(std::path::MAIN_SEPARATOR)?;
    (!rest.is_empty() && is_plain(path)).then_some(rest)
}

/// Whether a path has no `.` and `..`, and no doubled separators.
fn is_plain(path: &str) -> bool {
    let bytes = path.as_bytes();
    let is_end =
        |byte: Option<&u8>| byte.is_none_or(|byte| std::path::is_separator(char::from(*byte)));
    let is_dots = |part: usize| {
        let part = &bytes[part..];
        is_end(part.first())
            || part[0] == b'.' && (is_end(part.get(1)) || part[1] == b'.' && is_end(part.get(2)))
    };
    let is_separator = |place: &usize| is_end(bytes.get(*place));
    !(0..bytes.len())
        .filter(is_separator)
        .any(|place| is_dots(place + 1))
}

/// Whether a path below a folder is hidden: a part of it begins with a dot, as `.DS_Store` and `._scan.nii.gz` do.
#[must_use]
pub fn is_hidden(below: &Path) -> bool {
    let name = |part: std::path::Component<'_>| part.as_os_str().to_string_lossy().starts_with('.');
    below
        .components()
        .any(|part| part.as_os_str() != "." && name(part))
}

/// Whether a file comes from a file browser, which writes it into each folder that it shows (`.DS_Store`, `._scan.nii.gz`), or from
/// an engine that notes when it made a folder (`.snakemake_timestamp`).
#[must_use]
pub fn is_byproduct(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    [".DS_Store", ".snakemake_timestamp"].contains(&&*name) || name.starts_with("._")
}

/// The regular files and broken links in a folder and its subfolders. Follows links. Sorted by name in each folder.
///
/// Links without their file are usual where git-annex or a similar tool keeps the data. They count as links, so that one of
/// them does not hide the rest of the folder. Pipes, devices and sockets are left out.
///
/// # Errors
/// A subfolder or a file cannot be examined. The message names it.
pub fn files(folder: &Path) -> io::Result<Vec<FolderFile>> {
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(folder)
        .follow_links(true)
        .sort_by_file_name()
    {
        let (path, content) = match entry {
            Ok(entry) if entry.file_type().is_file() => (entry.into_path(), FolderContent::File),
            Ok(_) => continue,
            Err(error) => broken_link(error)?,
        };
        let name = path.strip_prefix(folder).unwrap_or(&path).to_path_buf();
        found.push(FolderFile { name, content });
    }
    Ok(found)
}

/// The regular files and all links in a folder and its subfolders, without what links lead to. Sorted by name in each folder. None in
/// what is no folder, or a link to one.
///
/// # Errors
/// A subfolder or a file cannot be examined.
pub fn own_files(folder: &Path) -> io::Result<Vec<FolderFile>> {
    if !folder.symlink_metadata().is_ok_and(|found| found.is_dir()) {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
        let entry = entry.map_err(io::Error::from)?;
        let content = match entry.file_type() {
            kind if kind.is_file() => FolderContent::File,
            kind if kind.is_symlink() => FolderContent::Link(std::fs::read_link(entry.path())?),
            _ => continue,
        };
        let path = entry.path();
        let name = path.strip_prefix(folder).unwrap_or(path).to_path_buf();
        found.push(FolderFile { name, content });
    }
    Ok(found)
}

/// The link that caused an error of the walk: its path and its target.
fn broken_link(error: walkdir::Error) -> io::Result<(PathBuf, FolderContent)> {
    let path = error.path().map(Path::to_path_buf).unwrap_or_default();
    match std::fs::read_link(&path) {
        Ok(target) => Ok((path, FolderContent::Link(target))),
        Err(_) => Err(io::Error::other(format!(
            "{}: {}",
            path.display(),
            plain(&io::Error::from(error))
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_path_below_a_folder_is_the_rest_of_its_text() {
        let below = |path: &'static str| plainly_below(Path::new(path), Path::new("/a/b"));
        if cfg!(unix) {
            assert_eq!(below("/a/b/c/d.x"), Some("c/d.x"));
            assert_eq!(below("/a/b/.c/..d/e..f"), Some(".c/..d/e..f"));
        }
        for path in [
            "/a/b",
            "/a/b/",
            "/a/bc",
            "/a/b/../c",
            "/a/b/./c",
            "/a/b//c",
            "/a/b/c/..",
            "/a/b/c/.",
            "b/c",
        ] {
            assert_eq!(below(path), None, "{path}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_broken_link_and_a_circle_of_links_are_links() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::create_dir(root.join("b")).unwrap();
        std::fs::write(root.join("b/c.txt"), "c").unwrap();
        symlink("nowhere", root.join("a")).unwrap();
        symlink("..", root.join("b/up")).unwrap();
        symlink("self", root.join("self")).unwrap();
        let found: Vec<(String, bool)> = files(root)
            .unwrap()
            .into_iter()
            .map(|f| {
                (
                    f.name.display().to_string(),
                    f.content == FolderContent::File,
                )
            })
            .collect();
        let expected = [
            ("a", false),
            ("b/c.txt", true),
            ("b/up", false),
            ("self", false),
        ];
        assert_eq!(found, expected.map(|(name, file)| (name.to_owned(), file)));
    }

    #[cfg(unix)]
    #[test]
    fn own_files_are_those_in_front_of_links() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let (root, other) = (folder.path().join("root"), folder.path().join("other"));
        for path in [root.join("b"), other.clone()] {
            std::fs::create_dir_all(&path).unwrap();
            std::fs::write(path.join("c.txt"), "c").unwrap();
        }
        symlink(&other, root.join("a")).unwrap();
        symlink("b/c.txt", root.join("d")).unwrap();
        symlink(&root, folder.path().join("link")).unwrap();
        let names = |found: Vec<FolderFile>| -> Vec<PathBuf> {
            found.into_iter().map(|file| file.name).collect()
        };
        let found = own_files(&root).unwrap();
        assert_eq!(found[0].content, FolderContent::Link(other));
        assert_eq!(found[1].content, FolderContent::File);
        let expected = ["a", "b/c.txt", "d"].map(PathBuf::from);
        assert_eq!(names(found), expected);
        for none in [
            folder.path().join("link"),
            root.join("none"),
            root.join("d"),
        ] {
            assert_eq!(own_files(&none).unwrap(), []);
        }
    }

    #[test]
    fn hidden_parts_of_a_path_hide_it() {
        for hidden in [".DS_Store", "._a.nii", "a/.b/c.nii"] {
            assert!(is_hidden(Path::new(hidden)), "{hidden}");
        }
        assert!(!is_hidden(Path::new("./a/b.c.nii")));
    }
}
