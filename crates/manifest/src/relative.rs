//! Paths as a manifest states them: relative to its own folder.

use std::path::Path;

/// The path from the folder of a manifest to a file or folder, with `/` between its parts. `None` if there is none, as
/// between two drives.
#[must_use]
pub fn relative(data: &Path, manifest: &Path) -> Option<String> {
    let beside = match manifest.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let absolute = |path: &Path| {
        std::path::absolute(path)
            .ok()
            .map(|path| path.canonicalize().unwrap_or(path))
    };
    let (data, beside) = (absolute(data)?, absolute(beside)?);
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
