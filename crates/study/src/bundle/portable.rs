//! Texts without the folders of one machine.

use std::path::Path;

use rsom_pipeline::{Plan, joined};
use rsom_stage::folder;
use serde_json::Value;

/// Folders of this machine and what stands for them in a bundle, the longest first.
pub(super) struct Portable(Vec<(String, String)>);

impl Portable {
    /// The folders of a study: outputs, data, pipeline; and the home folder.
    pub(super) fn of(plan: &Plan) -> Self {
        // Without `..`, as in the report.
        let stated = |path: Option<&Path>| path.map(|path| folder::slashed(&joined(path, "")));
        let home = std::env::var_os("HOME").or_else(|| std::env::var_os("USERPROFILE"));
        let home = stated(home.as_deref().map(Path::new));
        let known = [
            (stated(Some(&plan.workdir)), "."),
            (stated(plan.data_root.as_deref()), "data"),
            (stated(plan.pipeline.parent()), "."),
            (home, "~"),
        ];
        let mut folders: Vec<(String, String)> = known
            .into_iter()
            .filter_map(|(path, name)| Some((path.filter(|path| path.len() > 1)?, name.to_owned())))
            .collect();
        folders.sort_by_key(|(path, _)| std::cmp::Reverse(path.len()));
        Self(folders)
    }

    /// A JSON value in which no text names these folders. Other absolute paths keep their last part only.
    pub(super) fn value(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(&text)),
            Value::Array(items) => {
                Value::Array(items.into_iter().map(|item| self.value(item)).collect())
            }
            Value::Object(entries) => {
                let entries = entries
                    .into_iter()
                    .map(|(key, item)| (key, self.value(item)));
                Value::Object(entries.collect())
            }
            other => other,
        }
    }

    fn text(&self, text: &str) -> String {
        // On Windows, one path may have both separators.
        let flat = folder::slashed(Path::new(text));
        let is_known = self.0.iter().any(|(path, _)| flat.contains(path.as_str()));
        let mut text = if is_known { flat } else { text.to_owned() };
        for (path, name) in &self.0 {
            text = replaced(&text, path, name);
        }
        // Not a folder of its own: the files next to the pipeline are in the bundle itself.
        let text = text.strip_prefix("./").map_or(text.clone(), str::to_owned);
        let path = Path::new(&text);
        match (path.is_absolute(), path.file_name()) {
            (true, Some(name)) => name.to_string_lossy().into_owned(),
            _ => text,
        }
    }
}

/// A text with a folder replaced wherever it stands whole: `/data` stands in `/data/x`, and not in `/database`.
fn replaced(text: &str, path: &str, name: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(path) {
        let (before, after) = (&rest[..at], &rest[at + path.len()..]);
        let goes_on = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        out.push_str(before);
        out.push_str(if after.starts_with(goes_on) {
            path
        } else {
            name
        });
        rest = after;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    #[cfg(unix)]
    fn no_folder_of_the_machine_stays() {
        let folders = [
            ("/home/ann/study/out", "."),
            ("/home/ann/study", "study"),
            ("/data", "data"),
        ];
        let portable = Portable(folders.map(|(a, b)| (a.to_owned(), b.to_owned())).into());
        let value = json!({"a": "/home/ann/study/out/x.nii", "b": ["warning: /data/s1.nii: odd"], "c": "/opt/w.pt", "d": "see /database/x", "n": 1});
        let expected = json!({"a": "x.nii", "b": ["warning: data/s1.nii: odd"], "c": "w.pt", "d": "see /database/x", "n": 1});
        assert_eq!(portable.value(value), expected);
    }
}
