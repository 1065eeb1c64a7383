//! `rsom-preprocess resample`.

use rsom_parameters::Parameters;
use rsom_stage::{Command, Invocation, StageError, Summary};

use super::fault;
use super::volumes::{self, Volumes};
use crate::{Nearest, Target, linear};

/// The command `resample`.
pub(super) fn command() -> Command {
    let about = "Resample over the same field of view: intensities linearly, labels and masks to the nearest voxel";
    volumes::with_ports(Command::new("resample", about, run))
        .parameters(Settings::declare())
        .example("rsom-preprocess resample --image scan.nii.gz --output half.nii.gz --shrink 2,2,2")
        .example("rsom-preprocess resample --mask half_mask.nii.gz --output-mask mask.nii.gz --shape 333,171,500")
}

/// The target of the resampling.
#[derive(Parameters)]
pub(super) struct Settings {
    /// Resample to this number of voxels along x, y, z.
    #[parameter(min = 1, unit = "voxels")]
    shape: Option<[usize; 3]>,
    /// Resample to about this voxel size along x, y, z.
    #[parameter(unit = "mm")]
    spacing_mm: Option<[f64; 3]>,
    /// Average this number of voxels along x, y, z into one.
    #[parameter(min = 1, advanced)]
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
    let settings: Settings = invocation.settings()?;
    let target = settings
        .target()?
        .ok_or_else(|| StageError::usage("give one of --shape, --spacing-mm and --shrink"))?;
    let mut volumes = Volumes::read(invocation)?;
    let path = volumes.path.clone();
    let fault = fault::of_step(&path);
    let nearest = Nearest::new(volumes.grid()?, target).map_err(&fault)?;
    // Intensities are interpolated; only labels and masks take the nearest voxel.
    let scan = volumes.scan.take();
    let mut resampled = volumes.through(&nearest)?;
    resampled.scan = scan
        .map(|s| linear(&s, target))
        .transpose()
        .map_err(&fault)?;
    resampled.write(invocation)?;
    Ok(Summary::new().with("shape", resampled.grid()?.shape().to_vec()))
}
