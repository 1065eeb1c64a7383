//! The bridge from a stage's inputs and outputs to volumes and tables.
//!
//! `read_*` takes the invocation and the name of an input; a fault is exit code 3 and names the file. `write_*` takes
//! the name of an output; the file appears whole or not at all, with its provenance, and a fault is exit code 4.
//! `load_*` and `save_*` do the same for a path, for inputs that take several and for folders of outputs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ndarray::ArrayView3;
use rsom_stage::{Invocation, StageError, atomic, log, sidecar};
use rsom_volume::{Grid, LabelMap, Mask, Scan};

use crate::sidecar::Sidecar;
use rsom_formats::FormatError;
use rsom_formats::nifti::{self, Reading, Storage};
use rsom_formats::table::{Table, parquet};

/// The metadata key of a Parquet file under which its provenance stands.
pub const PROVENANCE_KEY: &str = "rsom";

/// Reads the scan of an input, its channels named as the sidecar says.
///
/// # Errors
/// Exit code 3: the file or its sidecar cannot be trusted; NaN or infinite voxels.
pub fn read_scan(invocation: &Invocation, input: &str) -> Result<Scan, StageError> {
    load_scan(invocation.input(input)?)
}

/// Reads the binary mask of an input.
///
/// # Errors
/// Exit code 3: the file cannot be trusted; it holds more than one value beside 0.
pub fn read_mask(invocation: &Invocation, input: &str) -> Result<Mask, StageError> {
    load_mask(invocation.input(input)?)
}

/// Reads the label map of an input, its labels named as the sidecar says.
///
/// # Errors
/// Exit code 3: the file or its sidecar cannot be trusted; a value that is no integer.
pub fn read_labels(invocation: &Invocation, input: &str) -> Result<LabelMap, StageError> {
    load_labels(invocation.input(input)?)
}

/// Reads the tables of an input and puts their rows below each other, as [`Table::concatenated`] does.
///
/// # Errors
/// Exit code 3: a file cannot be trusted.
pub fn read_table(invocation: &Invocation, input: &str) -> Result<Table, StageError> {
    let tables: Vec<Table> = read_tables(invocation, input)?
        .into_iter()
        .map(|(_, table)| table)
        .collect();
    Table::concatenated(&tables).map_err(StageError::inputs)
}

/// Reads the tables of an input one by one, with their paths.
///
/// # Errors
/// Exit code 3: a file cannot be trusted.
pub fn read_tables(
    invocation: &Invocation,
    input: &str,
) -> Result<Vec<(PathBuf, Table)>, StageError> {
    // Says which input is missing when none was given.
    invocation.input(input)?;
    let paths = invocation.inputs(input).iter();
    paths
        .map(|path| Ok((path.clone(), load_table(path)?)))
        .collect()
}

/// Reads a scan, its channels named as the sidecar says.
///
/// # Errors
/// As [`read_scan`].
pub fn load_scan(path: &Path) -> Result<Scan, StageError> {
    load_scan_with(path, Reading::DEFAULT)
}

/// Reads a scan under the given limits, its channels named as the sidecar says.
///
/// # Errors
/// As [`nifti::read_scan_with`].
pub fn load_scan_with(path: &Path, reading: Reading) -> Result<Scan, StageError> {
    let scan = nifti::read_scan_with(path, reading).map_err(|e| at_input(path, e))?;
    warn_of_doubts(path)?;
    let names = Sidecar::read(path).map_err(|e| at_input(path, e))?;
    let Some(names) = names.and_then(|s| s.channels) else {
        return Ok(scan);
    };
    let (grid, _, intensities) = scan.into_parts();
    Scan::new(grid, names, intensities).map_err(|e| StageError::input(&sidecar::path_of(path), e))
}

/// Reads a binary mask.
///
/// # Errors
/// As [`read_mask`].
pub fn load_mask(path: &Path) -> Result<Mask, StageError> {
    nifti::read_mask(path).map_err(|e| at_input(path, e))
}

/// Reads a label map, its labels named as the sidecar says.
///
/// # Errors
/// As [`read_labels`].
pub fn load_labels(path: &Path) -> Result<LabelMap, StageError> {
    let labels = nifti::read_labels(path).map_err(|e| at_input(path, e))?;
    let names = Sidecar::read(path).map_err(|e| at_input(path, e))?;
    Ok(match names.and_then(|sidecar| sidecar.labels) {
        Some(names) => labels.named(names),
        None => labels,
    })
}

/// Reads a table.
///
/// # Errors
/// Exit code 3: the file cannot be trusted.
pub fn load_table(path: &Path) -> Result<Table, StageError> {
    parquet::read(path).map_err(|e| at_input(path, e))
}

/// Writes a scan to an output, with its sidecar.
///
/// # Errors
/// Exit code 4: it cannot be written, or an intensity does not fit the storage.
pub fn write_scan(
    invocation: &Invocation,
    output: &str,
    scan: &Scan,
    storage: Storage,
) -> Result<(), StageError> {
    save_scan(invocation, invocation.output(output)?, scan, storage)
}

/// Writes a mask to an output, with its sidecar.
///
/// # Errors
/// Exit code 4: it cannot be written.
pub fn write_mask(invocation: &Invocation, output: &str, mask: &Mask) -> Result<(), StageError> {
    save_mask(invocation, invocation.output(output)?, mask)
}

/// Writes a label map to an output, with its sidecar.
///
/// # Errors
/// Exit code 4: it cannot be written.
pub fn write_labels(
    invocation: &Invocation,
    output: &str,
    labels: &LabelMap,
) -> Result<(), StageError> {
    save_labels(invocation, invocation.output(output)?, labels)
}

/// Writes probabilities (one channel in single precision, from 0 to 1) to an output, with their sidecar.
///
/// # Errors
/// Exit code 4: they cannot be written. Exit code 1: they are no probabilities of one channel.
pub fn write_probabilities(
    invocation: &Invocation,
    output: &str,
    probabilities: &Scan,
) -> Result<(), StageError> {
    let channels = probabilities.channels().len();
    if channels != 1 {
        return Err(StageError::failure(format_args!(
            "{channels} channels of probabilities where one is expected"
        )));
    }
    let mut values = probabilities.intensities().iter();
    if let Some(value) = values.find(|p| !(0.0..=1.0).contains(*p)) {
        return Err(StageError::failure(format_args!(
            "{value} is no probability"
        )));
    }
    write_scan(invocation, output, probabilities, Storage::Float32)
}

/// Writes a table to an output, its provenance in the metadata. Sort the rows first: files should be reproducible.
///
/// # Errors
/// Exit code 4: it cannot be written.
pub fn write_table(invocation: &Invocation, output: &str, table: &Table) -> Result<(), StageError> {
    save_table(invocation, invocation.output(output)?, table)
}

/// Writes a scan, with its sidecar.
///
/// # Errors
/// As [`write_scan`].
pub fn save_scan(
    invocation: &Invocation,
    path: &Path,
    scan: &Scan,
    storage: Storage,
) -> Result<(), StageError> {
    let sidecar = Sidecar {
        channels: Some(scan.channels().to_vec()),
        ..Sidecar::default()
    };
    save_volume(invocation, path, sidecar, |p| {
        nifti::write_scan(p, scan, storage)
    })
}

/// Writes named channels of bytes to an output, with their sidecar: a scan whose intensities are whole numbers to 255.
///
/// # Errors
/// Exit code 4: they cannot be written.
pub fn write_bytes(
    invocation: &Invocation,
    output: &str,
    grid: &Grid,
    channels: &[(&str, ArrayView3<'_, u8>)],
) -> Result<(), StageError> {
    let names = channels.iter().map(|(name, _)| (*name).to_owned());
    let sidecar = Sidecar {
        channels: Some(names.collect()),
        ..Sidecar::default()
    };
    let voxels: Vec<_> = channels.iter().map(|(_, voxels)| voxels.view()).collect();
    save_volume(invocation, invocation.output(output)?, sidecar, |p| {
        nifti::write_bytes(p, grid, &voxels)
    })
}

/// Writes a mask, with its sidecar.
///
/// # Errors
/// As [`write_mask`].
pub fn save_mask(invocation: &Invocation, path: &Path, mask: &Mask) -> Result<(), StageError> {
    save_volume(invocation, path, Sidecar::default(), |p| {
        nifti::write_mask(p, mask)
    })
}

/// Writes a label map, with its sidecar.
///
/// # Errors
/// As [`write_labels`].
pub fn save_labels(
    invocation: &Invocation,
    path: &Path,
    labels: &LabelMap,
) -> Result<(), StageError> {
    let sidecar = Sidecar {
        labels: Some(labels.names().clone()).filter(|names| !names.is_empty()),
        ..Sidecar::default()
    };
    save_volume(invocation, path, sidecar, |p| {
        nifti::write_labels(p, labels)
    })
}

/// Writes a table, its provenance in the metadata.
///
/// # Errors
/// As [`write_table`].
pub fn save_table(invocation: &Invocation, path: &Path, table: &Table) -> Result<(), StageError> {
    let provenance = invocation.provenance()?.to_string();
    let metadata = BTreeMap::from([(PROVENANCE_KEY.to_owned(), provenance)]);
    atomic::write(path, |temporary| {
        parquet::write(temporary, table, &metadata).map_err(|e| at_output(path, e))
    })
}

/// Checks that two files lie on one grid.
///
/// # Errors
/// Exit code 3 with both geometries.
pub fn require_same_grid(
    left_path: &Path,
    left: &Grid,
    right_path: &Path,
    right: &Grid,
) -> Result<(), StageError> {
    left.require_same(right).map_err(|_| {
        StageError::inputs(format_args!(
            "{} and {} must agree in shape, spacing and affine: {left} against {right}",
            left_path.display(),
            right_path.display()
        ))
    })
}

/// How many voxels deeper than the first file's grid the second one's begins, as [`Grid::depth_offset_of`] says.
///
/// # Errors
/// Exit code 3 with both geometries when they differ in more than their range of depths.
pub fn require_depth_offset(
    left_path: &Path,
    left: &Grid,
    right_path: &Path,
    right: &Grid,
) -> Result<isize, StageError> {
    left.depth_offset_of(right).ok_or_else(|| {
        StageError::inputs(format_args!(
            "{} and {} must agree in spacing, orientation and extents along x and y, and begin whole voxels apart in depth: {left} against {right}",
            left_path.display(),
            right_path.display()
        ))
    })
}

/// A fault of an input; the line starts with the file's name.
#[must_use]
pub fn at_input(path: &Path, fault: FormatError) -> StageError {
    match fault {
        // One of several files is at fault: it is the one to name.
        FormatError::At { path, fault } => at_input(&path, *fault),
        FormatError::System(error) => StageError::input(path, atomic::plain(&error)),
        fault => StageError::input(path, fault),
    }
}

fn warn_of_doubts(path: &Path) -> Result<(), StageError> {
    for doubt in nifti::read_doubts(path).map_err(|e| at_input(path, e))? {
        log::warn(format_args!("{}: {doubt}", path.display()));
    }
    Ok(())
}

/// A fault of an output.
fn at_output(path: &Path, fault: FormatError) -> StageError {
    match fault {
        FormatError::System(error) => StageError::output(path, atomic::plain(&error)),
        fault => StageError::output(path, fault),
    }
}

/// Writes the sidecar first, so that no volume is ever without one. A file that stands in its place and is none of
/// ours is the user's, and stays.
pub(crate) fn save_volume(
    invocation: &Invocation,
    path: &Path,
    mut sidecar: Sidecar,
    write: impl FnOnce(&Path) -> Result<(), FormatError> + Send,
) -> Result<(), StageError> {
    let beside = sidecar::path_of(path);
    if beside.exists() && !sidecar::is_ours(path) {
        let fault = "the file is there and rsom did not write it; choose another output name";
        return Err(StageError::output(&beside, fault));
    }
    atomic::write(path, |temporary| {
        // Hashing the inputs takes one core, and writing does not keep all of them busy.
        let (written, provenance) =
            rayon::join(|| write(temporary), || invocation.provenance().cloned());
        written.map_err(|e| at_output(path, e))?;
        sidecar.provenance = Some(provenance?);
        // Only once the voxels are on the disk, and before they appear: a failed write changes neither file, and no
        // volume is ever without its sidecar.
        atomic::sync(temporary).map_err(|e| StageError::output(path, atomic::plain(&e)))?;
        atomic::write_bytes(&beside, &sidecar.to_bytes())
    })
}
