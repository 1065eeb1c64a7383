//! Expands `*` and `?` in the last part of a path, for shells that do not.

use std::path::{Path, PathBuf};

use walkdir::WalkDir;

/// The files that match a path with `*` or `?` in its last part, sorted by name.
///
/// The path itself if it exists, contains neither, or matches nothing.
pub(crate) fn expand(path: &Path) -> Vec<PathBuf> {
    let name = path
        .file_name()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_default();
    if path.exists() || !name.contains(['*', '?']) {
        return vec![path.to_path_buf()];
    }
    let folder = path
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let pattern: Vec<char> = name.chars().collect();
    let found: Vec<PathBuf> = WalkDir::new(folder)
        .min_depth(1)
        .max_depth(1)
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| {
            let name: Vec<char> = entry.file_name().to_string_lossy().chars().collect();
            // As in shells, a wildcard does not find hidden files.
            let is_hidden = name.first() == Some(&'.') && pattern.first() != Some(&'.');
            !is_hidden && matches(&pattern, &name)
        })
        .map(walkdir::DirEntry::into_path)
        .collect();
    // The error for the missing file then shows the pattern of the user.
    if found.is_empty() {
        vec![path.to_path_buf()]
    } else {
        found
    }
}

fn matches(pattern: &[char], name: &[char]) -> bool {
    match (pattern.split_first(), name.split_first()) {
        (None, None) => true,
        (Some(('*', rest)), _) => {
            matches(rest, name) || (!name.is_empty() && matches(pattern, &name[1..]))
        }
        (Some(('?', rest)), Some((_, tail))) => matches(rest, tail),
        (Some((p, rest)), Some((n, tail))) => p == n && matches(rest, tail),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_and_question_marks_match_as_in_a_shell() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a1.png", "a22.png", "b1.png", "._a1.png"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let names = |pattern: &str| -> Vec<String> {
            let paths = expand(&folder.path().join(pattern));
            paths
                .iter()
                .map(|p| p.file_name().unwrap().to_string_lossy().into_owned())
                .collect()
        };
        assert_eq!(names("a*.png"), ["a1.png", "a22.png"]);
        assert_eq!(names("?1.png"), ["a1.png", "b1.png"]);
        assert_eq!(names("*1.png"), ["a1.png", "b1.png"]);
        assert_eq!(names("._*.png"), ["._a1.png"]);
        assert_eq!(names("c*.png"), ["c*.png"]);
    }
}
