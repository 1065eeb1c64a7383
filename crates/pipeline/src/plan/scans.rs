//! The scans of a manifest, as a pipeline sees them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::Value;

use crate::suggest;

/// A file that the manifest names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ScanFile {
    /// Where it lies.
    pub path: PathBuf,
    /// What its content must be.
    pub sha256: String,
}

/// One scan.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scan {
    /// Name, unique in the manifest.
    pub id: String,
    /// `id`, `subject`, `group`, `split`, `fold` and whatever else the manifest says.
    pub attributes: BTreeMap<String, Value>,
    /// Files by role.
    pub files: BTreeMap<String, Vec<ScanFile>>,
}

/// All scans, in the manifest's order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scans {
    all: Vec<Scan>,
    /// The pipeline names no manifest.
    pub absent: bool,
    broken: bool,
    /// Why the manifest's files are not there, when they are not.
    data_fault: Option<String>,
}

impl Scan {
    /// The value of an attribute, null when the scan has none of that name.
    pub fn attribute(&self, name: &str) -> Value {
        self.attributes.get(name).cloned().unwrap_or(Value::Null)
    }
}

impl Scans {
    /// Scans in the manifest's order.
    pub fn new(all: Vec<Scan>) -> Self {
        Self {
            all,
            ..Self::default()
        }
    }

    /// The same scans, whose files are not there for the given reason.
    pub fn without_data(self, fault: String) -> Self {
        Self {
            data_fault: Some(fault),
            ..self
        }
    }

    /// Why the manifest's files are not there, when they are not.
    pub fn data_fault(&self) -> Option<&str> {
        self.data_fault.as_deref()
    }

    /// No manifest is named.
    pub fn none() -> Self {
        Self {
            absent: true,
            ..Self::default()
        }
    }

    /// The manifest could not be read, which is reported elsewhere: every name is taken as known.
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

    /// The scans.
    pub fn all(&self) -> &[Scan] {
        &self.all
    }

    /// What the manifest says of each of its files.
    pub fn hashes(&self) -> BTreeMap<&PathBuf, &str> {
        self.all
            .iter()
            .flat_map(|scan| scan.files.values().flatten())
            .map(|file| (&file.path, file.sha256.as_str()))
            .collect()
    }

    /// The values that an attribute has in some scan.
    pub fn values_of(&self, attribute: &str) -> Vec<Value> {
        self.all.iter().map(|s| s.attribute(attribute)).collect()
    }

    /// Checks that some scan has the attribute.
    ///
    /// # Errors
    /// None has it.
    pub fn check_attribute(&self, name: &str) -> Result<(), String> {
        let known: BTreeSet<&str> = (self.all.iter())
            .flat_map(|scan| scan.attributes.keys().map(String::as_str))
            .collect();
        self.known(name, "attribute", &known)
    }

    /// Checks that some scan has a file of that role.
    ///
    /// # Errors
    /// None has it.
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
