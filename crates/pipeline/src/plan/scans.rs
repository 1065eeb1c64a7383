//! The scans of a manifest with their attributes and files.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::OsStr;
use std::path::PathBuf;

use serde_json::Value;

use crate::suggest;

/// A file in the manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ScanFile {
    /// Absolute path.
    pub path: PathBuf,
    /// Expected sha256 of the content, in lower case.
    pub sha256: String,
}

/// One scan.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scan {
    /// Unique name.
    pub id: String,
    /// `id`, `subject`, `group`, `split`, `fold` and the free attributes of the manifest.
    pub attributes: BTreeMap<String, Value>,
    /// Files by role.
    pub files: BTreeMap<String, Vec<ScanFile>>,
}

/// All scans, in the order of the manifest.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scans {
    all: Vec<Scan>,
    /// Whether neither the pipeline nor the command line names a manifest.
    pub absent: bool,
    broken: bool,
    /// Why the data folder is missing, if it is.
    data_fault: Option<String>,
    /// Absolute path of the folder of the files, if it is known.
    pub root: Option<PathBuf>,
}

/// Start of the attributes that say whether a scan has a file: `has_mask`.
const HAS: &str = "has_";

impl Scan {
    /// The value of an attribute. Null if the scan does not have it. Without such an attribute, `has_<role>` is whether the scan
    /// has a file of this role.
    pub fn attribute(&self, name: &str) -> Value {
        let has = || {
            Some(Value::from(
                self.files.contains_key(name.strip_prefix(HAS)?),
            ))
        };
        let known = self.attributes.get(name).cloned();
        known.or_else(has).unwrap_or(Value::Null)
    }

    /// The group and the free attributes of the scan, such as columns of a spreadsheet, as a map. Without those that the scan
    /// does not have.
    pub fn attributes_of_user(&self) -> Value {
        let is_users = |name: &str| !["id", "subject", "split", "fold"].contains(&name);
        let of_user = (self.attributes.iter())
            .filter(|(name, value)| is_users(name) && !value.is_null())
            .map(|(name, value)| (name.clone(), value.clone()));
        Value::Object(of_user.collect())
    }
}

impl Scans {
    /// Scans in the order of the manifest.
    pub fn new(all: Vec<Scan>) -> Self {
        Self {
            all,
            ..Self::default()
        }
    }

    /// Notes the folder of the files.
    pub fn with_root(self, root: PathBuf) -> Self {
        Self {
            root: Some(root),
            ..self
        }
    }

    /// Notes why the data folder is missing.
    pub fn without_data(self, fault: String) -> Self {
        Self {
            data_fault: Some(fault),
            ..self
        }
    }

    /// Why the data folder is missing, if it is.
    pub fn data_fault(&self) -> Option<&str> {
        self.data_fault.as_deref()
    }

    /// No scans, because no manifest is named.
    pub fn none() -> Self {
        Self {
            absent: true,
            ..Self::default()
        }
    }

    /// No scans, because the manifest could not be read, which is reported elsewhere. All names then count as known.
    pub fn broken() -> Self {
        Self {
            broken: true,
            ..Self::default()
        }
    }

    /// Whether the manifest could not be read.
    pub fn is_broken(&self) -> bool {
        self.broken
    }

    /// All scans.
    pub fn all(&self) -> &[Scan] {
        &self.all
    }

    /// sha256 of each file in the manifest, by path.
    pub fn hashes(&self) -> HashMap<&OsStr, &str> {
        self.all
            .iter()
            .flat_map(|scan| scan.files.values().flatten())
            .map(|file| (file.path.as_os_str(), file.sha256.as_str()))
            .collect()
    }

    /// The value of an attribute in each scan.
    pub fn values_of(&self, attribute: &str) -> Vec<Value> {
        self.all.iter().map(|s| s.attribute(attribute)).collect()
    }

    /// Checks that at least one scan has the attribute.
    ///
    /// # Errors
    /// No scan has it.
    pub fn check_attribute(&self, name: &str) -> Result<(), String> {
        let known: BTreeSet<&str> = (self.all.iter())
            .flat_map(|scan| scan.attributes.keys().map(String::as_str))
            .collect();
        let has_role = |role: &str| self.all.iter().any(|scan| scan.files.contains_key(role));
        if !known.contains(name) && name.strip_prefix(HAS).is_some_and(has_role) {
            return Ok(());
        }
        self.known(name, "attribute", &known)
    }

    /// Checks that at least one scan has a file with this role.
    ///
    /// # Errors
    /// No scan has one.
    pub fn check_role(&self, role: &str) -> Result<(), String> {
        let known: BTreeSet<&str> = (self.all.iter())
            .flat_map(|scan| scan.files.keys().map(String::as_str))
            .collect();
        self.known(role, "file", &known)
    }

    fn known(&self, name: &str, what: &str, known: &BTreeSet<&str>) -> Result<(), String> {
        if self.broken || known.contains(name) {
            return Ok(());
        }
        if self.absent {
            return Err("the pipeline names no manifest; give one with --manifest".into());
        }
        let hint = suggest::hint(name, known.iter().copied());
        Err(format!("no scan has an {what} '{name}'{hint}").replace("an file", "a file"))
    }
}
