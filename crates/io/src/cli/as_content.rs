//! Writes a scan as what its values represent.

use std::collections::BTreeMap;
use std::path::Path;

use rsom_stage::{Invocation, StageError, Summary};
use rsom_volume::{LabelMap, Mask, Scan};

use super::content::Content;
use crate::ports;
use rsom_formats::nifti::Storage;
use rsom_formats::{FormatError, require_mask};

/// Single precision represents every integer below, so no label is rounded.
const LARGEST_LABEL: f64 = 16_777_216.0;

/// Checks that values are what their content promises, before single precision rounds them.
///
/// # Errors
/// A mask with two values other than 0 or one that is not whole; a label that is no integer below 2^24.
pub(super) fn require_content(
    mut values: impl Iterator<Item = f64>,
    kind: Content,
) -> Result<(), FormatError> {
    match kind {
        Content::Volume => Ok(()),
        Content::Mask => require_mask(values),
        Content::Labels => match values.find(|v| v.fract() != 0.0 || v.abs() >= LARGEST_LABEL) {
            None => Ok(()),
            Some(_) => Err(FormatError::NotLabels),
        },
    }
}

/// Writes a scan as a volume, a mask or a label map, as its content says.
pub(super) fn write_as(
    invocation: &Invocation,
    path: &Path,
    scan: &Scan,
    kind: Content,
    storage: Storage,
) -> Result<Summary, StageError> {
    let summary = Summary::new().with("shape", scan.grid().shape().to_vec());
    if kind == Content::Volume {
        ports::write_scan(invocation, "output", scan, storage)?;
        return Ok(summary);
    }
    let values = scan.channel(0).filter(|_| scan.channels().len() == 1);
    let values = values
        .ok_or_else(|| StageError::input(path, "a mask or label map must have one channel"))?;
    let grid = scan.grid().clone();
    require_content(values.iter().map(|v| f64::from(*v)), kind)
        .map_err(|e| ports::at_input(path, e))?;
    if kind == Content::Mask {
        let mask = Mask::new(grid, values.mapv(|v| v != 0.0)).map_err(StageError::inputs)?;
        ports::write_mask(invocation, "output", &mask)?;
        return Ok(summary.with("voxels", mask.count()));
    }
    let labels = LabelMap::new(grid, values.mapv(|v| v as i32), BTreeMap::new());
    ports::write_labels(invocation, "output", &labels.map_err(StageError::inputs)?)?;
    Ok(summary)
}
