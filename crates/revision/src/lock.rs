//! Reads dependencies from `Cargo.lock`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// An entry of the lock file.
#[derive(Debug, Default, Clone)]
struct Package {
    name: String,
    version: String,
    /// Whether it is not a crate of this workspace.
    is_foreign: bool,
    checksum: String,
    /// `name`, or `name version` where several versions are in use.
    dependencies: Vec<String>,
}

/// The lock file of a crate: in its folder, or in the nearest parent folder.
pub(crate) fn find(folder: &Path) -> Option<PathBuf> {
    let mut folders = folder.ancestors().map(|folder| folder.join("Cargo.lock"));
    folders.find(|path| path.is_file())
}

/// `name version checksum` of every direct and indirect foreign dependency of the crate `name`, sorted; of its direct
/// dependencies only those in `direct`.
pub(crate) fn below(lock: &str, name: &str, direct: &BTreeSet<String>) -> BTreeSet<String> {
    let packages = parse(lock);
    let mut found = BTreeSet::new();
    let own = packages.iter().find(|p| p.name == name && !p.is_foreign);
    let own = own.or_else(|| packages.iter().find(|p| p.name == name));
    let mut wanted: Vec<&str> = own.map_or_else(Vec::new, |package| {
        let of = |d: &&String| direct.contains(d.split(' ').next().unwrap_or(d));
        package
            .dependencies
            .iter()
            .filter(of)
            .map(String::as_str)
            .collect()
    });
    let by_name = packages.iter().fold(
        BTreeMap::<&str, Vec<&Package>>::new(),
        |mut map, package| {
            map.entry(&package.name).or_default().push(package);
            map
        },
    );
    while let Some(dependency) = wanted.pop() {
        let mut words = dependency.split(' ');
        let (name, version) = (words.next().unwrap_or_default(), words.next());
        for package in by_name.get(name).into_iter().flatten() {
            let fits = version.is_none_or(|version| version == package.version);
            let line = format!("{} {} {}", package.name, package.version, package.checksum);
            // Crates of this workspace pass on their own revisions.
            if fits && package.is_foreign && found.insert(line) {
                wanted.extend(package.dependencies.iter().map(String::as_str));
            }
        }
    }
    found
}

fn parse(lock: &str) -> Vec<Package> {
    let mut packages = Vec::new();
    let mut in_list = false;
    for line in lock.lines().map(str::trim) {
        if line == "[[package]]" {
            packages.push(Package::default());
            continue;
        }
        let Some(package) = packages.last_mut() else {
            continue;
        };
        let unquoted = |text: &str| text.trim_matches(|c| "\", ".contains(c)).to_owned();
        match line.split_once(" = ") {
            Some(("name", value)) => package.name = unquoted(value),
            Some(("version", value)) => package.version = unquoted(value),
            Some(("source", _)) => package.is_foreign = true,
            Some(("checksum", value)) => package.checksum = unquoted(value),
            Some(("dependencies", _)) => in_list = true,
            _ if line == "]" => in_list = false,
            _ if in_list && line.starts_with('"') => package.dependencies.push(unquoted(line)),
            _ => {}
        }
    }
    packages
}
