//! How a manifest was created, stated in the manifest itself, so that it can be brought up to date.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Description, Folds, Pattern};

/// The section `create` of a manifest: what `manifest create` was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Creation {
    /// Pattern of the file paths for each role. See [`Pattern`].
    pub files: BTreeMap<String, String>,
    /// Id of a scan, composed of parts of the patterns.
    #[serde(default = "of_subject", skip_serializing_if = "is_of_subject")]
    pub scan: String,
    /// Subject of a scan, composed of parts of the patterns.
    #[serde(default = "of_subject", skip_serializing_if = "is_of_subject")]
    pub subject: String,
    /// Second names of subjects: from alias to name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub same_subject: BTreeMap<String, String>,
    /// Spreadsheet of the participants, relative to the folder of the manifest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
    /// Column of the spreadsheet with the subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject_column: Option<String>,
    /// Id of a scan, composed of columns of the spreadsheet, if each of its rows is a scan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table_scan: Option<String>,
    /// Number of folds. 0 for none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub folds: u32,
    /// Attributes by which folds are balanced, the most important one first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stratify: Option<Vec<String>>,
    /// Seed of the order in which subjects are dealt to folds.
    #[serde(default, skip_serializing_if = "is_nought")]
    pub fold_seed: u64,
}

impl Creation {
    /// How files become scans. `spacing_mm` is the voxel size along x, y, z in mm.
    ///
    /// # Errors
    /// A pattern that cannot be read.
    pub fn description(
        &self,
        name: &str,
        spacing_mm: Option<[f64; 3]>,
    ) -> Result<Description, String> {
        let roles = self.files.iter();
        let roles = roles.map(|(role, text)| Ok((role.clone(), Pattern::parse(text)?)));
        Ok(Description {
            name: name.to_owned(),
            roles: roles.collect::<Result<_, String>>()?,
            scan: Pattern::parse(&self.scan)?,
            subject: Pattern::parse(&self.subject)?,
            same_subject: self.same_subject.clone(),
            spacing_mm,
        })
    }

    /// How subjects are dealt to folds.
    #[must_use]
    pub fn fold_plan(&self) -> Folds {
        let named = self.stratify.clone();
        Folds {
            count: self.folds,
            seed: self.fold_seed,
            balance: named.unwrap_or_else(|| vec!["group".to_owned()]),
        }
    }
}

fn of_subject() -> String {
    "{subject}".into()
}

fn is_of_subject(text: &str) -> bool {
    text == "{subject}"
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_nought(seed: &u64) -> bool {
    *seed == 0
}
