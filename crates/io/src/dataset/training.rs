//! The scans of a training run.

use rsom_parameters::{Parameter, Parameters};
use rsom_stage::{Invocation, Port, StageError, log};
use serde_json::Value;

use super::source::{self, Source, warn_without_manifest};
use super::stated::{Side, restated, verify};
use super::{MAIN, Names, Pair};
use rsom_manifest::{Manifest, ScanEntry};

/// The scans of a training run.
#[derive(Debug, Default)]
pub struct Dataset {
    /// Training scans.
    pub training: Vec<Pair>,
    /// Validation scans, on which each epoch is evaluated.
    pub validation: Vec<Pair>,
    /// Labels of the structure, when references are label maps.
    pub label: Option<Vec<i32>>,
}

const VALIDATION: Names = Names {
    image: "validation_image",
    mask: "validation_mask",
    labels: "validation_labels",
};

/// Selects training and validation scans of a manifest.
#[derive(Debug, Parameters)]
struct Splits {
    /// Train on the scans of this split of a manifest, and on those without a split.
    #[parameter(default = "train")]
    train_split: String,
    /// Validate on the scans of this split of a manifest.
    #[parameter(default = "validation")]
    validation_split: String,
    /// Validate on the training scans of this fold instead.
    #[parameter(min = 0)]
    validation_fold: Option<u32>,
    /// Exclude the training scans of this fold, for a later test.
    #[parameter(min = 0)]
    test_fold: Option<u32>,
}

impl Dataset {
    /// Declares the inputs for scans and references; `sought` names the structure that references mark, for help texts.
    #[must_use]
    pub fn inputs(sought: &str) -> Vec<Port> {
        let training = "Training scans, instead of a manifest";
        source::manifest_inputs()
            .into_iter()
            .chain(source::named_inputs(MAIN, training, sought))
            .chain(source::named_inputs(VALIDATION, "Validation scans", sought))
            .collect()
    }

    /// Declares the parameters that select scans; `sought` names the structure that references mark, for help texts.
    #[must_use]
    pub fn parameters(sought: &str) -> Vec<Parameter> {
        let mut all = source::parameters(sought);
        all.extend(Splits::declare());
        all
    }

    /// The scans that an invocation selects, and the invocation to record as provenance: with every file that is read,
    /// without the folder of the manifest's files.
    ///
    /// # Errors
    /// Exit code 2: scans are given both by manifest and one by one, or not at all; pairs are incomplete. Exit code 3:
    /// a broken manifest, or files that have changed.
    pub fn of(invocation: &Invocation) -> Result<(Self, Invocation), StageError> {
        let (source, splits): (Source, Splits) = (invocation.settings()?, invocation.settings()?);
        let [training, validation] = match Source::manifest(invocation, &[MAIN, VALIDATION])? {
            Some(path) => source.of_manifest(path, invocation, |m| splits.choose(m))?,
            None => {
                warn_without_manifest([
                    ("validation-fold", splits.validation_fold.is_some()),
                    ("test-fold", splits.test_fold.is_some()),
                    ("reference-role", source.reference_role.is_some()),
                ]);
                [
                    source.named(MAIN, invocation)?,
                    source.named(VALIDATION, invocation)?,
                ]
            }
        };
        if training.is_empty() {
            return Err(StageError::usage(
                "no scan is left to train on; check --train-split and the folds",
            ));
        }
        let dataset = Self {
            training,
            validation,
            label: source.label,
        };
        let with_labels = dataset.label.is_some();
        let stated = restated(invocation, &[], &dataset.sides(), with_labels);
        let provenance = stated.provenance()?;
        verify(provenance, &dataset.sides(), with_labels)?;
        warn_of_shared_scans(provenance);
        Ok((dataset, stated))
    }

    fn sides(&self) -> [Side<'_>; 2] {
        [(&self.training, MAIN), (&self.validation, VALIDATION)]
    }
}

impl Splits {
    /// Training and validation scans. Training scans are those in the training split or in no split, except those in
    /// the validation or test fold.
    ///
    /// # Errors
    /// Exit code 2: a fold without training scans. (A mistyped test fold would leave test scans in the training set.)
    fn choose<'m>(&self, manifest: &'m Manifest) -> Result<[Vec<&'m ScanEntry>; 2], StageError> {
        let folds = [
            ("test-fold", self.test_fold),
            ("validation-fold", self.validation_fold),
        ];
        for (flag, fold) in folds {
            let may_train = |scan: &ScanEntry| {
                scan.split
                    .as_ref()
                    .is_none_or(|split| *split == self.train_split)
            };
            let mut of_fold = manifest.scans.iter().filter(|scan| may_train(scan));
            if let Some(fold) = fold
                && !of_fold.any(|scan| scan.fold == Some(fold))
            {
                return Err(StageError::usage(format_args!(
                    "--{flag} {fold}: no training scan of the manifest is in this fold"
                )));
            }
        }
        if self.test_fold.is_some() && self.test_fold == self.validation_fold {
            return Err(StageError::usage(
                "--test-fold and --validation-fold are the same fold",
            ));
        }
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
        Ok([training, validation])
    }
}

/// Warns about scans with equal content in training and validation.
fn warn_of_shared_scans(provenance: &Value) {
    let files = |names: Names| provenance["inputs"][names.image].as_array().cloned();
    let training = files(MAIN).unwrap_or_default();
    for scan in files(VALIDATION).unwrap_or_default() {
        if let Some(twin) = training.iter().find(|t| t["sha256"] == scan["sha256"]) {
            log::warn(format_args!(
                "validation scan {} equals training scan {}: validation scores do not hold for new scans",
                scan["name"], twin["name"]
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(id: &str, split: Option<&str>, fold: Option<u32>) -> ScanEntry {
        ScanEntry {
            split: split.map(Into::into),
            fold,
            ..ScanEntry::new(id, id)
        }
    }

    fn chosen(
        validation_fold: Option<u32>,
        test_fold: Option<u32>,
    ) -> Result<(String, String), String> {
        let manifest = Manifest::new(
            "m",
            None,
            vec![
                scan("a", None, Some(0)),
                scan("b", Some("train"), Some(1)),
                scan("c", Some("train"), Some(2)),
                scan("v", Some("validation"), None),
                scan("t", Some("test"), Some(0)),
            ],
        );
        let splits = Splits {
            train_split: "train".into(),
            validation_split: "validation".into(),
            validation_fold,
            test_fold,
        };
        let [training, validation] = splits.choose(&manifest).map_err(|e| e.to_string())?;
        let ids = |scans: Vec<&ScanEntry>| scans.iter().map(|s| s.id.as_str()).collect();
        Ok((ids(training), ids(validation)))
    }

    #[test]
    fn test_scans_never_train_whatever_their_fold() {
        assert_eq!(chosen(None, None), Ok(("abc".into(), "v".into())));
        assert_eq!(chosen(Some(0), None), Ok(("bc".into(), "av".into())));
        assert_eq!(chosen(Some(1), Some(2)), Ok(("a".into(), "bv".into())));
    }

    #[test]
    fn a_fold_that_leaves_nothing_out_is_refused() {
        for (validation, test) in [(Some(7), None), (None, Some(7)), (Some(1), Some(1))] {
            assert!(chosen(validation, test).unwrap_err().contains("fold"));
        }
    }
}
