//! No two source files of a crate import each other, directly or in a circle.
//!
//! A file imports another when it names an item in it, by `use` or by a path. `mod` and `pub use` do not count, so that a
//! parent may declare its children and pass on their names; a child that takes an item from its parent, whose own code uses
//! that child, is in a circle with it.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod imports;
mod tokens;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};

use rsom_testing::checkout;

use imports::{Module, imports};
use tokens::tokens;

#[test]
fn no_files_of_a_crate_import_each_other() {
    let mut found = Vec::new();
    for folder in crates() {
        let name = folder.strip_prefix(checkout()).unwrap().to_string_lossy();
        let circles = circles(&sources(&folder.join("src")));
        found.extend(circles.iter().map(|circle| format!("{name}: {circle}")));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn two_files_that_import_each_other_are_a_circle() {
    let files = [
        ("lib.rs", "mod a; mod b; mod c;"),
        ("a.rs", "use crate::b::B; pub struct A;"),
        ("b.rs", "pub struct B; fn f() { super::a::A.g() }"),
        ("c.rs", "use crate::a::A;"),
    ];
    assert_eq!(circles(&in_memory(&files)), ["a -> b -> a"]);
}

#[test]
fn a_circle_goes_through_any_number_of_files_and_braces() {
    let files = [
        ("lib.rs", "mod a; mod b; mod x;"),
        ("a.rs", "use crate::{b::{self, B as Other}, x};"),
        ("b/mod.rs", "mod c;"),
        ("b/c.rs", "use crate::{x::y::{Y, Z}};"),
        ("x/mod.rs", "pub mod y;"),
        ("x/y.rs", "use crate::{a::A};"),
    ];
    assert!(circles(&in_memory(&files)).is_empty());
    let closed = files.map(|(name, text)| match name {
        "b/mod.rs" => (name, "mod c; use c::C; pub struct B(C);"),
        _ => (name, text),
    });
    let circle = "a -> b -> b/c -> x/y -> a";
    assert_eq!(circles(&in_memory(&closed)), [circle]);
}

#[test]
fn a_parent_may_pass_on_the_names_of_its_children() {
    let files = [
        ("lib.rs", "mod a; pub use a::{B, C};"),
        (
            "a/mod.rs",
            "mod b; mod c; pub use b::B; pub(crate) use self::c::C;",
        ),
        ("a/b.rs", "use super::C; pub struct B(C);"),
        ("a/c.rs", "use crate::Error; pub struct C;"),
    ];
    assert!(circles(&in_memory(&files)).is_empty());
}

#[test]
fn a_child_and_a_parent_that_use_each_other_are_a_circle() {
    let parent = "mod child; pub use child::Child; const N: usize = 1; fn f() { child::f() }";
    let files = |child| {
        [
            ("lib.rs", "mod a;"),
            ("a/mod.rs", parent),
            ("a/child.rs", child),
        ]
    };
    for child in [
        "use super::N;",
        "use crate::a::*;",
        "const M: usize = super::N;",
    ] {
        assert_eq!(circles(&in_memory(&files(child))), ["a -> a/child -> a"]);
    }
    let child = "//! As `super::N`.\n#[cfg(test)]\nmod tests { use super::super::N; }";
    assert!(circles(&in_memory(&files(child))).is_empty());
}

/// The files of a crate by their module, with their text.
type Sources = BTreeMap<Module, String>;

/// The shortest circle through each file that is in one, but one only of files that are in a circle together.
fn circles(sources: &Sources) -> Vec<String> {
    let modules: BTreeSet<Module> = sources.keys().cloned().collect();
    let graph: BTreeMap<&Module, BTreeSet<Module>> = sources
        .iter()
        .map(|(own, text)| (own, imports(&tokens(text), own, &modules)))
        .collect();
    let (mut circles, mut seen) = (Vec::new(), BTreeSet::new());
    for start in sources.keys() {
        if seen.contains(start) {
            continue;
        }
        if let Some(circle) = circle_through(start, &graph) {
            circles.push(circle.iter().map(name).collect::<Vec<_>>().join(" -> "));
            seen.extend(circle);
        }
    }
    circles
}

fn circle_through(
    start: &Module,
    graph: &BTreeMap<&Module, BTreeSet<Module>>,
) -> Option<Vec<Module>> {
    let mut ways = VecDeque::from([vec![start.clone()]]);
    let mut reached = BTreeSet::new();
    while let Some(way) = ways.pop_front() {
        for next in graph.get(way.last()?)? {
            let longer = [way.clone(), vec![next.clone()]].concat();
            if next == start {
                return Some(longer);
            }
            if reached.insert(next) {
                ways.push_back(longer);
            }
        }
    }
    None
}

fn name(module: &Module) -> String {
    match module.as_slice() {
        [] => "lib".into(),
        names => names.join("/"),
    }
}

/// The folders of all crates.
fn crates() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(checkout().join("crates")).unwrap();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders.extend(["tests", "benches"].map(|name| checkout().join(name)));
    assert!(folders.len() > 15, "only {} crates found", folders.len());
    folders
}

fn sources(folder: &Path) -> Sources {
    let entries = walkdir::WalkDir::new(folder).into_iter();
    let paths = entries.map(|entry| entry.unwrap().into_path());
    let files = paths.filter(|path| path.extension().is_some_and(|e| e == "rs"));
    let module = |path: &PathBuf| module_of(path.strip_prefix(folder).unwrap());
    files
        .filter_map(|path| Some((module(&path)?, std::fs::read_to_string(&path).unwrap())))
        .collect()
}

fn in_memory(files: &[(&str, &str)]) -> Sources {
    let files = files.iter();
    files
        .map(|(path, text)| (module_of(Path::new(path)).unwrap(), (*text).to_owned()))
        .collect()
}

/// The module of a file; `None` for that of a program, which stands above the library and is known to nobody.
fn module_of(path: &Path) -> Option<Module> {
    let path = path.with_extension("");
    let names = path.iter().map(|name| name.to_str().unwrap().to_owned());
    let mut names: Module = names.collect();
    match names.last()?.as_str() {
        "main" => return None,
        "mod" => {
            names.pop();
        }
        "lib" => names.clear(),
        _ => {}
    }
    Some(names)
}
