//! What changes a revision, and what leaves it.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::path::Path;

use super::{covers, lock, manifest, revision, tokens};

const SOURCE: &str = "fn f(a: u8, b: u8) -> u8 { a + 2 * b }";

fn same(one: &str, other: &str) -> bool {
    tokens::of(one) == tokens::of(other)
}

#[test]
fn comments_documentation_layout_and_tests_leave_the_tokens() {
    for other in [
        "//! A file.\n\nfn f(a: u8, b: u8) -> u8 { a + 2 * b }",
        "/// Adds.\n#[doc = \"x\"]\nfn f(\n    a: u8,\n    b: u8,\n) -> u8 {\n    a + 2 * b // why\n}\n",
        "fn f(a: u8, b: u8) -> u8 {\r\n a + 2 * b\r\n}",
        "fn f(a: u8, b: u8) -> u8 { a + 2 * b }\n#[cfg(test)]\nmod tests { fn g() { f(1, 2); } }",
        "#[cfg(test)]\nmod tests;\n#[cfg(test)]\nuse a::{b, c};\nfn f(a: u8, b: u8) -> u8 { a + 2 * b }",
    ] {
        assert!(same(SOURCE, other), "{other}");
    }
}

#[test]
fn code_changes_the_tokens() {
    for other in [
        "fn f(a: u8, b: u8) -> u8 { a + 3 * b }",
        "fn f(a: u8, b: u8) -> u8 { a - 2 * b }",
        "fn f(a: u8, b: u8) -> u16 { a + 2 * b }",
        "#[inline]\nfn f(a: u8, b: u8) -> u8 { a + 2 * b }",
        "#[cfg(not(test))]\nmod tests { fn g() {} }\nfn f(a: u8, b: u8) -> u8 { a + 2 * b }",
    ] {
        assert!(!same(SOURCE, other), "{other}");
    }
    assert!(!same("let a = (1,);", "let a = (1);"));
    assert!(!same("let a = \"x // y\";", "let a = \"x // z\";"));
    assert!(!same("let a = b c;", "let a = bc;"));
}

#[test]
fn only_dependencies_of_the_product_are_named() {
    let text = "[package]\nname = \"x\"\n[dependencies]\n# Why.\nserde = { version = \"1\" }\nrsom-io.workspace = true\n\
        [dependencies.clap]\nversion = \"4\"\n[dev-dependencies]\nproptest = \"1\"\n[dev-dependencies.tempfile]\nversion = \"3\"\n\
        [build-dependencies]\ncc = \"1\"\n[target.'cfg(unix)'.dependencies]\nrustix = \"1\"\n[features]\ndefault = []\n";
    let names: Vec<String> = manifest::dependencies(text).into_iter().collect();
    assert_eq!(names, ["cc", "clap", "rsom-io", "rustix", "serde"]);
}

const LOCK: &str = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"0.1.0\"\ndependencies = [\n \"b\",\n \"c 2.0.0\",\n \"t\",\n]\n\n\
    [[package]]\nname = \"b\"\nversion = \"0.1.0\"\ndependencies = [\n \"c 1.0.0\",\n]\n\n\
    [[package]]\nname = \"c\"\nversion = \"1.0.0\"\nsource = \"r\"\nchecksum = \"01\"\n\n\
    [[package]]\nname = \"c\"\nversion = \"2.0.0\"\nsource = \"r\"\nchecksum = \"02\"\ndependencies = [\n \"d\",\n]\n\n\
    [[package]]\nname = \"d\"\nversion = \"1.5.0\"\nsource = \"r\"\nchecksum = \"03\"\n\n\
    [[package]]\nname = \"t\"\nversion = \"9.0.0\"\nsource = \"r\"\nchecksum = \"04\"\n";

#[test]
fn the_lock_file_gives_the_foreign_crates_below_one() {
    let direct: BTreeSet<String> = ["b", "c"].map(str::to_owned).into();
    let found: Vec<String> = lock::below(LOCK, "a", &direct).into_iter().collect();
    // `b` is of this workspace and hands over what is below it; `t` serves tests.
    assert_eq!(found, ["c 2.0.0 02", "d 1.5.0 03"]);
    let found = lock::below(LOCK, "b", &["c".to_owned()].into());
    assert_eq!(found.into_iter().collect::<Vec<_>>(), ["c 1.0.0 01"]);
}

#[test]
fn a_workspace_build_and_a_build_of_the_program_alone_cover_the_same_variables() {
    for name in ["CARGO_FEATURE_CLI", "DEP_RSOM_IO_REVISION"] {
        assert!(covers(name), "{name}");
    }
    // Cargo sets the first one for members of `cargo build --workspace` only.
    for name in [
        "CARGO_FEATURE_DEFAULT",
        "CARGO_PKG_NAME",
        "DEP_Z_INCLUDE",
        "PATH",
    ] {
        assert!(!covers(name), "{name}");
    }
}

fn crate_in(folder: &Path, source: &str, lock: &str) {
    std::fs::create_dir_all(folder.join("a/src")).unwrap();
    std::fs::create_dir_all(folder.join("a/tests")).unwrap();
    let manifest = "[package]\nname = \"a\"\n[dependencies]\nc = \"2\"\n";
    std::fs::write(folder.join("a/Cargo.toml"), manifest).unwrap();
    std::fs::write(folder.join("a/src/lib.rs"), source).unwrap();
    std::fs::write(folder.join("Cargo.lock"), lock).unwrap();
}

#[test]
fn a_revision_follows_sources_versions_features_and_revisions_below() {
    let folder = tempfile::tempdir().unwrap();
    let variable = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
    let of = |environment: &[(String, String)]| {
        revision(&folder.path().join("a"), "a", environment).unwrap()
    };
    crate_in(folder.path(), SOURCE, LOCK);
    let first = of(&[]);
    assert_eq!(first.len(), 16);
    std::fs::write(folder.path().join("a/README.md"), "new").unwrap();
    std::fs::write(folder.path().join("a/tests/it.rs"), "fn g() {}").unwrap();
    std::fs::write(folder.path().join("a/src/tests.rs"), "fn g() {}").unwrap();
    crate_in(folder.path(), &format!("// Why.\n{SOURCE}"), LOCK);
    assert_eq!(of(&[]), first);
    assert_ne!(of(&variable("CARGO_FEATURE_CLI", "1")), first);
    assert_ne!(
        of(&variable("DEP_RSOM_B_REVISION", "1")),
        of(&variable("DEP_RSOM_B_REVISION", "2"))
    );
    crate_in(folder.path(), SOURCE, &LOCK.replace("\"03\"", "\"05\""));
    assert_ne!(of(&[]), first);
    crate_in(folder.path(), SOURCE, &LOCK.replace("\"04\"", "\"05\""));
    assert_eq!(of(&[]), first);
    crate_in(folder.path(), &SOURCE.replace('2', "3"), LOCK);
    assert_ne!(of(&[]), first);
    std::fs::remove_file(folder.path().join("a/src/lib.rs")).unwrap();
    std::fs::remove_file(folder.path().join("a/Cargo.toml")).unwrap();
    assert!(
        revision(&folder.path().join("a"), "a", &[])
            .unwrap_err()
            .contains("Cargo.toml")
    );
}
