//! What placeholders and conditions can name: params, factors, the scan.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::plan::scans::{Scan, Scans};
use crate::read::model::Stage;
use crate::read::template::Template;
use crate::suggest;

/// The values that placeholders take in one task (or, without factors and scan, in a whole pipeline).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scope<'a> {
    pub params: &'a BTreeMap<String, Value>,
    /// Names and values of the task's factors.
    pub factors: &'a [(String, Value)],
    pub scan: Option<&'a Scan>,
}

impl Scope<'_> {
    /// The value of a placeholder: a factor, else a param; `scan.<attribute>`.
    ///
    /// # Errors
    /// An unknown name.
    pub fn lookup(&self, name: &str) -> Result<Value, String> {
        if let (Some(attribute), Some(scan)) = (name.strip_prefix("scan."), self.scan) {
            return Ok(scan.attribute(attribute));
        }
        self.factors
            .iter()
            .find(|(factor, _)| factor == name)
            .map(|(_, value)| value)
            .or_else(|| self.params.get(name))
            .cloned()
            .ok_or_else(|| format!("'${{{name}}}' is not known"))
    }
}

/// The role, when a template is `${scan.files.<role>}` and nothing else.
pub(crate) fn scan_files(template: &Template) -> Option<&str> {
    template.only_name()?.strip_prefix("scan.files.")
}

/// The names that placeholders of a stage may have; checked before anything is expanded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Names<'a> {
    pub params: &'a BTreeMap<String, Value>,
    pub stage: &'a Stage,
    pub scans: &'a Scans,
}

impl Names<'_> {
    /// Checks the placeholders of a path under `in`.
    ///
    /// # Errors
    /// What is wrong with one of them.
    pub fn check_path(&self, path: &Template) -> Result<(), String> {
        match scan_files(path) {
            Some(role) if self.stage.foreach_scan => self.scans.check_role(role),
            _ => path.names().try_for_each(|name| self.check(name)),
        }
    }

    /// Checks a placeholder's name.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self, name: &str) -> Result<(), String> {
        if let Some(attribute) = name.strip_prefix("scan.") {
            if !self.stage.foreach_scan {
                return Err(format!(
                    "'${{{name}}}' needs 'foreach: scan' in stage '{}'",
                    self.stage.name
                ));
            }
            // A path as a parameter would hide a file from the task's identity, and the file's place would enter it.
            return match attribute.strip_prefix("files.") {
                Some(_) => Err(format!(
                    "'${{{name}}}' can stand under 'in' only, and alone"
                )),
                None => self.scans.check_attribute(attribute),
            };
        }
        let factors = self.stage.matrix.iter().map(|factor| factor.name.as_str());
        let known: Vec<&str> = factors
            .chain(self.params.keys().map(String::as_str))
            .collect();
        if known.contains(&name) {
            return Ok(());
        }
        Err(format!(
            "'${{{name}}}' is not known{}",
            suggest::hint(name, known)
        ))
    }
}
