//! Reads the inputs of a stage as volumes and tables, and writes its outputs.
//!
//! `read_*` takes the invocation and the name of an input; errors have exit code 3 and name the file. `write_*` takes
//! the name of an output and writes the file with its provenance, atomically: either complete or not at all; errors
//! have exit code 4. `load_*` and `save_*` do the same for a path, for inputs with several files and for output
//! folders.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ndarray::ArrayView3;
use rsom_stage::{Invocation, StageError, atomic, log, sidecar};
use rsom_volume::{Grid, LabelMap, Mask, Scan, Spacing};

use crate::sidecar::Sidecar;
use crate::text_table;
use rsom_formats::FormatError;
use rsom_formats::nifti::{self, Noted, Reading, Storage};
use rsom_formats::table::{Table, parquet};

/// The metadata key of a Parquet file that holds its provenance.
pub const PROVENANCE_KEY: &str = "rsom";

/// Reads the scan of an input; the sidecar names its channels.
///
/// # Errors
/// Exit code 3: the file or its sidecar is broken or unsupported; NaN or infinite voxels.
pub fn read_scan(invocation: &Invocation, input: &str) -> Result<Scan, StageError> {
    load_scan(invocation.input(input)?)
}

/// Reads the binary mask of an input.
///
/// # Errors
/// Exit code 3: the file is broken or unsupported, or holds more than one value in addition to 0.
pub fn read_mask(invocation: &Invocation, input: &str) -> Result<Mask, StageError> {
    load_mask(invocation.input(input)?)
}

/// Reads the label map of an input; the sidecar names its labels.
///
/// # Errors
/// Exit code 3: the file or its sidecar is broken or unsupported; a value that is not an integer.
pub fn read_labels(invocation: &Invocation, input: &str) -> Result<LabelMap, StageError> {
    load_labels(invocation.input(input)?)
}

/// Reads the tables of an input and concatenates their rows, as [`Table::concatenated`] does.
///
/// # Errors
/// Exit code 3: a file is broken or unsupported, or the columns do not match.
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
/// Exit code 3: a file is broken or unsupported.
pub fn read_tables(
    invocation: &Invocation,
    input: &str,
) -> Result<Vec<(PathBuf, Table)>, StageError> {
    // Reports a missing input by its name.
    invocation.input(input)?;
    let paths = invocation.inputs(input).iter();
    paths
        .map(|path| Ok((path.clone(), load_table(path)?)))
        .collect()
}

/// Reads a scan; the sidecar names its channels.
///
/// # Errors
/// As [`read_scan`].
pub fn load_scan(path: &Path) -> Result<Scan, StageError> {
    load_scan_with(path, Reading::DEFAULT)
}

/// Reads a scan within the given limits; the sidecar names its channels.
///
/// # Errors
/// As [`nifti::read_scan_with`].
pub fn load_scan_with(path: &Path, reading: Reading) -> Result<Scan, StageError> {
    let scan = load(path, |path| nifti::read_scan_with(path, reading))?;
    let Some(sidecar) = read_sidecar(path)? else {
        return Ok(scan);
    };
    let Some(names) = sidecar.channels else {
        return Ok(scan);
    };
    if names.len() != scan.channels().len() && sidecar.provenance.is_none() {
        log::warn(format_args!(
            "{}: it names {} channels, but the volume has {}; the names are ignored",
            sidecar::path_of(path).display(),
            names.len(),
            scan.channels().len()
        ));
        return Ok(scan);
    }
    let (grid, _, intensities) = scan.into_parts();
    Scan::new(grid, names, intensities).map_err(|e| StageError::input(&sidecar::path_of(path), e))
}

/// Reads a volume and warns of doubts about its geometry and its values: the way of every volume into a stage.
fn load<T>(
    path: &Path,
    read: impl FnOnce(&Path) -> Result<Noted<T>, FormatError>,
) -> Result<T, StageError> {
    let Noted { volume, notes } = read(path).map_err(|e| at_input(path, e))?;
    for note in notes {
        log::warn(format_args!("{}: {note}", path.display()));
    }
    for doubt in nifti::read_doubts(path).map_err(|e| at_input(path, e))? {
        log::warn(format_args!("{}: {doubt}", path.display()));
    }
    Ok(volume)
}

/// Reads the sidecar of a volume. A file that cannot be read as one, such as a broken file of another program, counts as
/// absent, with a warning: the volume itself is good.
fn read_sidecar(path: &Path) -> Result<Option<Sidecar>, StageError> {
    match Sidecar::read(path) {
        Ok(sidecar) => Ok(sidecar),
        Err(fault @ FormatError::System(_)) => Err(at_input(path, fault)),
        Err(fault) => {
            log::warn(format_args!(
                "{}; the sidecar is ignored, so that names of channels and labels are unknown",
                at_input(path, fault)
            ));
            Ok(None)
        }
    }
}

/// Reads a binary mask.
///
/// # Errors
/// As [`read_mask`].
pub fn load_mask(path: &Path) -> Result<Mask, StageError> {
    load_mask_with(path, Reading::DEFAULT)
}

/// Reads a binary mask with the given options.
///
/// # Errors
/// As [`nifti::read_mask_with`].
pub fn load_mask_with(path: &Path, reading: Reading) -> Result<Mask, StageError> {
    load(path, |path| nifti::read_mask_with(path, reading))
}

/// Reads a label map; the sidecar names its labels.
///
/// # Errors
/// As [`read_labels`].
pub fn load_labels(path: &Path) -> Result<LabelMap, StageError> {
    load_labels_with(path, Reading::DEFAULT)
}

/// Reads a label map with the given options; the sidecar names its labels.
///
/// # Errors
/// As [`nifti::read_labels_with`].
pub fn load_labels_with(path: &Path, reading: Reading) -> Result<LabelMap, StageError> {
    let labels = load(path, |path| nifti::read_labels_with(path, reading))?;
    Ok(
        match read_sidecar(path)?.and_then(|sidecar| sidecar.labels) {
            Some(names) => labels.named(names),
            None => labels,
        },
    )
}

/// Reads a table: Parquet, or delimited text if its name ends in `.csv`, `.tsv` or `.txt`.
///
/// # Errors
/// Exit code 3: the file is broken or unsupported.
pub fn load_table(path: &Path) -> Result<Table, StageError> {
    let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase());
    if !matches!(ending.as_deref(), Some("csv" | "tsv" | "txt")) {
        return parquet::read(path).map_err(|e| at_input(path, e));
    }
    text_table::read(path)
}

/// Writes a scan to an output, with its sidecar.
///
/// # Errors
/// Exit code 4: the file cannot be written, or an intensity does not fit the storage type.
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
/// Exit code 4: the file cannot be written.
pub fn write_mask(invocation: &Invocation, output: &str, mask: &Mask) -> Result<(), StageError> {
    save_mask(invocation, invocation.output(output)?, mask)
}

/// Writes a label map to an output, with its sidecar.
///
/// # Errors
/// Exit code 4: the file cannot be written.
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
/// Exit code 4: the file cannot be written. Exit code 1: more than one channel, or a value outside 0 to 1.
pub fn write_probabilities(
    invocation: &Invocation,
    output: &str,
    probabilities: &Scan,
) -> Result<(), StageError> {
    let channels = probabilities.channels().len();
    if channels != 1 {
        return Err(StageError::failure(format_args!(
            "probabilities have {channels} channels, but one is expected"
        )));
    }
    let mut values = probabilities.intensities().iter();
    if let Some(value) = values.find(|p| !(0.0..=1.0).contains(*p)) {
        return Err(StageError::failure(format_args!(
            "{value} is not a probability from 0 to 1"
        )));
    }
    write_scan(invocation, output, probabilities, Storage::Float32)
}

/// Writes a table to an output, with its provenance in the metadata. Sort the rows before: files should be
/// reproducible.
///
/// # Errors
/// Exit code 4: the file cannot be written.
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

/// Writes named channels of bytes to an output, with their sidecar: a scan whose intensities are integers from 0 to
/// 255.
///
/// # Errors
/// Exit code 4: the file cannot be written.
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

/// Writes a table, with its provenance in the metadata.
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

/// Checks that two files lie on the same grid. Returns the voxel size that both agree on: unknown if one of them does not
/// know it and the other states 1 × 1 × 1 mm, as programs built on ITK do for every volume.
///
/// # Errors
/// Exit code 3; the message states what differs.
pub fn require_same_grid(
    left_path: &Path,
    left: &Grid,
    right_path: &Path,
    right: &Grid,
) -> Result<Spacing, StageError> {
    let (left_path, right_path) = (left_path.display(), right_path.display());
    if let Some(difference) = left.difference(right) {
        return Err(StageError::inputs(format_args!(
            "{left_path} and {right_path} must lie on the same grid, but {difference}"
        )));
    }
    if left.spacing() != right.spacing() && left.agreed_spacing(right) == Spacing::Unknown {
        log::warn(format_args!(
            "{left_path} and {right_path}: the voxel size is {} and {}; it counts as unknown",
            left.spacing(),
            right.spacing()
        ));
    }
    Ok(left.agreed_spacing(right))
}

/// Number of voxels by which the second file's grid begins deeper than the first one's, as [`Grid::depth_offset_of`]
/// defines it.
///
/// # Errors
/// Exit code 3 when the grids differ in more than their depth range; the message states what differs.
pub fn require_depth_offset(
    left_path: &Path,
    left: &Grid,
    right_path: &Path,
    right: &Grid,
) -> Result<isize, StageError> {
    left.depth_offset_of(right).ok_or_else(|| {
        let difference = left.difference_beside_depth(right).unwrap_or_default();
        StageError::inputs(format_args!(
            "{} and {} may differ only in their range of depths, but {difference}",
            left_path.display(),
            right_path.display()
        ))
    })
}

/// An error about an input; the message starts with the file's name.
#[must_use]
pub fn at_input(path: &Path, fault: FormatError) -> StageError {
    match fault {
        // When a file of a pair is at fault, name that one.
        FormatError::At { path, fault } => at_input(&path, *fault),
        FormatError::System(error) => StageError::input(path, atomic::plain(&error)),
        fault => StageError::input(path, fault),
    }
}

/// An error about an output.
fn at_output(path: &Path, fault: FormatError) -> StageError {
    match fault {
        FormatError::System(error) => StageError::output(path, atomic::plain(&error)),
        fault => StageError::output(path, fault),
    }
}

/// Writes the sidecar before the volume, so that no volume is ever without one. An existing sidecar that rsom did not
/// write belongs to the user and is not replaced.
pub(crate) fn save_volume(
    invocation: &Invocation,
    path: &Path,
    mut sidecar: Sidecar,
    write: impl FnOnce(&Path) -> Result<(), FormatError> + Send,
) -> Result<(), StageError> {
    let sidecar_path = sidecar::path_of(path);
    if sidecar_path.exists() && !sidecar::is_ours(path) {
        let fault = "the file exists and was not written by rsom; choose another output name";
        return Err(StageError::output(&sidecar_path, fault));
    }
    atomic::write(path, |temporary| {
        // Hashing the inputs keeps one core busy, and writing does not use all of them.
        let (written, provenance) =
            rayon::join(|| write(temporary), || invocation.provenance().cloned());
        written.map_err(|e| at_output(path, e))?;
        sidecar.provenance = Some(provenance?);
        // Written after the voxels are on the disk, but before they get their final name: a failed write changes
        // neither file, and no volume is ever without its sidecar.
        atomic::sync(temporary).map_err(|e| StageError::output(path, atomic::plain(&e)))?;
        atomic::write_bytes(&sidecar_path, &sidecar.to_bytes())
    })
}
