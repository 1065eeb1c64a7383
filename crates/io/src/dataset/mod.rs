//! Which scans with references a command reads: given one by one, or chosen from a manifest.

mod chosen;
mod source;
mod stated;
mod training;

use std::path::PathBuf;

use rsom_stage::StageError;
use rsom_volume::{Mask, Scan};

pub use chosen::Chosen;
pub use training::Dataset;

use crate::ports;

/// A scan and the file that marks what is sought in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// Name of the scan: the manifest's, or that of its file.
    pub scan: String,
    /// Whose scan it is, when a manifest says so.
    pub subject: Option<String>,
    /// The scan.
    pub image: PathBuf,
    /// Mask or label map.
    pub reference: PathBuf,
    /// sha256 of both, when a manifest states them.
    stated: Option<[String; 2]>,
}

/// Names of the inputs that hold scans and their references.
#[derive(Debug, Clone, Copy)]
struct Names {
    image: &'static str,
    mask: &'static str,
    labels: &'static str,
}

/// The inputs that hold the scans of a command, or those that it trains on.
const MAIN: Names = Names {
    image: "image",
    mask: "mask",
    labels: "labels",
};

impl Names {
    /// The input that holds the references.
    fn reference(self, with_labels: bool) -> &'static str {
        if with_labels { self.labels } else { self.mask }
    }
}

impl Pair {
    /// Reads both files; `label` says which labels are sought when references are label maps.
    ///
    /// # Errors
    /// Exit code 3 with the file at fault.
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
