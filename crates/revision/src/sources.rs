//! The sources of a crate, sorted by name.

use std::path::{Path, PathBuf};

use crate::tokens;

/// A file with tests only, declared as `mod tests;` under `#[cfg(test)]`.
const TESTS: &str = "tests.rs";

/// A source file of a crate.
pub(crate) struct Source {
    /// Path relative to the folder, with `/`.
    pub name: String,
    /// Its tokens, or its bytes if it is not Rust.
    pub content: Vec<u8>,
}

/// The files in a folder and its subfolders, sorted by name.
///
/// # Errors
/// A file cannot be read.
pub(crate) fn of(folder: &Path) -> Result<Vec<Source>, String> {
    let mut paths = Vec::new();
    walk(folder, &mut paths)?;
    let mut sources: Vec<Source> = paths
        .iter()
        .map(|path| source(folder, path))
        .collect::<Result<_, _>>()?;
    sources.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(sources)
}

fn walk(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<(), String> {
    let fault = |e: std::io::Error| format!("{}: {e}", folder.display());
    for entry in std::fs::read_dir(folder).map_err(fault)? {
        let path = entry.map_err(fault)?.path();
        if path.is_dir() {
            walk(&path, paths)?;
        } else if path.file_name().is_none_or(|name| name != TESTS) {
            paths.push(path);
        }
    }
    Ok(())
}

fn source(folder: &Path, path: &Path) -> Result<Source, String> {
    let bytes = std::fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let name = path.strip_prefix(folder).unwrap_or(path);
    let is_rust = path.extension().is_some_and(|ending| ending == "rs");
    let content = match String::from_utf8(bytes) {
        Ok(text) if is_rust => tokens::of(&text).into_bytes(),
        Ok(text) => text.into_bytes(),
        Err(fault) => fault.into_bytes(),
    };
    Ok(Source {
        name: name.to_string_lossy().replace('\\', "/"),
        content,
    })
}
