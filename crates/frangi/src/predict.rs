//! A model applied to a scan.

use ndarray::Array3;
use rsom_volume::{Mask, Scan};

use crate::{FrangiError, Model, hysteresis, vesselness};

/// What a scan's vessels are.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// The vessels, on the scan's grid.
    pub mask: Mask,
    /// Vesselness of shape (x, y, z), from 0 to 1.
    pub vesselness: Array3<f32>,
}

/// Finds the vessels of a scan: vesselness, then hysteresis.
///
/// `watch` is as in [`vesselness`](crate::vesselness()).
///
/// # Errors
/// Those of [`vesselness`](crate::vesselness()); thresholds without meaning.
pub fn predict(
    model: &Model,
    scan: &Scan,
    watch: &mut dyn FnMut(usize, usize) -> bool,
) -> Result<Prediction, FrangiError> {
    model.thresholds.check()?;
    let vesselness = vesselness(scan, &model.settings, watch)?;
    let voxels = hysteresis(&vesselness, &model.thresholds);
    let mask = Mask::new(scan.grid().clone(), voxels)?;
    Ok(Prediction { mask, vesselness })
}
