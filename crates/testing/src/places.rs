//! Paths of the checkout, its reference values, and the shared data next to it.

use std::path::{Path, PathBuf};

/// The root of the checkout.
///
/// # Panics
/// This crate is not in a checkout.
#[must_use]
pub fn checkout() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("crates/testing").to_owned()
}

/// The path of a reference value of the repository: `tests/golden/NAME`. The README there states its origin.
///
/// # Panics
/// There is no such file or folder.
#[track_caller]
#[must_use]
pub fn golden(name: &str) -> PathBuf {
    let path = checkout().join("tests/golden").join(name);
    assert!(path.exists(), "there is no tests/golden/{name}");
    path
}

/// The path of shared data next to the checkout: `../shared/NAME`, such as real scans or larger networks.
///
/// If the data are missing, prints `skipped: …` and returns `None`.
///
/// # Panics
/// The data are missing and the environment variable `CI` is set and not empty.
#[track_caller]
#[must_use]
pub fn shared(name: &str) -> Option<PathBuf> {
    let in_ci = std::env::var_os("CI").is_some_and(|value| !value.is_empty());
    data(&checkout().with_file_name("shared"), name, in_ci)
}

#[track_caller]
fn data(folder: &Path, name: &str, in_ci: bool) -> Option<PathBuf> {
    let path = folder.join(name);
    if path.exists() {
        return Some(path);
    }
    let absent = format!("../shared/{name} is not next to the checkout");
    assert!(!in_ci, "{absent}; no test may be skipped if CI is set");
    #[allow(clippy::print_stdout, reason = "shown by the test runner")]
    {
        println!("skipped: {absent}");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Folder;

    #[test]
    fn existing_data_are_found_with_and_without_ci() {
        let folder = Folder::new();
        folder.write("golden/a.json", "{}");
        for in_ci in [false, true] {
            for name in ["golden", "golden/a.json"] {
                assert_eq!(data(&folder, name, in_ci), Some(folder.join(name)));
            }
        }
    }

    #[test]
    #[should_panic(expected = "there is no tests/golden/no such value")]
    fn a_missing_reference_value_is_a_failure() {
        assert!(golden("README.md").is_file());
        let _ = golden("no such value");
    }

    #[test]
    fn missing_data_skip_the_test_without_ci() {
        assert_eq!(data(&Folder::new(), "golden", false), None);
    }

    #[test]
    #[should_panic(expected = "../shared/golden/b.json is not next to the checkout")]
    fn missing_data_fail_the_test_with_ci() {
        let folder = Folder::new();
        folder.write("golden/a.json", "{}");
        let _ = data(&folder, "golden/b.json", true);
    }
}
