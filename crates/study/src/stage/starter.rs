//! Starters of stages: whole programs that work as they are, to be changed.

use std::path::Path;

use rsom_stage::{ExitCode, StageError, atomic};

/// The starters by the ending of their names.
const STARTERS: [(&str, &str); 3] = [
    ("py", include_str!("starters/stage.py")),
    ("R", include_str!("starters/stage.R")),
    ("sh", include_str!("starters/stage.sh")),
];

/// Writes the starter of a file's ending.
///
/// # Errors
/// Exit code 2: an ending without a starter. Exit code 4: the file is there, or cannot be written.
pub(super) fn write(path: &Path) -> Result<ExitCode, StageError> {
    let ending = path
        .extension()
        .and_then(|ending| ending.to_str())
        .unwrap_or_default();
    let found = STARTERS
        .iter()
        .find(|(of, _)| of.eq_ignore_ascii_case(ending));
    let Some((_, text)) = found else {
        return Err(StageError::usage(format_args!(
            "{}: the name must end with .py, .R or .sh",
            path.display()
        )));
    };
    if path.exists() {
        return Err(StageError::output(
            path,
            "it is there already; choose another name",
        ));
    }
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let name: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    let text = text.replace("my_stage", &name);
    atomic::write_bytes(path, text.as_bytes())?;
    executable(path).map_err(|e| StageError::output(path, atomic::plain(&e)))?;
    let path = path.display();
    Ok(rsom_stage::print(&format!(
        "{path}: edit it, then 'rsom stage check {path}'\n"
    )))
}

#[cfg(unix)]
fn executable(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn executable(_: &Path) -> std::io::Result<()> {
    Ok(())
}
