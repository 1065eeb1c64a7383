//! Surfaces: the depth of one boundary in every column, found in each B-scan by itself.

mod path;
mod response;

use ndarray::{Array2, Axis};
use rayon::prelude::*;
use rsom_parameters::Parameters;
use rsom_volume::Scan;

use crate::PreprocessError;
use path::Limits;

/// Depth of a boundary in voxels along z, of shape (x, y); a boundary before voxel k stands at k.
#[derive(Debug, Clone, PartialEq)]
pub struct Surface {
    /// Depth in voxels, of shape (x, y).
    pub depth_vox: Array2<f32>,
}

impl Surface {
    /// Mean depth over all columns, in voxels.
    #[must_use]
    pub fn mean_vox(&self) -> f64 {
        let sum: f64 = self.depth_vox.iter().map(|d| f64::from(*d)).sum();
        sum / self.depth_vox.len() as f64
    }
}

/// What a surface looks like along depth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, rsom_parameters::Choice)]
pub enum Feature {
    /// Dark above, bright below: the skin under the coupling water, the inner limiting membrane of a retina.
    Rise,
    /// Bright above, dark below.
    Fall,
    /// The middle of a bright band: the pigment epithelium of a retina.
    Ridge,
}

/// Which of several surfaces that look alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, rsom_parameters::Choice)]
pub enum Choice {
    /// The one with the most contrast along its whole length.
    Strongest,
    /// The uppermost of those that have at least half the contrast of the strongest.
    Shallowest,
    /// The lowermost of those that have at least half the contrast of the strongest.
    Deepest,
}

/// How to look for a surface.
#[derive(Debug, Clone, PartialEq, Parameters)]
pub struct Detection {
    /// Channel to search for the surface (unset: the mean of all channels).
    pub channel: Option<String>,
    /// Appearance of the surface along depth: dark to bright, bright to dark, or the middle of a bright band.
    #[parameter(default = Feature::Rise)]
    pub feature: Feature,
    /// Surface to take where several have at least half the contrast of the strongest.
    #[parameter(default = Choice::Strongest)]
    pub choice: Choice,
    /// Thickness of the bands to compare, about that of the bright structure.
    #[parameter(default = 20, min = 1, unit = "voxels")]
    pub scale_vox: usize,
    /// Standard deviation of the Gaussian that smooths the image along x.
    #[parameter(default = 3.0, min = 0, max = 10_000, unit = "columns")]
    pub image_sigma_columns: f64,
    /// Largest change of depth between neighboring columns.
    #[parameter(default = 1, min = 0, unit = "voxels")]
    pub max_step_vox: usize,
    /// Cost of a change of depth by one voxel, in standard deviations of the contrast of the B-scan.
    #[parameter(default = 1.0, min = 0, max = 10_000)]
    pub step_cost: f64,
    /// Standard deviation of the Gaussian that smooths the surface along x.
    #[parameter(default = 10.0, min = 0, max = 10_000, unit = "columns")]
    pub path_sigma_columns: f64,
}

/// Share of the strongest path's contrast that another path needs to count as a surface.
const RIVAL_SHARE: f64 = 0.5;

/// Finds one surface in every B-scan (fixed y), each by itself.
///
/// In each B-scan, smoothed along x, the contrast of a boundary at depth z is the mean of `scale_vox` voxels below it
/// minus that of as many above (for a ridge: the mean of a band minus that of its two neighbors); of a band that sticks
/// out of the scan by less than half, what is inside counts. The surface is the path of one depth a column with the
/// largest sum of contrast less the cost of its steps, found by dynamic programming; its depths are then smoothed along
/// x. When rivals are asked for, the search is repeated at least `scale_vox` above or below the path last found.
/// Nothing is carried from one B-scan to the next.
///
/// # Errors
/// No such channel, settings out of range, a scan of less than two bands (ridge: three) of depth, a voxel that is not
/// finite, a B-scan without contrast.
pub fn detect(scan: &Scan, detection: &Detection) -> Result<Surface, PreprocessError> {
    detection.check()?;
    let channels = detection.channels(scan)?;
    let [columns, slices, depth] = scan.grid().shape();
    let bands = if detection.feature == Feature::Ridge {
        3
    } else {
        2
    };
    if depth <= detection.scale_vox.saturating_mul(bands) {
        return Err(PreprocessError::TooShallow {
            depth_vox: depth,
            scale_vox: detection.scale_vox,
        });
    }
    let attempts: Vec<_> = (0..slices)
        .into_par_iter()
        .map(|slice| {
            let image = b_scan(scan, &channels, slice)?;
            in_b_scan(&image, detection).ok_or(PreprocessError::NoSurface { slice })
        })
        .collect();
    // In order, so that of several bad B-scans the first is named, whichever thread was faster.
    let found: Vec<Vec<f64>> = attempts
        .into_iter()
        .collect::<Result<_, PreprocessError>>()?;
    Ok(Surface {
        depth_vox: Array2::from_shape_fn((columns, slices), |(x, y)| found[y][x] as f32),
    })
}

impl Detection {
    fn channels(&self, scan: &Scan) -> Result<Vec<usize>, PreprocessError> {
        let Some(wanted) = &self.channel else {
            return Ok((0..scan.channels().len()).collect());
        };
        let place = scan.channels().iter().position(|name| name == wanted);
        let index = place.ok_or_else(|| PreprocessError::NoSuchChannel {
            wanted: wanted.clone(),
            present: scan.channels().to_vec(),
        })?;
        Ok(vec![index])
    }
}

/// The mean over channels of one B-scan, of shape (x, z).
fn b_scan(scan: &Scan, channels: &[usize], slice: usize) -> Result<Array2<f64>, PreprocessError> {
    let [columns, _, depth] = scan.grid().shape();
    let mut image = Array2::zeros((columns, depth));
    let planes = scan.intensities().index_axis(Axis(1), slice);
    for &c in channels {
        let plane = planes.index_axis(Axis(2), c);
        if plane.iter().any(|v| !v.is_finite()) {
            return Err(PreprocessError::NotFinite {
                channel: scan.channels()[c].clone(),
            });
        }
        image.zip_mut_with(&plane, |sum: &mut f64, v| *sum += f64::from(*v));
    }
    image /= channels.len() as f64;
    Ok(image)
}

/// Depth of the surface in every column of an image of shape (x, z); `None` when the image has no contrast.
fn in_b_scan(image: &Array2<f64>, detection: &Detection) -> Option<Vec<f64>> {
    let contrast = response::contrast(image, detection)?;
    let find = |limits: &Limits| path::best(&contrast, limits, detection);
    let mut path = find(&Limits::free(&contrast))?;
    if path.contrast <= 0.0 {
        return None;
    }
    let least = RIVAL_SHARE * path.contrast;
    while let Some(limits) = rivals(&path.depths, &contrast, detection) {
        match find(&limits) {
            Some(rival) if rival.contrast >= least => path = rival,
            _ => break,
        }
    }
    let depths: Vec<f64> = path.depths.iter().map(|d| *d as f64).collect();
    Some(path::smoothed(&depths, detection.path_sigma_columns))
}

/// Where the next rival may run; `None` when none is wanted.
fn rivals(found: &[usize], contrast: &Array2<f64>, detection: &Detection) -> Option<Limits> {
    let gap = detection.scale_vox;
    let free = Limits::free(contrast);
    match detection.choice {
        Choice::Strongest => None,
        Choice::Shallowest => Some(Limits {
            end: found.iter().map(|d| d.saturating_sub(gap)).collect(),
            ..free
        }),
        Choice::Deepest => Some(Limits {
            start: found.iter().map(|d| d + gap + 1).collect(),
            ..free
        }),
    }
}
