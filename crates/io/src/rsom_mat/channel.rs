//! One reconstruction (LF or HF) of a raw scan.

use std::path::Path;

use ndarray::Array3;

use super::variable::{fault, numbers};
use rsom_formats::FormatError;
use rsom_formats::Numbers;
use rsom_formats::matlab::{self, Class, MatFile, NewArray, NewNumbers};
use rsom_stage::{StageError, atomic};
use rsom_volume::RawChannel;

/// Voxel size of RSOM scans along x, y, z, in mm.
pub const SPACING_MM: [f64; 3] = [0.012, 0.012, 0.003];
/// Names of the channels.
pub const CHANNELS: [&str; 2] = ["LF", "HF"];

/// Name of the variable that holds a reconstruction.
const RECONSTRUCTION: &str = "R";

/// Reads the reconstruction in a MATLAB file: the variable `R` (z, y, x), or the only variable with three axes.
///
/// # Errors
/// The file cannot be read or holds no such variable; NaN or infinite voxels.
pub fn read_channel(path: &Path) -> Result<RawChannel, FormatError> {
    let file = MatFile::open(path)?;
    let volumes: Vec<_> = file
        .variables()
        .iter()
        .filter(|v| v.dims.len() == 3)
        .collect();
    let variable = match (file.variable(RECONSTRUCTION), volumes.as_slice()) {
        (Some(variable), _) => variable,
        (None, [variable]) => *variable,
        (None, _) => {
            let names: Vec<&str> = file.variables().iter().map(|v| v.name.as_str()).collect();
            return Err(fault(format_args!(
                "there is no variable R; the file has {names:?}"
            )));
        }
    };
    let [z, y, x] = *variable.dims.as_slice() else {
        let what = format_args!(
            "{} has {} axes, not three (z, y, x)",
            variable.name,
            variable.dims.len()
        );
        return Err(fault(what));
    };
    if matches!(
        variable.class,
        Class::Cell | Class::Struct | Class::Object | Class::Char
    ) {
        let what = format_args!("{} is of class {}", variable.name, variable.class.name());
        return Err(fault(what));
    }
    if [z, y, x].contains(&0) {
        return Err(fault(format_args!("{} is empty", variable.name)));
    }
    // MATLAB's first index runs fastest: depth, as in (x, y, z).
    let shape = (x, y, z);
    let misshaped = |e: ndarray::ShapeError| fault(e);
    Ok(match numbers(file.read(variable)?, &variable.name)? {
        Numbers::F32(values) => {
            finite(values.iter().all(|v| v.is_finite()), &variable.name)?;
            RawChannel::Single(Array3::from_shape_vec(shape, values).map_err(misshaped)?)
        }
        other => {
            let values = other.into_f64();
            finite(values.iter().all(|v| v.is_finite()), &variable.name)?;
            RawChannel::Double(Array3::from_shape_vec(shape, values).map_err(misshaped)?)
        }
    })
}

/// Writes a reconstruction in the scanner's format: the variable `R` (z, y, x), in the precision of the channel,
/// optionally compressed.
///
/// # Errors
/// Exit code 4: the file cannot be written, or the format is limited to fewer voxels.
pub fn write_channel(
    path: &Path,
    channel: &RawChannel,
    compressed: bool,
) -> Result<(), StageError> {
    atomic::write(path, |temporary| {
        write(temporary, channel, compressed).map_err(|e| StageError::output(path, e))
    })
}

fn write(path: &Path, channel: &RawChannel, compressed: bool) -> Result<(), FormatError> {
    let [x, y, z] = channel.shape();
    let dims = vec![z, y, x];
    let name = RECONSTRUCTION;
    // In memory depth runs fastest, which is MATLAB's first index.
    let (single, double);
    let numbers = match channel {
        RawChannel::Single(voxels) => {
            single = voxels.as_standard_layout();
            single.as_slice().map(NewNumbers::Single)
        }
        RawChannel::Double(voxels) => {
            double = voxels.as_standard_layout();
            double.as_slice().map(NewNumbers::Double)
        }
    };
    let numbers = numbers.ok_or_else(|| {
        FormatError::format(
            "MATLAB",
            "the voxels are not stored in memory in the order x, y, z",
        )
    })?;
    let array = NewArray {
        name,
        dims,
        numbers,
    };
    matlab::write(path, &[array], compressed)
}

fn finite(all: bool, name: &str) -> Result<(), FormatError> {
    if all {
        return Ok(());
    }
    Err(fault(format_args!("{name} has NaN or infinite values")))
}
