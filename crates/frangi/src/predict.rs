//! Applies a model to a scan.

use ndarray::Array3;
use rsom_volume::{Mask, Scan};

use crate::{FrangiError, Model, hysteresis, vesselness};

/// The vessels of a scan.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// Mask of the vessels, on the scan's grid.
    pub mask: Mask,
    /// Vesselness of shape (x, y, z), from 0 to 1.
    pub vesselness: Array3<f32>,
}

/// Segments the vessels of a scan: vesselness, then hysteresis.
///
/// `watch` is as in [`vesselness`](crate::vesselness()).
///
/// # Errors
/// The errors of [`vesselness`](crate::vesselness()); invalid thresholds.
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
