//! All steps in one chain: resample, normalize, flatten, crop.

use ndarray::Array2;
use rsom_volume::{LabelMap, Scan};

use crate::PreprocessError;
use crate::crop::Region;
use crate::flatten::{Flattening, Shifts};
use crate::normalize::{Range, Window, normalize};
use crate::rearrange::Rearrangement;
use crate::resample::{self, Nearest, Target};
use crate::surface::{Detection, Surface, detect};

/// The surface that a scan is flattened to.
#[derive(Debug, Clone, PartialEq)]
pub enum Level {
    /// No flattening; depths count from the top of the scan.
    Top,
    /// A surface detected in the scan itself.
    Detected(Detection),
    /// A given surface, on the columns of the scan after resampling.
    Given(Surface),
}

/// The steps and their settings, in order of execution; `None` skips a step.
#[derive(Debug, Clone, PartialEq)]
pub struct Preparation {
    /// First, resample.
    pub resample: Option<Target>,
    /// Then stretch the intensities of each channel.
    pub normalize: Option<(Window, Range)>,
    /// Then roll the columns so that a surface is level.
    pub level: Level,
    /// Then keep this depth range, in voxels from the level: the start is included, the end is not.
    pub depth_range_vox: Option<[isize; 2]>,
    /// Last, crop or pad x to this many columns, equally on both sides.
    pub width_vox: Option<usize>,
}

/// The result of a preparation.
#[derive(Debug, Clone, PartialEq)]
pub struct PreparedVolumes {
    /// The scan.
    pub scan: Scan,
    /// Its labels, processed by the same steps.
    pub labels: Option<LabelMap>,
    /// The shifts that flattened both, on the columns of the result; `None` without flattening.
    pub shifts: Option<Shifts>,
    /// Where the first voxel of the result lies in the scan (after resampling): x, y, and z before the shift.
    pub start_vox: [isize; 3],
}

impl PreparedVolumes {
    /// Depths of the scan, of shape (x, y), on the columns of the result. NaN outside the scan, and where the depth leaves the
    /// result: there the field of view cuts the tissue.
    #[must_use]
    pub fn depths_vox(&self, depths_vox: &Array2<f64>) -> Array2<f64> {
        let [nx, ny, nz] = self.scan.grid().shape();
        let place = |index: usize, start: isize| usize::try_from(index as isize + start).ok();
        let depth = |(x, y)| {
            let source = (place(x, self.start_vox[0])?, place(y, self.start_vox[1])?);
            let shift = self
                .shifts
                .as_ref()
                .map_or(0, |shifts| shifts.voxels[[x, y]]);
            let depth = depths_vox.get(source)? + f64::from(shift) - self.start_vox[2] as f64;
            (depth > -0.5 && depth < nz as f64 - 0.5).then_some(depth)
        };
        Array2::from_shape_fn((nx, ny), |column| depth(column).unwrap_or(f64::NAN))
    }
}

/// Prepares a scan and, if given, its labels on the same grid.
///
/// The level is the surface's mean depth, rounded, so the tissue keeps its approximate position in space. Where a depth
/// range extends beyond the scan, the result is zero; within the range no column loses voxels.
///
/// # Errors
/// Scan and labels on different grids; an empty depth range; errors of the steps.
pub fn prepare(
    scan: Scan,
    labels: Option<LabelMap>,
    preparation: &Preparation,
) -> Result<PreparedVolumes, PreprocessError> {
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
    Ok(PreparedVolumes {
        scan: region.scan(&scan)?,
        labels: apply(&region, labels)?,
        start_vox: [region.start[0], region.start[1], step.start_vox],
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
