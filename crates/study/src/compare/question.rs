//! What the pipeline is asked for, from what the user asked and what the references hold.

use std::collections::BTreeMap;

use rsom_stage::{StageError, log};

use super::document::Question;
use super::measures::metrics;
use super::request::Asked;
use super::scans::Found;
use crate::structures::Structures;

impl Asked {
    /// The pipeline that answers the question.
    ///
    /// # Errors
    /// Exit code 2: no scan has a column of `--group-by`. Exit code 3: no reference has a label.
    pub(super) fn question(&self, found: &Found) -> Result<Question, StageError> {
        let labels = self.labels_of(&found.structures)?;
        for column in &self.group_by {
            if found
                .scans
                .iter()
                .all(|scan| scan.attribute(column).is_none())
            {
                return Err(StageError::usage(format_args!(
                    "--group-by {column}: no scan has this attribute; it can be a column of the table, with '_' for each space"
                )));
            }
        }
        let measures = match self.measures.is_empty() {
            false => self.measures.clone(),
            true => words_for(&found.structures),
        };
        let metrics = metrics(&measures, found.structures.unknown_size);
        if metrics.is_empty() {
            return Err(StageError::usage(
                "--measures normals alone gives nothing to compare; add another word",
            ));
        }
        Ok(Question {
            methods: self.methods.iter().map(|(name, _)| name.clone()).collect(),
            baseline: self.baseline.clone(),
            labels_of_prediction: self.labels_of_prediction.clone(),
            labels,
            metrics,
            measures,
            group_by: self.group_by.clone(),
            per_slice: self.per_slice,
        })
    }

    /// The labels with their names: those that were asked for, or all if there are several.
    fn labels_of(&self, structures: &Structures) -> Result<BTreeMap<String, String>, StageError> {
        if self.labels.is_empty() {
            require_one_value(structures)?;
            let all = structures.names();
            if !all.is_empty() {
                let all: Vec<String> = all.iter().map(|(l, name)| format!("{l}={name}")).collect();
                log::info(format_args!(
                    "the references hold several labels, each measured on its own: --labels '{}'",
                    all.join(",")
                ));
            }
            return Ok(all);
        }
        match self.labels.keys().find(|label| structures.lacks(label)) {
            Some(label) => Err(StageError::input(
                &self.reference.folder,
                format_args!("no reference has the label {label} of --labels"),
            )),
            None => Ok(self.labels.clone()),
        }
    }
}

/// Requires that references of one label each have the same one. Masks written with 1 and with 255 are one structure, and this is said.
///
/// # Errors
/// Exit code 3: two references have one label each, and another one.
fn require_one_value(structures: &Structures) -> Result<(), StageError> {
    let Some([(one, first), (other, second)]) = structures.differing() else {
        return Ok(());
    };
    if structures.is_of_two_writers() {
        log::warn(format_args!(
            "references hold {one} (such as {first}) or {other} (such as {second}): both are taken for the same structure"
        ));
        return Ok(());
    }
    Err(StageError::inputs(format_args!(
        "references have one label each, but not the same one: {first} has {one}, {second} has {other}; write one value for one structure, or name them by --labels '{one}=NAME,{other}=NAME' if they are two"
    )))
}

/// The measures that fit layers, or vessels and other structures.
fn words_for(structures: &Structures) -> Vec<String> {
    let (kind, words): (&str, &[&str]) = match structures.are_layers() {
        true => ("layers", &["overlap", "roughness", "boundary"]),
        false => ("no layers", &["overlap", "cldice"]),
    };
    log::info(format_args!(
        "the references look like {kind}: --measures {}",
        words.join(",")
    ));
    words.iter().map(|word| (*word).to_owned()).collect()
}
