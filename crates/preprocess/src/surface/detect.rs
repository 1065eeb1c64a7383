//! Detects a surface in every B-scan.

use ndarray::{Array2, Axis};
use rayon::prelude::*;
use rsom_parameters::Parameters;
use rsom_volume::Scan;

use super::path::{self, Limits};
use super::response;
use super::settings::{Choice, Detection, Feature};
use crate::PreprocessError;

/// Depth of a boundary in voxels along z, of shape (x, y); a boundary between voxels k − 1 and k has depth k.
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

/// Smallest contrast of a rival path, as a share of the contrast of the strongest path.
const RIVAL_SHARE: f64 = 0.5;

/// Detects one surface in every B-scan (fixed y) independently.
///
/// Each B-scan is first smoothed along x. The contrast of a boundary at depth z is the mean of `scale_vox` voxels below
/// it minus the mean of as many above it (for a ridge: the mean of a band minus the mean of its two neighbors). A band
/// may extend beyond the scan by less than half; only the part inside counts. The surface is the path with one depth
/// per column that maximizes the sum of contrast minus the cost of its steps, found by dynamic programming. Its depths
/// are then smoothed along x. When rivals are requested, the search is repeated at least `scale_vox` above or below the
/// path found last. B-scans do not influence each other.
///
/// # Errors
/// No such channel; settings out of range; fewer depths than two bands (ridge: three); a voxel that is not finite; a
/// B-scan without contrast.
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
    // In order, so that the first bad B-scan is reported, independent of thread timing.
    let found: Vec<Vec<f64>> = attempts
        .into_iter()
        .collect::<Result<_, PreprocessError>>()?;
    Ok(Surface {
        depth_vox: Array2::from_shape_fn((columns, slices), |(x, y)| found[y][x] as f32),
    })
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

/// The depth limits of the next rival; `None` when rivals are not requested.
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
