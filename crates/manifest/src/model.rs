//! The parts of a manifest.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A data set: where it comes from and which scans it has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Short name, used in paths.
    pub name: String,
    /// One line on what the data are.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Where the data come from.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// Under which licence.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub license: String,
    /// What to cite.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub citation: String,
    /// How to obtain the data; shown when they are not there.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub obtain: String,
    /// Folder of the files below the data folder.
    #[serde(default = "here", skip_serializing_if = "is_here")]
    pub root: String,
    /// Voxel size along x, y, z in mm; absent when nobody knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spacing_mm: Option<[f64; 3]>,
    /// The scans, in the order in which a study treats them.
    pub scans: Vec<ScanEntry>,
}

/// One scan of one subject.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScanEntry {
    /// Unique name, used in paths.
    pub id: String,
    /// Who was scanned; several scans may share a subject.
    pub subject: String,
    /// Group of the subject, such as `healthy`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Fixed side of the study, such as `train` or `test`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<String>,
    /// Fold of a cross-validation in which the scan is tested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fold: Option<u32>,
    /// Anything else a pipeline may ask for, such as the seed of a made-up scan.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, Value>,
    /// Files by role, such as `image` or `boundaries`; a role may have several files, in order.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub files: BTreeMap<String, Vec<FileEntry>>,
}

/// One file and the hash of its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// Path below the manifest's root, with `/`.
    pub path: String,
    /// sha256 of the content, 64 hexadecimal digits.
    pub sha256: String,
}

impl Manifest {
    /// A data set that says nothing of its origin and whose files lie where the manifest lies; the voxel size in mm along
    /// x, y, z is `None` when nobody knows it.
    #[must_use]
    pub fn new(name: &str, spacing_mm: Option<[f64; 3]>, scans: Vec<ScanEntry>) -> Self {
        Self {
            name: name.to_owned(),
            title: String::new(),
            source: String::new(),
            license: String::new(),
            citation: String::new(),
            obtain: String::new(),
            root: here(),
            spacing_mm,
            scans,
        }
    }
}

impl ScanEntry {
    /// A scan of which nothing else is known, without files.
    #[must_use]
    pub fn new(id: &str, subject: &str) -> Self {
        Self {
            id: id.to_owned(),
            subject: subject.to_owned(),
            group: None,
            split: None,
            fold: None,
            attributes: BTreeMap::new(),
            files: BTreeMap::new(),
        }
    }

    /// A value by name: `id`, `subject`, `group`, `split`, `fold`, or a free attribute; `None` when the scan lacks it.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<Value> {
        match name {
            "id" => Some(Value::from(self.id.clone())),
            "subject" => Some(Value::from(self.subject.clone())),
            "group" => self.group.clone().map(Value::from),
            "split" => self.split.clone().map(Value::from),
            "fold" => self.fold.map(Value::from),
            free => self.attributes.get(free).cloned(),
        }
    }
}

fn here() -> String {
    ".".into()
}

fn is_here(root: &str) -> bool {
    root == "."
}
