//! Checksums of a bundle, in the format of `sha256sum`.

use std::path::Path;

use rsom_stage::{StageError, atomic, fingerprint, folder, interrupt, text};

/// The file with the checksums.
const NAME: &str = "SHA256SUMS";

/// Writes the checksums of files below a folder; returns how many there are.
///
/// # Errors
/// Exit code 4: it cannot be written.
pub(super) fn write<'f>(
    root: &Path,
    files: impl Iterator<Item = &'f str>,
) -> Result<usize, StageError> {
    let mut lines = String::new();
    let mut count = 0;
    for name in files {
        interrupt::check()?;
        let path = root.join(name);
        let hash = fingerprint::of_path(&path)
            .map_err(|e| StageError::output(&path, atomic::plain(&e)))?;
        lines += &format!("{hash}  {name}\n");
        count += 1;
    }
    atomic::write_bytes(&root.join(NAME), lines.as_bytes())?;
    Ok(count)
}

/// Checks every file of a bundle, which messages call `shown`; returns how many there are.
///
/// # Errors
/// Exit code 3: a file is missing or changed, or is not in the list; the folder is no bundle.
pub(super) fn verify(root: &Path, shown: &Path) -> Result<usize, StageError> {
    let path = root.join(NAME);
    let lines = text::read(&path).map_err(|fault| {
        StageError::input(shown, format_args!("it is no bundle: {NAME}: {fault}"))
    })?;
    let mut known = std::collections::BTreeSet::from([NAME.to_owned()]);
    let mut faults = Vec::new();
    for (number, line) in lines.lines().enumerate() {
        interrupt::check()?;
        let Some((hash, name)) = line.split_once("  ").filter(|(hash, _)| hash.len() == 64) else {
            return Err(StageError::input(
                shown,
                format_args!("{NAME}: line {}: no checksum and name", number + 1),
            ));
        };
        let mut parts = Path::new(name).components();
        if !parts.all(|part| matches!(part, std::path::Component::Normal(_))) {
            return Err(StageError::input(
                shown,
                format_args!(
                    "{NAME}: line {}: '{name}' does not lie in the bundle",
                    number + 1
                ),
            ));
        }
        match fingerprint::of_path(&root.join(name)) {
            Ok(found) if found == hash => {}
            Ok(_) => faults.push(format!("{name} has changed")),
            Err(_) => faults.push(format!("{name} is missing")),
        }
        known.insert(name.to_owned());
    }
    let files = folder::files(root).map_err(|e| StageError::input(root, atomic::plain(&e)))?;
    let names = files.iter().filter(|file| !folder::is_hidden(&file.name));
    let names = names.map(|file| folder::slashed(&file.name));
    faults.extend(
        names
            .filter(|name| !known.contains(name))
            .map(|name| format!("{name} is not in the list")),
    );
    match faults.as_slice() {
        [] => Ok(known.len() - 1),
        [first] => Err(StageError::input(shown, first)),
        [first, rest @ ..] => Err(StageError::input(
            shown,
            format_args!("{first}, and {} more files are wrong", rest.len()),
        )),
    }
}
