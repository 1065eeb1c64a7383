//! Choosing the scans of a training run.

use std::path::{Path, PathBuf};

use rsom_io::manifest::{self, FileEntry, Manifest, ScanEntry};
use rsom_stage::{Invocation, StageError, data_folder};
use serde::Deserialize;

use super::{Dataset, Names, Pair, TRAINING, VALIDATION};

/// The parameters that choose scans.
#[derive(Debug, Deserialize)]
pub(super) struct Selection {
    label: Option<Vec<i32>>,
    image_role: String,
    reference_role: Option<String>,
    train_split: String,
    validation_split: String,
    validation_fold: Option<u32>,
    test_fold: Option<u32>,
}

impl Selection {
    /// The scans of the manifest, or those that the inputs name.
    ///
    /// # Errors
    /// Exit code 2: scans are named in no way or in two, pairs are incomplete. Exit code 3: a manifest that is not right.
    pub(super) fn dataset(self, invocation: &Invocation) -> Result<Dataset, StageError> {
        let inputs = [TRAINING, VALIDATION].map(|n| [n.image, n.mask, n.labels]);
        let named = inputs
            .iter()
            .flatten()
            .any(|name| !invocation.inputs(name).is_empty());
        let (training, validation) = match (invocation.optional_input("manifest"), named) {
            (Some(path), false) => self.of_manifest(path, invocation)?,
            (None, true) => (
                self.named(TRAINING, invocation)?,
                self.named(VALIDATION, invocation)?,
            ),
            (Some(_), true) => {
                return Err(StageError::usage("give --manifest or --image, not both"));
            }
            (None, false) => return Err(StageError::usage("give --manifest or --image")),
        };
        Ok(Dataset {
            training,
            validation,
            label: self.label,
        })
    }

    /// Scans given one by one.
    fn named(&self, names: Names, invocation: &Invocation) -> Result<Vec<Pair>, StageError> {
        let with_labels = self.label.is_some();
        let (wanted, other) = (names.reference(with_labels), names.reference(!with_labels));
        let flag = |name: &str| format!("--{}", name.replace('_', "-"));
        if !invocation.inputs(other).is_empty() {
            let (given, labels) = (flag(other), flag(names.labels));
            let usage = format_args!(
                "{given} is given where {} is expected: --label goes with {labels}, and only with it",
                flag(wanted)
            );
            return Err(StageError::usage(usage));
        }
        let (images, references) = (invocation.inputs(names.image), invocation.inputs(wanted));
        if images.len() != references.len() {
            return Err(StageError::usage(format_args!(
                "{} names {} files and {} names {}: they are paired by their order",
                flag(names.image),
                images.len(),
                flag(wanted),
                references.len()
            )));
        }
        let pair = |(image, reference): (&PathBuf, &PathBuf)| Pair {
            image: image.clone(),
            reference: reference.clone(),
            stated: None,
        };
        Ok(images.iter().zip(references).map(pair).collect())
    }

    fn of_manifest(
        &self,
        path: &Path,
        invocation: &Invocation,
    ) -> Result<(Vec<Pair>, Vec<Pair>), StageError> {
        let manifest = manifest::read(path)?;
        let variable = data_folder();
        let data = invocation.optional_input("data").or(variable.as_deref());
        let root = manifest::data_root(&manifest, path, data)?;
        let (training, validation) = self.choose(&manifest);
        let pairs = |scans: Vec<&ScanEntry>| -> Result<Vec<Pair>, StageError> {
            let pair = |scan| {
                self.pair(scan, &root)
                    .map_err(|e| StageError::input(path, e))
            };
            scans.into_iter().map(pair).collect()
        };
        Ok((pairs(training)?, pairs(validation)?))
    }

    /// Scans in no split, or in that of the training, train, unless their fold validates or tests.
    fn choose<'m>(&self, manifest: &'m Manifest) -> (Vec<&'m ScanEntry>, Vec<&'m ScanEntry>) {
        let (mut training, mut validation) = (Vec::new(), Vec::new());
        for scan in &manifest.scans {
            let in_fold = |fold: Option<u32>| fold.is_some() && scan.fold == fold;
            match scan.split.as_deref() {
                Some(split) if split == self.validation_split => validation.push(scan),
                Some(split) if split != self.train_split => {}
                _ if in_fold(self.test_fold) => {}
                _ if in_fold(self.validation_fold) => validation.push(scan),
                _ => training.push(scan),
            }
        }
        (training, validation)
    }

    fn pair(&self, scan: &ScanEntry, root: &Path) -> Result<Pair, String> {
        let default = TRAINING.reference(self.label.is_some());
        let reference_role = self.reference_role.as_deref().unwrap_or(default);
        let file = |role: &str| -> Result<&FileEntry, String> {
            let id = &scan.id;
            match scan.files.get(role).map(Vec::as_slice) {
                Some([file]) => Ok(file),
                Some(files) => {
                    let count = files.len();
                    Err(format!(
                        "scan '{id}' has {count} files of role '{role}', not one"
                    ))
                }
                None => Err(format!("scan '{id}' has no file of role '{role}'")),
            }
        };
        let (image, reference) = (file(&self.image_role)?, file(reference_role)?);
        Ok(Pair {
            image: root.join(&image.path),
            reference: root.join(&reference.path),
            stated: Some([image.sha256.clone(), reference.sha256.clone()]),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(id: &str, split: Option<&str>, fold: Option<u32>) -> ScanEntry {
        ScanEntry {
            id: id.into(),
            subject: id.into(),
            group: None,
            split: split.map(Into::into),
            fold,
            attributes: Default::default(),
            files: Default::default(),
        }
    }

    fn chosen(validation_fold: Option<u32>, test_fold: Option<u32>) -> (String, String) {
        let manifest = Manifest {
            name: "m".into(),
            title: String::new(),
            source: String::new(),
            license: String::new(),
            citation: String::new(),
            obtain: String::new(),
            root: ".".into(),
            spacing_mm: None,
            scans: vec![
                scan("a", None, Some(0)),
                scan("b", Some("train"), Some(1)),
                scan("c", Some("train"), Some(2)),
                scan("v", Some("validation"), None),
                scan("t", Some("test"), Some(0)),
            ],
        };
        let selection = Selection {
            label: None,
            image_role: "image".into(),
            reference_role: None,
            train_split: "train".into(),
            validation_split: "validation".into(),
            validation_fold,
            test_fold,
        };
        let (training, validation) = selection.choose(&manifest);
        let ids = |scans: Vec<&ScanEntry>| scans.iter().map(|s| s.id.as_str()).collect();
        (ids(training), ids(validation))
    }

    #[test]
    fn test_scans_never_train_whatever_their_fold() {
        assert_eq!(chosen(None, None), ("abc".into(), "v".into()));
        assert_eq!(chosen(Some(0), None), ("bc".into(), "av".into()));
        assert_eq!(chosen(Some(1), Some(2)), ("a".into(), "bv".into()));
    }
}
