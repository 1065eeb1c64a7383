//! The scans with references that a command reads: given one by one, or selected from a manifest.

mod selected_scans;
mod source;
mod stated;
mod training;

use std::path::PathBuf;

use rsom_stage::StageError;
use rsom_volume::{Mask, Scan};

pub use selected_scans::SelectedScans;
pub use training::Dataset;

use crate::ports;

/// A scan and the reference that marks the structure in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// Name of the scan: its id in the manifest, or derived from its file name.
    pub scan: String,
    /// Subject of the scan, when a manifest states it.
    pub subject: Option<String>,
    /// File of the scan.
    pub image: PathBuf,
    /// File of the reference: a mask or a label map.
    pub reference: PathBuf,
    /// sha256 of scan and reference, when a manifest states them.
    stated: Option<[String; 2]>,
}

/// Names of the inputs for scans and their references.
#[derive(Debug, Clone, Copy)]
struct Names {
    image: &'static str,
    mask: &'static str,
    labels: &'static str,
}

/// Names of the inputs for the scans of a command, or for its training scans.
const MAIN: Names = Names {
    image: "image",
    mask: "mask",
    labels: "labels",
};

impl Names {
    /// Name of the input for the references: label maps or masks.
    fn reference(self, with_labels: bool) -> &'static str {
        if with_labels { self.labels } else { self.mask }
    }
}

impl Pair {
    /// Reads both files; `label` lists the labels of the structure when references are label maps.
    ///
    /// # Errors
    /// Exit code 3; the message names the file.
    pub fn load(&self, label: Option<&[i32]>) -> Result<(Scan, Mask), StageError> {
        let scan = ports::load_scan(&self.image)?;
        let mask = match label {
            None => ports::load_mask(&self.reference)?,
            Some(label) => ports::load_labels(&self.reference)?.select(label),
        };
        ports::require_same_grid(&self.image, scan.grid(), &self.reference, mask.grid())?;
        Ok((scan, mask))
    }
}
