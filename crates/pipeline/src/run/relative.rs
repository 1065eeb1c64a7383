//! Paths in a report, relative to its folder: a study that is moved as a whole keeps its report.

use std::path::{Component, Path, PathBuf};

use rsom_stage::folder::slashed;

/// The path from a folder to a file, with `/` between its parts. Both are absolute. Where there is none, as on another drive, the file
/// as it is.
pub(crate) fn relative(folder: &Path, file: &Path) -> String {
    let (folder, file) = (plain(folder), plain(file));
    let (from, to): (Vec<_>, Vec<_>) = (folder.components().collect(), file.components().collect());
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let is_rooted = |parts: &[Component<'_>]| parts[..common].contains(&Component::RootDir);
    if !is_rooted(&from) {
        return slashed(&file);
    }
    let up = std::iter::repeat_n(Component::ParentDir, from.len() - common);
    let path: PathBuf = up.chain(to[common..].iter().copied()).collect();
    match path.as_os_str().is_empty() {
        true => ".".to_owned(),
        false => slashed(&path),
    }
}

/// The file at a path that is relative to a folder.
#[must_use]
pub fn joined(folder: &Path, path: &str) -> PathBuf {
    plain(&folder.join(path))
}

/// A path without `.` and `..`, as far as its text allows.
fn plain(path: &Path) -> PathBuf {
    let mut parts: Vec<Component<'_>> = Vec::new();
    for part in path.components() {
        match (part, parts.last()) {
            (Component::CurDir, _) | (Component::ParentDir, Some(Component::RootDir)) => {}
            (Component::ParentDir, Some(Component::Normal(_))) => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn a_relative_path_leads_back_to_its_file() {
        let folder = Path::new("/home/ann/study/runs/a");
        for (file, expected) in [
            ("/home/ann/study/runs/a/scans/x.nii", "scans/x.nii"),
            ("/home/ann/study/p.yaml", "../../p.yaml"),
            ("/home/ann/study/./runs/../p.yaml", "../../p.yaml"),
            ("/data/x.nii", "../../../../../data/x.nii"),
            ("/home/ann/study/runs/a", "."),
            ("/home/ann/study/runs", ".."),
        ] {
            let path = relative(folder, Path::new(file));
            assert_eq!(path, expected);
            assert_eq!(joined(folder, &path), plain(Path::new(file)));
        }
        assert_eq!(joined(folder, "/data/x"), Path::new("/data/x"));
        assert_eq!(joined(Path::new("a"), "../../b"), Path::new("../b"));
    }
}
