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
        lines += &line(&hash, name);
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
    // Unlike `lines`, which drops a carriage return.
    let lines = lines.strip_suffix('\n').unwrap_or(&lines).split('\n');
    for (number, line) in lines.enumerate() {
        interrupt::check()?;
        let Some((hash, name)) = parsed(line) else {
            return Err(StageError::input(
                shown,
                format_args!("{NAME}: line {}: no checksum and name", number + 1),
            ));
        };
        let mut parts = Path::new(&name).components();
        if !parts.all(|part| matches!(part, std::path::Component::Normal(_))) {
            return Err(StageError::input(
                shown,
                format_args!(
                    "{NAME}: line {}: '{name}' does not lie in the bundle",
                    number + 1
                ),
            ));
        }
        match fingerprint::of_path(&root.join(&name)) {
            Ok(found) if found == hash => {}
            Ok(_) => faults.push(format!("{name} has changed")),
            Err(_) => faults.push(format!("{name} is missing")),
        }
        known.insert(name);
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

/// A line of the list. As `sha256sum` writes it: a backslash at its start says that the name has `\n` for a line break, `\r` for a carriage
/// return and `\\` for a backslash.
fn line(hash: &str, name: &str) -> String {
    match name.contains(['\n', '\r', '\\']) {
        true => {
            let name = name.replace('\\', r"\\");
            let name = name.replace('\n', r"\n").replace('\r', r"\r");
            format!("\\{hash}  {name}\n")
        }
        false => format!("{hash}  {name}\n"),
    }
}

/// The checksum and the name in a line. `None` if it has none.
fn parsed(line: &str) -> Option<(&str, String)> {
    let (text, is_escaped) = match line.strip_prefix('\\') {
        Some(text) => (text, true),
        None => (line, false),
    };
    let (hash, name) = text.split_once("  ").filter(|(hash, _)| hash.len() == 64)?;
    if !is_escaped {
        return Some((hash, name.to_owned()));
    }
    let mut plain = String::new();
    let mut characters = name.chars();
    while let Some(character) = characters.next() {
        plain.push(match character {
            '\\' => match characters.next()? {
                'n' => '\n',
                'r' => '\r',
                '\\' => '\\',
                _ => return None,
            },
            other => other,
        });
    }
    Some((hash, plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 6] = [
        "a.txt",
        "b\nc.txt",
        "d\\e.txt",
        "f\\n  g.txt",
        "d/\\\n",
        "h\r",
    ];

    #[cfg(unix)]
    fn bundle() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in NAMES {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, name).unwrap();
        }
        write(folder.path(), NAMES.into_iter()).unwrap();
        folder
    }

    #[test]
    fn every_name_is_read_as_it_was_written() {
        for name in NAMES {
            let hash = "0".repeat(64);
            let line = line(&hash, name);
            let line = line.strip_suffix('\n').unwrap();
            assert!(!line.contains('\n'));
            assert_eq!(parsed(line), Some((hash.as_str(), name.to_owned())));
        }
        let hash = "0".repeat(64);
        assert_eq!(parsed(&format!("\\{hash}  a\\x")), None);
        assert_eq!(parsed("a  b"), None);
    }

    /// Against the program whose format this is.
    #[cfg(unix)]
    #[test]
    fn sha256sum_reads_and_writes_the_same_list() {
        let folder = bundle();
        let at = folder.path();
        assert_eq!(verify(at, at).unwrap(), NAMES.len());
        let run = |arguments: &[&str]| {
            let mut command = std::process::Command::new("sha256sum");
            command.args(arguments).current_dir(at).output()
        };
        let Ok(checked) = run(&["-c", NAME]) else {
            eprintln!("skipped: there is no sha256sum");
            return;
        };
        assert!(checked.status.success(), "{checked:?}");
        let made = run(&NAMES).unwrap().stdout;
        let own = std::fs::read_to_string(at.join(NAME)).unwrap();
        assert_eq!(String::from_utf8(made).unwrap(), own);
        std::fs::write(at.join(NAMES[1]), "other").unwrap();
        let error = verify(at, at).unwrap_err().to_string();
        assert!(error.contains("has changed"), "{error}");
    }
}
