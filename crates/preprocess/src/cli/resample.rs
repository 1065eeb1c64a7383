//! `rsom-preprocess resample`.

use rsom_stage::{Command, Invocation, Parameter, StageError, Summary};
use serde::Deserialize;

use super::fault;
use super::volumes::{self, Volumes};
use crate::{Nearest, Target, linear};

/// The command `resample`.
pub(super) fn command() -> Command {
    let about = "Resample over the same field of view: intensities linearly, labels and masks to the nearest";
    volumes::with_ports(Command::new("resample", about, run))
        .parameters(parameters())
        .example("rsom-preprocess resample --image scan.nii.gz --output half.nii.gz --shrink 2,2,2")
        .example("rsom-preprocess resample --mask half_mask.nii.gz --output-mask mask.nii.gz --shape 333,171,500")
}

/// What to resample to.
pub(super) fn parameters() -> Vec<Parameter> {
    let three = |name, about| Parameter::integers(name, about).count(3).at_least(1.0);
    vec![
        three("shape", "Resample to this many voxels along x, y, z").unit("voxels"),
        Parameter::numbers(
            "spacing_mm",
            "Resample to about this voxel size along x, y, z",
        )
        .count(3)
        .unit("mm"),
        three(
            "shrink",
            "Resample by averaging this many voxels along x, y, z into one",
        ),
    ]
}

/// The parameters of [`parameters`].
#[derive(Deserialize)]
pub(super) struct Settings {
    shape: Option<[usize; 3]>,
    spacing_mm: Option<[f64; 3]>,
    shrink: Option<[usize; 3]>,
}

impl Settings {
    /// The target, if one is given.
    ///
    /// # Errors
    /// Exit code 2 when more than one is given.
    pub fn target(&self) -> Result<Option<Target>, StageError> {
        match (self.shape, self.spacing_mm, self.shrink) {
            (None, None, None) => Ok(None),
            (Some(shape), None, None) => Ok(Some(Target::Shape(shape))),
            (None, Some(mm), None) => Ok(Some(Target::SpacingMm(mm))),
            (None, None, Some(factors)) => Ok(Some(Target::Shrink(factors))),
            _ => Err(StageError::usage(
                "give only one of --shape, --spacing-mm and --shrink",
            )),
        }
    }
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: Settings = invocation.parameters()?;
    let target = settings
        .target()?
        .ok_or_else(|| StageError::usage("give one of --shape, --spacing-mm and --shrink"))?;
    let mut volumes = Volumes::read(invocation)?;
    let path = volumes.path.clone();
    let fault = fault::of_step(&path);
    let nearest = Nearest::new(volumes.grid()?, target).map_err(&fault)?;
    // Intensities are interpolated, so only labels and masks go through the step that picks voxels.
    let scan = volumes.scan.take();
    let mut resampled = volumes.through(&nearest)?;
    resampled.scan = scan
        .map(|s| linear(&s, target))
        .transpose()
        .map_err(&fault)?;
    resampled.write(invocation)?;
    Ok(Summary::new().with("shape", resampled.grid()?.shape().to_vec()))
}
