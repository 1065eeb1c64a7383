//! How far two files agree that should be the same: in every byte, in all values, or to how many digits.

mod degree;
mod numbers;
mod pictures;
mod tables;
mod texts;
mod volumes;
mod weights;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rsom_stage::{StageError, atomic, fingerprint, folder};

pub(crate) use degree::Agreement;

/// Compares two files, or two folders file by file. Volumes, tables, weights, pictures and texts are compared by their values.
///
/// # Errors
/// Exit code 3: a file cannot be read. One of another format than its name says counts as different.
pub(crate) fn of_paths(a: &Path, b: &Path) -> Result<Agreement, StageError> {
    match (a.is_dir(), b.is_dir()) {
        (true, true) => of_folders(a, b),
        (false, false) => of_files(a, b),
        _ => Ok(Agreement::Different(
            "one is a file, the other a folder".to_owned(),
        )),
    }
}

fn of_folders(a: &Path, b: &Path) -> Result<Agreement, StageError> {
    let files = |root: &Path| -> Result<BTreeMap<PathBuf, PathBuf>, StageError> {
        let files = folder::files(root).map_err(|e| StageError::input(root, atomic::plain(&e)))?;
        let seen = files
            .into_iter()
            .filter(|file| !folder::is_hidden(&file.name));
        let named = seen.map(|file| (file.name.clone(), root.join(file.name)));
        Ok(named.collect())
    };
    let (a, b) = (files(a)?, files(b)?);
    let only = |x: &BTreeMap<PathBuf, PathBuf>, y: &BTreeMap<PathBuf, PathBuf>| {
        x.keys().find(|name| !y.contains_key(*name)).cloned()
    };
    if let Some(name) = only(&a, &b).or_else(|| only(&b, &a)) {
        let name = folder::slashed(&name);
        return Ok(Agreement::Different(format!(
            "{name} is in one of them only"
        )));
    }
    let mut whole = Agreement::Bytes;
    for (name, path) in &a {
        let of_file = match of_files(path, &b[name])? {
            Agreement::Different(why) => {
                Agreement::Different(format!("{}: {why}", folder::slashed(name)))
            }
            other => other,
        };
        whole = whole.worse(of_file);
    }
    Ok(whole)
}

fn of_files(a: &Path, b: &Path) -> Result<Agreement, StageError> {
    let hash = |path: &Path| {
        fingerprint::of_path(path).map_err(|e| StageError::input(path, atomic::plain(&e)))
    };
    if hash(a)? == hash(b)? {
        return Ok(Agreement::Bytes);
    }
    let name = a.file_name().unwrap_or_default().to_string_lossy();
    let name = name.to_lowercase();
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    let compared = match () {
        () if ends(&[".nii", ".nii.gz", ".hdr", ".img"]) => volumes::compare(a, b),
        () if ends(&[".parquet"]) => tables::compare(a, b),
        () if ends(&[".safetensors", ".pt"]) => weights::compare(a, b),
        () if ends(&[".png"]) => pictures::compare(a, b),
        () => texts::compare(a, b),
    };
    Ok(compared.unwrap_or_else(Agreement::Different))
}

#[cfg(test)]
mod tests {
    use super::degree::Distance;
    use super::*;

    #[test]
    fn of_several_files_the_worst_counts() {
        let digits = |digits| {
            Agreement::Digits(Distance {
                digits,
                different: 1,
                of: 10,
            })
        };
        let both = Agreement::Bytes.worse(digits(5)).worse(digits(3));
        let expected = Distance {
            digits: 3,
            different: 2,
            of: 20,
        };
        assert_eq!(both, Agreement::Digits(expected));
        let worst = both.worse(Agreement::Different("x".into()));
        assert_eq!(
            worst.worse(Agreement::Values),
            Agreement::Different("x".into())
        );
    }

    #[test]
    fn folders_are_compared_file_by_file() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        let compared = || of_paths(&folder.path().join("a"), &folder.path().join("b")).unwrap();
        for (name, text) in [
            ("a/x/1.txt", "n = 1.000"),
            ("b/x/1.txt", "n = 1.000"),
            ("a/.note", "a"),
        ] {
            write(name, text);
        }
        assert_eq!(compared(), Agreement::Bytes);
        write("b/x/1.txt", "n = 1.001");
        assert!(matches!(compared(), Agreement::Digits(d) if d.digits == 3 && d.different == 1));
        write("b/x/1.txt", "m = 1.001");
        let Agreement::Different(why) = compared() else {
            panic!("{:?}", compared())
        };
        assert!(why.starts_with("x/1.txt: "), "{why}");
        write("b/y", "");
        assert_eq!(
            compared(),
            Agreement::Different("y is in one of them only".into())
        );
        let one = of_paths(&folder.path().join("a"), &folder.path().join("b/y")).unwrap();
        assert!(matches!(one, Agreement::Different(_)));
    }
}
