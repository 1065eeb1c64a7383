//! Finds data leaks: files with the same content under two subjects.

use std::collections::BTreeMap;

use crate::Manifest;

/// A data leak: files of two subjects with the same content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leak {
    /// The two subjects.
    pub subjects: [String; 2],
    /// Pairs of paths with equal content.
    pub files: Vec<[String; 2]>,
}

/// All pairs of subjects with shared content, sorted by subject.
///
/// Compares the sha256 in the manifest and reads no files.
#[must_use]
pub fn leaks(manifest: &Manifest) -> Vec<Leak> {
    let mut owners: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    for scan in &manifest.scans {
        for file in scan.files.values().flatten() {
            owners
                .entry(&file.sha256)
                .or_default()
                .push((&scan.subject, &file.path));
        }
    }
    let mut shared: BTreeMap<[String; 2], Vec<[String; 2]>> = BTreeMap::new();
    for files in owners.values() {
        let Some((first, rest)) = files.split_first() else {
            continue;
        };
        for other in rest.iter().filter(|other| other.0 != first.0) {
            let (a, b) = if first.0 < other.0 {
                (first, other)
            } else {
                (other, first)
            };
            let paths = [a.1.to_owned(), b.1.to_owned()];
            shared
                .entry([a.0.to_owned(), b.0.to_owned()])
                .or_default()
                .push(paths);
        }
    }
    let leak = |(subjects, mut files): ([String; 2], Vec<[String; 2]>)| {
        files.sort();
        Leak { subjects, files }
    };
    shared.into_iter().map(leak).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FileEntry, ScanEntry};

    fn scan(id: &str, subject: &str, hash: &str) -> ScanEntry {
        let file = FileEntry {
            path: format!("{id}.png"),
            sha256: hash.repeat(64),
        };
        let files = [("image".to_owned(), vec![file])].into();
        ScanEntry {
            files,
            ..ScanEntry::new(id, subject)
        }
    }

    #[test]
    fn equal_content_is_a_leak_only_between_subjects() {
        let manifest = Manifest::new(
            "m",
            None,
            vec![
                scan("a", "s1", "0"),
                scan("b", "s1", "0"),
                scan("c", "s2", "1"),
                scan("d", "s3", "0"),
            ],
        );
        let found = leaks(&manifest);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subjects, ["s1", "s3"]);
        assert_eq!(found[0].files, [["a.png".to_owned(), "d.png".to_owned()]]);
    }
}
