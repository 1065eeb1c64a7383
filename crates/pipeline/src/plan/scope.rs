//! The names in placeholders and their values: params, factors and scan attributes.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::plan::scans::{Scan, Scans};
use crate::read::model::Step;
use crate::read::template::Template;
use crate::suggest;

/// `${scan.attributes}`: all attributes of a scan that a user chose.
const ATTRIBUTES: &str = "attributes";

/// The values of placeholders in one task, or without factors and scan, in the whole pipeline.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scope<'a> {
    pub params: &'a BTreeMap<String, Value>,
    /// Names and values of the task's factors.
    pub factors: &'a [(String, Value)],
    pub scan: Option<&'a Scan>,
}

impl Scope<'_> {
    /// The value of a placeholder: of a factor, else of a param, or of `scan.<attribute>`; `scan.attributes` is a map of all
    /// that the user chose.
    ///
    /// # Errors
    /// An unknown name.
    pub fn lookup(&self, name: &str) -> Result<Value, String> {
        if let (Some(attribute), Some(scan)) = (name.strip_prefix("scan."), self.scan) {
            return Ok(match attribute {
                ATTRIBUTES => scan.attributes_of_user(),
                name => scan.attribute(name),
            });
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

/// The role, if the template is exactly `${scan.files.<role>}`.
pub(crate) fn scan_files(template: &Template) -> Option<&str> {
    template.only_name()?.strip_prefix("scan.files.")
}

/// The names that the placeholders of a step may use.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Names<'a> {
    pub params: &'a BTreeMap<String, Value>,
    pub step: &'a Step,
    pub scans: &'a Scans,
}

impl Names<'_> {
    /// Checks the placeholders of a path under `in`.
    ///
    /// # Errors
    /// An unknown or misplaced name.
    pub fn check_path(&self, path: &Template) -> Result<(), String> {
        match scan_files(path) {
            Some(role) if self.step.foreach_scan => self.scans.check_role(role),
            _ => path.names().try_for_each(|name| self.check(name)),
        }
    }

    /// Checks the name of a placeholder.
    ///
    /// # Errors
    /// An unknown or misplaced name.
    pub fn check(&self, name: &str) -> Result<(), String> {
        if let Some(attribute) = name.strip_prefix("scan.") {
            if !self.step.foreach_scan {
                return Err(format!(
                    "'${{{name}}}' needs 'foreach: scan' in step '{}'",
                    self.step.name
                ));
            }
            // As a parameter, the path would enter the identity of the task, and the content of the file would not.
            return match attribute.strip_prefix("files.") {
                Some(_) => Err(format!(
                    "'${{{name}}}' is only allowed under 'in', as the whole text"
                )),
                None if attribute == ATTRIBUTES => Ok(()),
                None => self.scans.check_attribute(attribute),
            };
        }
        let factors = self.step.matrix.iter().map(|factor| factor.name.as_str());
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
