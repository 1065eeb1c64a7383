//! The named steps in one chain, configured: resample, normalize, flatten, crop.

use rsom_volume::{LabelMap, Scan};

use crate::PreprocessError;
use crate::crop::Region;
use crate::flatten::{Flattening, Shifts};
use crate::normalize::{Range, Window, normalize};
use crate::rearrange::Rearrangement;
use crate::resample::{self, Nearest, Target};
use crate::surface::{Detection, Surface, detect};

/// Where the level comes from that a scan is flattened to.
#[derive(Debug, Clone, PartialEq)]
pub enum Level {
    /// Nothing is flattened; depths count from the top of the scan.
    Top,
    /// A surface found in the scan itself.
    Detected(Detection),
    /// A surface that is known, on the columns of the scan after resampling.
    Given(Surface),
}

/// The steps and their settings, in the order in which they are done; `None` leaves a step out.
#[derive(Debug, Clone, PartialEq)]
pub struct Preparation {
    /// First, resample.
    pub resample: Option<Target>,
    /// Then stretch the intensities of each channel.
    pub normalize: Option<(Window, Range)>,
    /// Then roll the columns so that a surface is level.
    pub level: Level,
    /// Then keep this range of depth, in voxels from the level: from the first up to, but without, the second.
    pub depth_range_vox: Option<[isize; 2]>,
    /// Last, crop or pad x to this many columns, alike on both sides.
    pub width_vox: Option<usize>,
}

/// What a preparation puts out.
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    /// The scan.
    pub scan: Scan,
    /// Its labels, moved by the same steps.
    pub labels: Option<LabelMap>,
    /// The shifts that flattened both, on the columns of the result; `None` when nothing was flattened.
    pub shifts: Option<Shifts>,
}

/// Prepares a scan and, if there are any, its labels on the same grid.
///
/// The level is put at the surface's mean depth, rounded, so that the tissue stays about where it was in space. A depth
/// range that reaches beyond the scan is filled with zeros there, and no column loses voxels within the range.
///
/// # Errors
/// Scan and labels on different grids; an empty depth range; whatever the single steps refuse.
pub fn prepare(
    scan: Scan,
    labels: Option<LabelMap>,
    preparation: &Preparation,
) -> Result<Prepared, PreprocessError> {
    if let Some(labels) = &labels {
        scan.grid().require_same(labels.grid())?;
    }
    let (scan, labels) = resampled(scan, labels, preparation.resample)?;
    let scan = match preparation.normalize {
        Some((window, range)) => normalize(scan, window, range)?,
        None => scan,
    };
    let surface = match &preparation.level {
        Level::Top => None,
        Level::Detected(detection) => Some(detect(&scan, detection)?),
        Level::Given(surface) => Some(surface.clone()),
    };
    let (step, level_vox) = flattening(&scan, surface.as_ref());
    let step = within_range(step, level_vox, preparation.depth_range_vox)?;
    let (scan, labels) = (step.scan(&scan)?, apply(&step, labels)?);
    let mut region = Region::whole(scan.grid());
    if let Some(width) = preparation.width_vox {
        region = region.centered(0, width);
    }
    Ok(Prepared {
        scan: region.scan(&scan)?,
        labels: apply(&region, labels)?,
        shifts: surface.map(|_| step.shifts.columns(region)),
    })
}

fn resampled(
    scan: Scan,
    labels: Option<LabelMap>,
    target: Option<Target>,
) -> Result<(Scan, Option<LabelMap>), PreprocessError> {
    let Some(target) = target else {
        return Ok((scan, labels));
    };
    let nearest = Nearest::new(scan.grid(), target)?;
    Ok((resample::linear(&scan, target)?, apply(&nearest, labels)?))
}

fn flattening(scan: &Scan, surface: Option<&Surface>) -> (Flattening, isize) {
    match surface {
        Some(surface) => {
            let level = surface.mean_vox().round();
            let step = Flattening::in_place(Shifts::to_level(surface, level));
            (step, level as isize)
        }
        None => {
            let [x, y, _] = scan.grid().shape();
            (Flattening::in_place(Shifts::none([x, y])), 0)
        }
    }
}

fn within_range(
    step: Flattening,
    level_vox: isize,
    range: Option<[isize; 2]>,
) -> Result<Flattening, PreprocessError> {
    let Some(range) = range else {
        return Ok(step);
    };
    let region = Region {
        start: [0; 3],
        shape: [1; 3],
    };
    let region = region.depth(range.map(|d| level_vox.saturating_add(d)))?;
    Ok(Flattening {
        start_vox: region.start[2],
        depth_vox: Some(region.shape[2]),
        ..step
    })
}

fn apply(
    step: &impl Rearrangement,
    labels: Option<LabelMap>,
) -> Result<Option<LabelMap>, PreprocessError> {
    labels.map(|l| step.labels(&l)).transpose()
}
