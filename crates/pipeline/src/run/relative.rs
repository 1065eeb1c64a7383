//! Paths in a report, relative to its folder: a study that is moved as a whole keeps its report.

use std::ffi::OsString;
use std::path::{Component, Path, PathBuf, Prefix};

use rsom_stage::folder::{plainly_below, slashed};

/// The path from a folder to a file, with `/` between its parts. Both are absolute. Where there is none, as on another drive, the file
/// as it is.
pub(crate) fn relative(folder: &Path, file: &Path) -> String {
    if let Some(rest) = plainly_below(file, folder) {
        return slashed(Path::new(rest));
    }
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

/// A path without `.` and `..`, as far as its text allows. On Windows, a drive has one name: `\\?\C:\`, as `canonicalize` writes it,
/// is `C:\`.
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
    let named = |part: Component<'_>| match part {
        Component::Prefix(prefix) => drive(prefix.kind(), part),
        _ => part.as_os_str().to_owned(),
    };
    parts.into_iter().map(named).collect()
}

/// The usual name of a drive or of a share of another machine.
fn drive(kind: Prefix<'_>, part: Component<'_>) -> OsString {
    match kind {
        Prefix::VerbatimDisk(letter) => format!("{}:", char::from(letter)).into(),
        Prefix::VerbatimUNC(machine, share) => {
            let mut name = OsString::from(r"\\");
            name.push(machine);
            name.push(r"\");
            name.push(share);
            name
        }
        _ => part.as_os_str().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(windows)]
    fn a_drive_has_one_name() {
        let folder = Path::new(r"\\?\C:\study\runs\a");
        assert_eq!(
            relative(folder, Path::new(r"C:\study\p.yaml")),
            "../../p.yaml"
        );
        assert_eq!(
            relative(folder, Path::new(r"D:\data\x.nii")),
            "D:/data/x.nii"
        );
        assert_eq!(
            relative(folder, Path::new(r"\\?\UNC\server\data\x.nii")),
            "//server/data/x.nii"
        );
        assert_eq!(joined(folder, "../x"), Path::new(r"C:\study\runs\x"));
    }

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
