//! One reconstruction of a raw scan.

use std::path::Path;

use ndarray::Array3;

use super::fault;
use rsom_formats::FormatError;
use rsom_formats::Numbers;
use rsom_formats::matlab::{self, Class, MatFile, NewArray, NewNumbers, NumericArray, Value};
use rsom_volume::RawChannel;

/// The variable of a reconstruction.
const RECONSTRUCTION: &str = "R";

pub(super) fn read(path: &Path) -> Result<RawChannel, FormatError> {
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
                "there is no variable R; there are {names:?}"
            )));
        }
    };
    let [z, y, x] = *variable.dims.as_slice() else {
        let what = format_args!(
            "{} has {} extents, not three",
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

pub(super) fn write(
    path: &Path,
    channel: &RawChannel,
    compressed: bool,
) -> Result<(), FormatError> {
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
            "the voxels do not lie in memory in the order x, y, z",
        )
    })?;
    let array = NewArray {
        name,
        dims,
        numbers,
    };
    matlab::write(path, &[array], compressed)
}

pub(super) fn numbers(value: Value, name: &str) -> Result<Numbers, FormatError> {
    match value {
        Value::Numeric(NumericArray {
            real,
            imaginary: None,
            ..
        }) => Ok(real),
        _ => Err(fault(format_args!("{name} is no array of real numbers"))),
    }
}

fn finite(all: bool, name: &str) -> Result<(), FormatError> {
    if all {
        return Ok(());
    }
    Err(fault(format_args!(
        "{name} holds numbers that are NaN or infinite"
    )))
}
