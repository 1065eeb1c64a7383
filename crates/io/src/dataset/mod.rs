//! Which scans a training run reads, given one by one or chosen from a manifest.

mod selection;

use std::path::{Path, PathBuf};

use rsom_io::ports;
use rsom_stage::{Invocation, Kind, Parameter, Port, StageError, log};
use rsom_volume::{Mask, Scan};
use serde_json::Value;

use selection::Selection;

/// A scan and the file that marks its layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pair {
    pub image: PathBuf,
    pub reference: PathBuf,
    /// sha256 of both, when a manifest states them.
    stated: Option<[String; 2]>,
}

/// The scans of a run.
#[derive(Debug, Default)]
pub(super) struct Dataset {
    pub training: Vec<Pair>,
    pub validation: Vec<Pair>,
    /// Labels of the layer when references are label maps.
    label: Option<Vec<i32>>,
}

/// Names of the inputs that hold the training or the validation scans.
#[derive(Debug, Clone, Copy)]
struct Names {
    image: &'static str,
    mask: &'static str,
    labels: &'static str,
}

const TRAINING: Names = Names {
    image: "image",
    mask: "mask",
    labels: "labels",
};

const VALIDATION: Names = Names {
    image: "validation_image",
    mask: "validation_mask",
    labels: "validation_labels",
};

impl Names {
    /// The input that holds the references.
    fn reference(self, dataset_has_labels: bool) -> &'static str {
        if dataset_has_labels {
            self.labels
        } else {
            self.mask
        }
    }
}

/// Declares the inputs that name scans.
pub(super) fn inputs() -> Vec<Port> {
    let Names {
        image,
        mask,
        labels,
    } = TRAINING;
    let validation = VALIDATION;
    vec![
        Port::optional(
            "manifest",
            Kind::Document,
            "Manifest whose scans have files 'image' and 'mask' (or 'labels')",
        ),
        Port::optional(
            "data",
            Kind::Directory,
            "Folder with the manifest's data; else the variable RSOM_DATA, else the manifest's folder",
        ),
        Port::optional(image, Kind::Volume, "Training scans, instead of a manifest").many(),
        Port::optional(mask, Kind::Mask, "Their reference masks, in the same order").many(),
        Port::optional(
            labels,
            Kind::Labels,
            "Their label maps, instead of masks; --label says which labels are the layer",
        )
        .many(),
        Port::optional(validation.image, Kind::Volume, "Validation scans").many(),
        Port::optional(
            validation.mask,
            Kind::Mask,
            "Their reference masks, in the same order",
        )
        .many(),
        Port::optional(
            validation.labels,
            Kind::Labels,
            "Their label maps, instead of masks",
        )
        .many(),
    ]
}

/// Declares the parameters that choose scans.
pub(super) fn parameters() -> Vec<Parameter> {
    vec![
        Parameter::integers(
            "label",
            "Labels that are the layer, when references are label maps",
        ),
        Parameter::text("image_role", "Role of a manifest's files that are scans").default("image"),
        Parameter::text(
            "reference_role",
            "Role of a manifest's files that are references; unset: 'mask', or 'labels' when --label is given",
        ),
        Parameter::text(
            "train_split",
            "Scans of a manifest in this split train; so do those in none",
        )
        .default("train"),
        Parameter::text(
            "validation_split",
            "Scans of a manifest in this split validate",
        )
        .default("validation"),
        Parameter::integer(
            "validation_fold",
            "Training scans of this fold validate instead",
        )
        .at_least(0.0),
        Parameter::integer(
            "test_fold",
            "Training scans of this fold are left out, to be predicted later",
        )
        .at_least(0.0),
    ]
}

impl Dataset {
    /// The scans that an invocation names, and the invocation as its outputs shall state it: with every file that is
    /// read, and without the folder that a manifest's files are found in.
    ///
    /// # Errors
    /// Exit code 2: scans are named in no way or in two, pairs are incomplete. Exit code 3: a manifest that is not right,
    /// or whose files have changed.
    pub(super) fn of(invocation: &Invocation) -> Result<(Self, Invocation), StageError> {
        let selection: Selection = invocation.parameters()?;
        let dataset = selection.dataset(invocation)?;
        if dataset.training.is_empty() {
            return Err(StageError::usage("no scan is left to train on"));
        }
        let stated = dataset.restated(invocation);
        let provenance = stated.provenance()?;
        dataset.verify(provenance)?;
        warn_of_shared_scans(provenance);
        Ok((dataset, stated))
    }

    /// Reads a pair.
    ///
    /// # Errors
    /// Exit code 3 with the file at fault.
    pub(super) fn load(&self, pair: &Pair) -> Result<(Scan, Mask), StageError> {
        let scan = ports::load_scan(&pair.image)?;
        let mask = match &self.label {
            None => ports::load_mask(&pair.reference)?,
            Some(label) => ports::load_labels(&pair.reference)?.select(label),
        };
        ports::require_same_grid(&pair.image, scan.grid(), &pair.reference, mask.grid())?;
        Ok((scan, mask))
    }

    fn sides(&self) -> [(&[Pair], Names); 2] {
        [(&self.training, TRAINING), (&self.validation, VALIDATION)]
    }

    fn restated(&self, invocation: &Invocation) -> Invocation {
        let (stage, version) = (invocation.stage(), invocation.version());
        let mut stated = Invocation::new(stage, version, invocation.command())
            .with_parameters(invocation.resolved_parameters().clone())
            .with_threads(invocation.threads());
        if let Some(path) = invocation.optional_input("manifest") {
            stated = stated.with_input("manifest", vec![path.to_path_buf()]);
        }
        for (name, path) in invocation.all_outputs() {
            stated = stated.with_output(name, path.to_path_buf());
        }
        for (pairs, names) in self.sides() {
            if !pairs.is_empty() {
                let images = pairs.iter().map(|pair| pair.image.clone()).collect();
                let references = pairs.iter().map(|pair| pair.reference.clone()).collect();
                stated = stated
                    .with_input(names.image, images)
                    .with_input(names.reference(self.label.is_some()), references);
            }
        }
        stated
    }

    /// Compares the hashes that a manifest states with those that the provenance found.
    fn verify(&self, provenance: &Value) -> Result<(), StageError> {
        let check = |path: &Path, port: &str, index: usize, expected: &str| {
            let found = provenance["inputs"][port][index]["sha256"].as_str();
            if found.is_some_and(|found| found.eq_ignore_ascii_case(expected)) {
                return Ok(());
            }
            let fault = "it has changed: its sha256 is not the one that the manifest states";
            Err(StageError::input(path, fault))
        };
        for (pairs, names) in self.sides() {
            let reference = names.reference(self.label.is_some());
            for (index, pair) in pairs.iter().enumerate() {
                if let Some([of_image, of_reference]) = &pair.stated {
                    check(&pair.image, names.image, index, of_image)?;
                    check(&pair.reference, reference, index, of_reference)?;
                }
            }
        }
        Ok(())
    }
}

/// Warns of scans with the same content on both sides.
fn warn_of_shared_scans(provenance: &Value) {
    let files = |names: Names| provenance["inputs"][names.image].as_array().cloned();
    let training = files(TRAINING).unwrap_or_default();
    for scan in files(VALIDATION).unwrap_or_default() {
        if let Some(twin) = training.iter().find(|t| t["sha256"] == scan["sha256"]) {
            log::warn(format_args!(
                "validation scan {} has the content of training scan {}: the validation says nothing of new scans",
                scan["name"], twin["name"]
            ));
        }
    }
}
