//! One named set of scans.

use rsom_parameters::{Parameter, Parameters};
use rsom_stage::{Invocation, Port, StageError};

use super::source::{self, Source, warn_without_manifest};
use super::stated::{restated, verify};
use super::{MAIN, Pair};
use rsom_manifest::ScanEntry;

/// One set of scans, and what it is called.
#[derive(Debug, Default)]
pub struct Chosen {
    /// The scans.
    pub pairs: Vec<Pair>,
    /// Labels of what is sought when references are label maps.
    pub label: Option<Vec<i32>>,
    /// Name of the split, the fold, or both.
    pub name: Option<String>,
}

/// Which scans of a manifest.
#[derive(Debug, Parameters)]
struct Which {
    /// Use the scans of this split of a manifest; with --image, the name of the scans.
    split: Option<String>,
    /// Use the scans of this fold of a manifest.
    #[parameter(min = 0)]
    fold: Option<u32>,
}

impl Chosen {
    /// Declares the inputs that name scans; `sought` is what references mark.
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

    /// Declares the parameters that choose scans.
    #[must_use]
    pub fn parameters(sought: &str) -> Vec<Parameter> {
        let mut all = source::parameters(sought);
        all.extend(Which::declare());
        all
    }

    /// The scans that an invocation names, and the invocation as its outputs shall state it: with every file that is
    /// read and the inputs called `kept`.
    ///
    /// # Errors
    /// Exit code 2: scans are named in no way or in two, pairs are incomplete, a manifest without split or fold, or none of
    /// its scans is in them. Exit code 3: a manifest that is not right, or whose files have changed.
    pub fn of(invocation: &Invocation, kept: &[&str]) -> Result<(Self, Invocation), StageError> {
        let (source, which): (Source, Which) = (invocation.settings()?, invocation.settings()?);
        let [pairs] = match Source::manifest(invocation, &[MAIN])? {
            Some(_) if which.split.is_none() && which.fold.is_none() => {
                return Err(StageError::usage(
                    "say which scans of the manifest: --split, --fold or both",
                ));
            }
            Some(path) => source.of_manifest(path, invocation, |manifest| {
                Ok([manifest.scans.iter().filter(|s| which.takes(s)).collect()])
            })?,
            None if which.fold.is_some() => {
                return Err(StageError::usage("--fold goes with --manifest"));
            }
            None => {
                warn_without_manifest([("reference-role", source.reference_role.is_some())]);
                [source.named(MAIN, invocation)?]
            }
        };
        let name = which.name();
        if pairs.is_empty() {
            let of = name.map_or(String::new(), |name| format!(" in {name}"));
            return Err(StageError::usage(format_args!("there are no scans{of}")));
        }
        let with_labels = source.label.is_some();
        let sides = [(pairs.as_slice(), MAIN)];
        let stated = restated(invocation, kept, &sides, with_labels);
        verify(stated.provenance()?, &sides, with_labels)?;
        let chosen = Self {
            pairs,
            label: source.label,
            name,
        };
        Ok((chosen, stated))
    }
}

impl Which {
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
