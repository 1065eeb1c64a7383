//! The scans of a run of `train`, with their reference masks.

use std::path::PathBuf;

use rsom_io::ports;
use rsom_io::prepared::Prepared;
use rsom_stage::{Invocation, Kind, Port, StageError};
use rsom_volume::{Mask, Scan};

/// A scan and the file that marks its vessels.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    pub image: PathBuf,
    reference: PathBuf,
}

/// Declares the inputs that name scans, as `vesselseg train` does.
pub(super) fn inputs() -> Vec<Port> {
    let same_order = "Their reference masks, in the same order";
    vec![
        Port::required("image", Kind::Volume, "Training scans").many(),
        Port::required("mask", Kind::Mask, same_order).many(),
        Port::optional(
            "validation_image",
            Kind::Volume,
            "Scans on which the choice is evaluated, without a say in it",
        )
        .many(),
        Port::optional("validation_mask", Kind::Mask, same_order).many(),
    ]
}

impl Pair {
    /// The pairs of training scans, and those of validation scans.
    ///
    /// # Errors
    /// Exit code 2: as many masks as scans are expected.
    pub(super) fn all(invocation: &Invocation) -> Result<[Vec<Pair>; 2], StageError> {
        let training = paired(invocation, ["image", "mask"])?;
        let validation = paired(invocation, ["validation_image", "validation_mask"])?;
        Ok([training, validation])
    }

    /// Reads both.
    ///
    /// # Errors
    /// Exit code 3 with the file at fault.
    pub(super) fn load(&self) -> Result<(Scan, Mask), StageError> {
        let Prepared { scan, .. } = Prepared::load(&self.image)?;
        let mask = ports::load_mask(&self.reference)?;
        ports::require_same_grid(&self.image, scan.grid(), &self.reference, mask.grid())?;
        Ok((scan, mask))
    }
}

fn paired(invocation: &Invocation, [image, mask]: [&str; 2]) -> Result<Vec<Pair>, StageError> {
    let (images, masks) = (invocation.inputs(image), invocation.inputs(mask));
    if images.len() != masks.len() {
        let flag = |name: &str| format!("--{}", name.replace('_', "-"));
        return Err(StageError::usage(format_args!(
            "{} names {} files and {} names {}: they are paired by their order",
            flag(image),
            images.len(),
            flag(mask),
            masks.len()
        )));
    }
    let pair = |(image, reference): (&PathBuf, &PathBuf)| Pair {
        image: image.clone(),
        reference: reference.clone(),
    };
    Ok(images.iter().zip(masks).map(pair).collect())
}
