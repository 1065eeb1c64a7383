//! Paths as a manifest states them: relative to its own folder.

use std::path::{Path, PathBuf};

/// The path from the folder of a manifest to a file or folder, with `/` between its parts. `None` if there is none, as
/// between two drives.
#[must_use]
pub fn relative(data: &Path, manifest: &Path) -> Option<String> {
    let beside = match manifest.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let (data, beside) = (without_links(data)?, without_links(beside)?);
    let shared = data.components().zip(beside.components());
    let shared = shared.take_while(|(a, b)| a == b).count();
    if shared == 0 {
        return None;
    }
    let up = beside
        .components()
        .skip(shared)
        .map(|_| Some("..".to_owned()));
    let down = data.components().skip(shared);
    let down = down.map(|part| part.as_os_str().to_str().map(str::to_owned));
    let parts: Vec<String> = up.chain(down).collect::<Option<_>>()?;
    Some(if parts.is_empty() {
        ".".to_owned()
    } else {
        parts.join("/")
    })
}

/// The absolute path without links: of its longest part that exists, with the rest as it is.
fn without_links(path: &Path) -> Option<PathBuf> {
    let whole = std::path::absolute(path).ok()?;
    let known = |part: &Path| {
        let rest = whole.strip_prefix(part).ok()?;
        Some(part.canonicalize().ok()?.join(rest))
    };
    let found = whole.ancestors().find_map(known)?;
    // A joined empty rest would end in a separator.
    Some(found.components().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn a_new_folder_behind_a_link_is_where_the_link_leads() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        std::fs::create_dir_all(at("deep/er/home")).unwrap();
        std::fs::create_dir(at("data")).unwrap();
        std::os::unix::fs::symlink(at("deep/er/home"), at("home")).unwrap();
        // The study does not exist yet.
        let manifest = at("home/study/manifest.yaml");
        assert_eq!(
            relative(&at("data"), &manifest).unwrap(),
            "../../../../data"
        );
        std::fs::create_dir(at("home/study")).unwrap();
        assert!(at("home/study").join("../../../../data").is_dir());
        assert_eq!(relative(&at("data"), &at("data/m.yaml")).unwrap(), ".");
    }
}
