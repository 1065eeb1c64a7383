//! The scans that a command selects.

use rsom_parameters::{Parameter, Parameters};
use rsom_stage::{Invocation, Port, StageError};

use super::source::{self, Source, warn_without_manifest};
use super::stated::{restated, verify};
use super::{MAIN, Pair};
use rsom_manifest::ScanEntry;

/// Selected scans with their references, and the name of the selection.
#[derive(Debug, Default)]
pub struct SelectedScans {
    /// The scans with their references.
    pub pairs: Vec<Pair>,
    /// Labels of the structure, when references are label maps.
    pub label: Option<Vec<i32>>,
    /// Name of the split, the fold, or both, such as `test, fold 0`.
    pub name: Option<String>,
}

/// Selects scans of a manifest by split and fold.
#[derive(Debug, Parameters)]
struct Selection {
    /// Use the scans of this split of a manifest; with --image, the name of the scans.
    split: Option<String>,
    /// Use the scans of this fold of a manifest.
    #[parameter(min = 0)]
    fold: Option<u32>,
}

impl SelectedScans {
    /// Declares the inputs for scans and references; `sought` names the structure that references mark, for help texts.
    #[must_use]
    pub fn inputs(sought: &str) -> Vec<Port> {
        source::manifest_inputs()
            .into_iter()
            .chain(source::named_inputs(
                MAIN,
                "Scans, instead of a manifest",
                sought,
            ))
            .collect()
    }

    /// Declares the parameters that select scans; `sought` names the structure that references mark, for help texts.
    #[must_use]
    pub fn parameters(sought: &str) -> Vec<Parameter> {
        let mut all = source::parameters(sought);
        all.extend(Selection::declare());
        all
    }

    /// The scans that an invocation selects, and the invocation to record as provenance: with every file that is read
    /// and the inputs listed in `kept`.
    ///
    /// # Errors
    /// Exit code 2: scans are given both by manifest and one by one, or not at all; pairs are incomplete; a manifest
    /// without split or fold, or no scan in them. Exit code 3: a broken manifest, or files that have changed.
    pub fn of(invocation: &Invocation, kept: &[&str]) -> Result<(Self, Invocation), StageError> {
        let (source, selection): (Source, Selection) =
            (invocation.settings()?, invocation.settings()?);
        let [pairs] = match Source::manifest(invocation, &[MAIN])? {
            Some(_) if selection.split.is_none() && selection.fold.is_none() => {
                return Err(StageError::usage(
                    "select scans of the manifest with --split, --fold or both",
                ));
            }
            Some(path) => source.of_manifest(path, invocation, |manifest| {
                Ok([manifest
                    .scans
                    .iter()
                    .filter(|s| selection.takes(s))
                    .collect()])
            })?,
            None if selection.fold.is_some() => {
                return Err(StageError::usage("--fold needs --manifest"));
            }
            None => {
                warn_without_manifest([("reference-role", source.reference_role.is_some())]);
                [source.named(MAIN, invocation)?]
            }
        };
        let name = selection.name();
        if pairs.is_empty() {
            let of = name.map_or(String::new(), |name| format!(" in {name}"));
            return Err(StageError::usage(format_args!(
                "there are no scans{of}; check --split and --fold"
            )));
        }
        let with_labels = source.label.is_some();
        let sides = [(pairs.as_slice(), MAIN)];
        let stated = restated(invocation, kept, &sides, with_labels);
        verify(stated.provenance()?, &sides, with_labels)?;
        let selected = Self {
            pairs,
            label: source.label,
            name,
        };
        Ok((selected, stated))
    }
}

impl Selection {
    fn takes(&self, scan: &ScanEntry) -> bool {
        let split = self.split.is_none() || scan.split == self.split;
        split && (self.fold.is_none() || scan.fold == self.fold)
    }

    fn name(&self) -> Option<String> {
        match (&self.split, self.fold) {
            (Some(split), Some(fold)) => Some(format!("{split}, fold {fold}")),
            (Some(split), None) => Some(split.clone()),
            (None, fold) => fold.map(|fold| format!("fold {fold}")),
        }
    }
}
