//! Looks into the first files of a study: the shape of scans, and the labels of masks.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ndarray::Array3;
use rsom_formats::images::{Picture, Reading, read_pictures};
use rsom_formats::nifti;
use rsom_io::ports::at_input;
use rsom_stage::StageError;
use rsom_volume::{Grid, LabelMap, Spacing};

use super::files::Format;

/// Least share of the labeled voxels that a label has; fewer are smoothed edges of drawings.
const LEAST_SHARE: f64 = 0.02;

/// The labels of a mask, which may have several files. `None` if `init` does not read the format.
///
/// # Errors
/// Exit code 3: a file cannot be read, or has several channels.
pub(super) fn labels(format: Format, files: &[PathBuf]) -> Result<Option<LabelMap>, StageError> {
    let Some(first) = files.first() else {
        return Ok(None);
    };
    let pictures = match format {
        Format::Nifti => {
            let map = nifti::read_labels(first).map_err(|fault| at_input(first, fault))?;
            return Ok(Some(map));
        }
        Format::Hdf5 => return Ok(None),
        Format::Tiff | Format::Pictures => pictures(files)?,
    };
    let shape = shape_of(format, &pictures);
    let fault = || {
        StageError::input(
            first,
            "its pictures differ in size, or have several channels",
        )
    };
    let is_alike = |picture: &Picture| {
        picture.channels == 1
            && [picture.width, picture.height] == [pictures[0].width, pictures[0].height]
    };
    if pictures.is_empty() || !pictures.iter().all(is_alike) {
        return Err(fault());
    }
    let labels = Array3::from_shape_fn(shape, |(x, y, z)| {
        let (picture, row) = match format {
            Format::Tiff => (z, y),
            _ => (y, z),
        };
        pictures[picture].at(row, x, 0) as i32
    });
    let grid = Grid::new(shape, Spacing::Unknown).map_err(|e| StageError::input(first, e))?;
    let map = LabelMap::new(grid, without_edges(labels), BTreeMap::new());
    map.map(Some).map_err(|e| StageError::input(first, e))
}

/// The shape (x, y, z) of a scan. `None` if it is broken, or if `init` does not read the format.
pub(super) fn shape(format: Format, files: &[PathBuf]) -> Option<[usize; 3]> {
    let first = files.first()?;
    match format {
        Format::Nifti => Some(nifti::read_grid(first).ok()?.shape()),
        Format::Hdf5 => None,
        Format::Tiff => Some(shape_of(format, &pictures(files).ok()?)),
        Format::Pictures => {
            let [x, _, z] = shape_of(format, &pictures(&files[..1]).ok()?);
            Some([x, files.len(), z])
        }
    }
}

fn pictures(files: &[PathBuf]) -> Result<Vec<Picture>, StageError> {
    let read = |path: &PathBuf| -> Result<Vec<Picture>, StageError> {
        let stack = read_pictures(path, Reading::STORED).map_err(|fault| at(path, fault))?;
        Ok(stack.slices)
    };
    Ok(files
        .iter()
        .map(read)
        .collect::<Result<Vec<_>, _>>()?
        .concat())
}

fn at(path: &Path, fault: rsom_formats::FormatError) -> StageError {
    at_input(path, fault)
}

/// The pages of a TIFF file are slices along z; other pictures are B-scans along y.
fn shape_of(format: Format, pictures: &[Picture]) -> [usize; 3] {
    let [width, height] = pictures.first().map_or([0, 0], |p| [p.width, p.height]);
    match format {
        Format::Tiff => [width, height, pictures.len()],
        _ => [width, pictures.len(), height],
    }
}

/// The labels without the values of smoothed edges.
fn without_edges(mut labels: Array3<i32>) -> Array3<i32> {
    let mut counts: BTreeMap<i32, usize> = BTreeMap::new();
    for label in labels.iter().filter(|label| **label != 0) {
        *counts.entry(*label).or_default() += 1;
    }
    let all: usize = counts.values().sum();
    let is_kept = |label: &i32| {
        let count = counts.get(label).copied().unwrap_or(0);
        count as f64 >= LEAST_SHARE * all as f64
    };
    labels.mapv_inplace(|label| if is_kept(&label) { label } else { 0 });
    labels
}
