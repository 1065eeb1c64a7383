//! The source of scans and references: a manifest, or inputs that list the files.

use std::path::{Path, PathBuf};

use rsom_parameters::{Parameter, Parameters};
use rsom_stage::{Invocation, Kind, Port, StageError, data_folder, log};

use super::{MAIN, Names, Pair};
use rsom_manifest::{FileEntry, Manifest, ScanEntry};

/// Labels and roles that identify references.
#[derive(Debug, Parameters)]
pub(super) struct Source {
    /// Labels that form the structure, where references are label maps.
    pub(super) label: Option<Vec<i32>>,
    /// Role of the scans in a manifest.
    #[parameter(default = "image")]
    image_role: String,
    /// Role of the references in a manifest (unset: 'mask', or 'labels' with --label).
    pub(super) reference_role: Option<String>,
}

/// Declares the inputs for a manifest and its data folder.
pub(super) fn manifest_inputs() -> [Port; 2] {
    [
        Port::optional(
            "manifest",
            Kind::Document,
            "Manifest of scans with the files 'image' and 'mask' (or 'labels')",
        ),
        Port::optional(
            "data",
            Kind::Directory,
            "Folder with the data of the manifest (unset: the variable RSOM_DATA, else the folder of the manifest)",
        ),
    ]
}

/// Declares the inputs that list scans (`whose` describes them) and their references; `sought` names the structure that
/// references mark.
pub(super) fn named_inputs(names: Names, whose: &str, sought: &str) -> [Port; 3] {
    let labels = format!("Label maps, instead of masks; --label names the labels of {sought}");
    [
        Port::optional(names.image, Kind::Volume, whose).many(),
        Port::optional(names.mask, Kind::Mask, "Reference masks, in the same order").many(),
        Port::optional(names.labels, Kind::Labels, &labels).many(),
    ]
}

/// The parameters of [`Source`], with help that names the structure `sought`.
pub(super) fn parameters(sought: &str) -> Vec<Parameter> {
    let mut all = Source::declare();
    for parameter in &mut all {
        parameter.about = parameter.about.replace("the structure", sought);
    }
    all
}

/// Warns about parameters that only select scans of a manifest, when scans are given one by one.
pub(super) fn warn_without_manifest<const N: usize>(given: [(&str, bool); N]) {
    for (flag, _) in given.into_iter().filter(|(_, given)| *given) {
        log::warn(format_args!(
            "--{flag} is ignored: it selects scans of a --manifest, and scans are given one by one"
        ));
    }
}

impl Source {
    /// The path of the manifest, or `None` when scans are given one by one.
    ///
    /// # Errors
    /// Exit code 2: scans are given both ways, or not at all.
    pub(super) fn manifest<'i>(
        invocation: &'i Invocation,
        all: &[Names],
    ) -> Result<Option<&'i Path>, StageError> {
        let named = all
            .iter()
            .flat_map(|n| [n.image, n.mask, n.labels])
            .any(|name| !invocation.inputs(name).is_empty());
        match (invocation.optional_input("manifest"), named) {
            (Some(_), true) => Err(StageError::usage("give --manifest or --image, not both")),
            (None, false) => Err(StageError::usage("give --manifest or --image")),
            (manifest, _) => Ok(manifest),
        }
    }

    /// The scans that are given one by one.
    ///
    /// # Errors
    /// Exit code 2: a scan without reference, or the reverse.
    pub(super) fn named(
        &self,
        names: Names,
        invocation: &Invocation,
    ) -> Result<Vec<Pair>, StageError> {
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
                "{} lists {} files and {} lists {}: they are paired by their order, so give equally many",
                flag(names.image),
                images.len(),
                flag(wanted),
                references.len()
            )));
        }
        let pair = |(image, reference): (&PathBuf, &PathBuf)| Pair {
            scan: name_of(image),
            subject: None,
            image: image.clone(),
            reference: reference.clone(),
            stated: None,
        };
        Ok(images.iter().zip(references).map(pair).collect())
    }

    /// The scans of a manifest that `choose` returns, list by list.
    ///
    /// # Errors
    /// Exit code 3: the manifest is broken, or does not list a required file.
    pub(super) fn of_manifest<const N: usize>(
        &self,
        path: &Path,
        invocation: &Invocation,
        choose: impl FnOnce(&Manifest) -> Result<[Vec<&ScanEntry>; N], StageError>,
    ) -> Result<[Vec<Pair>; N], StageError> {
        let manifest = rsom_manifest::read(path)?;
        let variable = data_folder();
        let data = invocation.optional_input("data").or(variable.as_deref());
        let root = rsom_manifest::data_root(&manifest, path, data)?;
        let mut lists = std::array::from_fn(|_| Vec::new());
        for (list, scans) in lists.iter_mut().zip(choose(&manifest)?) {
            for scan in scans {
                let pair = self.pair(scan, &root);
                list.push(pair.map_err(|e| StageError::input(path, e))?);
            }
        }
        Ok(lists)
    }

    fn pair(&self, scan: &ScanEntry, root: &Path) -> Result<Pair, String> {
        let default = MAIN.reference(self.label.is_some());
        let reference_role = self.reference_role.as_deref().unwrap_or(default);
        let file = |role: &str| -> Result<&FileEntry, String> {
            let id = &scan.id;
            match scan.files.get(role).map(Vec::as_slice) {
                Some([file]) => Ok(file),
                Some(files) => {
                    let count = files.len();
                    Err(format!(
                        "scan '{id}' has {count} files of role '{role}'; exactly one is needed"
                    ))
                }
                None => Err(format!("scan '{id}' has no file of role '{role}'")),
            }
        };
        let (image, reference) = (file(&self.image_role)?, file(reference_role)?);
        Ok(Pair {
            scan: scan.id.clone(),
            subject: Some(scan.subject.clone()),
            image: root.join(&image.path),
            reference: root.join(&reference.path),
            stated: Some([image.sha256.clone(), reference.sha256.clone()]),
        })
    }
}

/// Name of a scan: its file name without `.nii.gz` or `.nii`.
fn name_of(path: &Path) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy());
    let name = name.unwrap_or_default();
    let ends = [".nii.gz", ".nii"];
    let bare = ends.iter().find_map(|end| name.strip_suffix(end));
    bare.unwrap_or(&name).to_owned()
}
