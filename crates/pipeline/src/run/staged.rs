//! Files and folders as CWL describes them in JSON.

use std::path::{Path, PathBuf};

use rsom_stage::{StageError, atomic, folder};
use serde_json::{Value, json};

use crate::run::job_files::OUTPUTS;

/// A file or folder that an engine has put somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Staged {
    pub path: PathBuf,
    pub is_folder: bool,
    /// Files that belong to it, in the same folder.
    pub beside: Vec<PathBuf>,
}

/// The files of an input: one, several, or none.
///
/// # Errors
/// The value is something else.
pub(crate) fn staged(value: &Value) -> Result<Vec<Staged>, String> {
    match value {
        Value::Null => Ok(Vec::new()),
        Value::Array(items) => items.iter().map(one).collect(),
        other => Ok(vec![one(other)?]),
    }
}

fn one(value: &Value) -> Result<Staged, String> {
    let path = |value: &Value| {
        let path = value["path"].as_str().map(PathBuf::from);
        path.ok_or_else(|| format!("{value} is neither a file nor a folder"))
    };
    let beside = value["secondaryFiles"].as_array().into_iter().flatten();
    Ok(Staged {
        path: path(value)?,
        is_folder: value["class"] == "Directory",
        beside: beside.map(path).collect::<Result<_, _>>()?,
    })
}

/// A file, and one that belongs to it.
pub(crate) fn file(path: &Path, beside: Option<PathBuf>) -> Value {
    let mut entry = json!({ "class": "File", "path": folder::slashed(path) });
    if let Some(beside) = beside {
        entry["secondaryFiles"] = json!([file(&beside, None)]);
    }
    entry
}

/// A folder.
pub(crate) fn folder(path: &Path) -> Value {
    json!({ "class": "Directory", "path": folder::slashed(path) })
}

/// Tells the engine where the outputs are.
///
/// # Errors
/// Exit code 4: the file cannot be written.
pub(crate) fn write(here: &Path, outputs: &Value) -> Result<(), StageError> {
    let text = format!("{outputs:#}\n");
    atomic::write_bytes(&here.join(OUTPUTS), text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let volume = file(Path::new("a/x.nii.gz"), Some("a/x.json".into()));
        let both = json!([volume, folder(Path::new("b"))]);
        let found = staged(&both).unwrap();
        assert_eq!(found[0].path, Path::new("a/x.nii.gz"));
        assert_eq!(found[0].beside, [Path::new("a/x.json")]);
        assert!(found[1].is_folder && !found[0].is_folder);
        assert_eq!(staged(&volume).unwrap(), [found[0].clone()]);
        assert_eq!(staged(&Value::Null).unwrap(), []);
        assert!(staged(&json!("a")).unwrap_err().contains("neither"));
    }
}
