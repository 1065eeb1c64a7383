//! The parts of a manifest.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Creation, fold_number};

/// A data set: where it comes from and which scans it has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Short name. Used in paths.
    pub name: String,
    /// Description of the data in one line.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Source of the data, such as a URL.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// License of the data.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub license: String,
    /// Publication to cite.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub citation: String,
    /// How to obtain the data. Part of the error message if the data folder is missing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub obtain: String,
    /// The data folder, relative to the folder of the manifest, if neither `--data` nor `RSOM_DATA` names one. Default: the
    /// folder of the manifest.
    #[serde(default = "here", skip_serializing_if = "is_here")]
    pub data: String,
    /// Folder of the files, relative to the data folder. Default: the data folder itself.
    #[serde(default = "here", skip_serializing_if = "is_here")]
    pub root: String,
    /// Voxel size along x, y, z in mm. Absent if unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spacing_mm: Option<[f64; 3]>,
    /// How the manifest was created. Absent if it was written by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub create: Option<Creation>,
    /// The scans, in the order of a study.
    pub scans: Vec<ScanEntry>,
}

/// One scan of one subject.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScanEntry {
    /// Unique name. Used in paths.
    pub id: String,
    /// Name of the subject. Several scans may have the same subject.
    pub subject: String,
    /// Group of the subject, such as `healthy`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Fixed part of the split, such as `train` or `test`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<String>,
    /// Fold of the cross-validation in which the scan is tested.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "fold_number::read"
    )]
    pub fold: Option<u32>,
    /// Other attributes for pipelines, such as the seed of a synthetic scan.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, Value>,
    /// Files by role, such as `image` or `boundaries`. A role may have several files, in order.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub files: BTreeMap<String, Vec<FileEntry>>,
}

/// A file and the hash of its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// Path relative to the root of the manifest, with `/` between its parts.
    pub path: String,
    /// sha256 of the content, as 64 hexadecimal digits.
    pub sha256: String,
}

impl Manifest {
    /// A manifest without source, license and citation. Its files are in the data folder itself.
    ///
    /// `spacing_mm` is the voxel size along x, y, z in mm, or `None` if unknown.
    #[must_use]
    pub fn new(name: &str, spacing_mm: Option<[f64; 3]>, scans: Vec<ScanEntry>) -> Self {
        Self {
            name: name.to_owned(),
            title: String::new(),
            source: String::new(),
            license: String::new(),
            citation: String::new(),
            obtain: String::new(),
            data: here(),
            root: here(),
            spacing_mm,
            create: None,
            scans,
        }
    }

    /// Number of subjects.
    #[must_use]
    pub fn subject_count(&self) -> usize {
        let names: BTreeSet<&str> = self.scans.iter().map(|s| s.subject.as_str()).collect();
        names.len()
    }

    /// Number of files of all scans.
    #[must_use]
    pub fn file_count(&self) -> usize {
        let files = self.scans.iter().flat_map(|scan| scan.files.values());
        files.map(Vec::len).sum()
    }
}

impl ScanEntry {
    /// A scan without files and other attributes.
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

    /// The value of `id`, `subject`, `group`, `split`, `fold` or a free attribute. `None` if the scan does not have it.
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
