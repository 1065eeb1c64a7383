//! Reads dependencies from a manifest, except those for tests.

use std::collections::BTreeSet;

/// Names of the dependencies in a `Cargo.toml`, including those for platforms and build scripts, without development
/// dependencies.
pub(crate) fn dependencies(manifest: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut in_table = false;
    for line in manifest.lines().map(str::trim) {
        if let Some(header) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            let (is_table, name) = table(header);
            in_table = is_table && name.is_none();
            names.extend(name.filter(|_| is_table).map(str::to_owned));
        } else if in_table && let Some((key, _)) = line.split_once('=') {
            let key = key.trim().trim_matches('"');
            let name = key.split('.').next().unwrap_or(key);
            names.insert(name.to_owned());
        }
    }
    names.retain(|name| !name.starts_with('#'));
    names
}

/// Whether a header starts a list of dependencies, and the single dependency of headers such as `[dependencies.serde]`.
fn table(header: &str) -> (bool, Option<&str>) {
    for kind in ["dependencies", "build-dependencies"] {
        if header == kind || header.ends_with(&format!(".{kind}")) {
            return (true, None);
        }
        let name = header.strip_prefix(&format!("{kind}.")).or_else(|| {
            header
                .split_once(&format!(".{kind}."))
                .map(|(_, name)| name)
        });
        if let Some(name) = name {
            return (!header.contains("dev-dependencies"), Some(name));
        }
    }
    (false, None)
}
