//! The volumes of a phantom as files.

use ndarray::Axis;
use rsom_stage::StageError;
use rsom_volume::Scan;

use crate::{Phantom, PhantomError};

/// The surface as a volume of shape (x, y, 1) that holds depths in voxels, on the scan's columns.
///
/// # Errors
/// Never for a phantom of this library.
pub(super) fn surface(phantom: &Phantom) -> Result<Scan, StageError> {
    let [x, y, _] = phantom.scan.grid().shape();
    let grid = phantom.scan.grid().window([0; 3], [x, y, 1]);
    let values = phantom.surface_vox.clone();
    let values = values.insert_axis(Axis(2)).insert_axis(Axis(3));
    Scan::new(
        grid.map_err(StageError::failure)?,
        vec!["depth_vox".into()],
        values,
    )
    .map_err(StageError::failure)
}

/// A configuration that describes no scan is the caller's fault.
pub(super) fn fault(error: PhantomError) -> StageError {
    StageError::usage(error)
}
