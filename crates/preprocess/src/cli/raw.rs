//! Raw RSOM scans from MATLAB files.

use std::path::Path;

use ndarray::{Array2, Array3, ShapeBuilder};
use rsom_io::matlab::{Class, MatFile, Numbers, NumericArray, Value};
use rsom_io::{IoError, ports};
use rsom_stage::{Invocation, StageError, log};

use crate::{RawChannel, RawScan, SkinMap};

/// The variable of a reconstruction.
const RECONSTRUCTION: &str = "R";

/// Reads the scan of the ports `lf`, `hf` and `surface`.
///
/// # Errors
/// Exit code 3: a file cannot be read, or holds no such variable.
pub(super) fn read(invocation: &Invocation) -> Result<RawScan, StageError> {
    let channel = |port: &str| {
        let path = invocation.input(port)?;
        channel(path).map_err(|e| ports::at_input(path, e))
    };
    let channels = [channel("lf")?, channel("hf")?];
    let skin = match invocation.optional_input("surface") {
        Some(path) => Some(skin(path).map_err(|e| ports::at_input(path, e))?),
        None => {
            log::warn(
                "there is no --surface: the skin is NOT made level, as the networks expect it",
            );
            None
        }
    };
    Ok(RawScan { channels, skin })
}

/// The reconstruction: the variable `R`, or the only one of three extents.
fn channel(path: &Path) -> Result<RawChannel, IoError> {
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

/// The skin's surface: the variables `surfSmooth`, `dx` and `dy`.
fn skin(path: &Path) -> Result<SkinMap, IoError> {
    let file = MatFile::open(path)?;
    let read = |name: &str| -> Result<(Vec<usize>, Vec<f64>), IoError> {
        let Some(variable) = file.variable(name) else {
            return Err(fault(format_args!("there is no variable {name}")));
        };
        let numbers = numbers(file.read(variable)?, name)?.into_f64();
        Ok((variable.dims.clone(), numbers))
    };
    let scalar = |name: &str| match read(name)?.1.as_slice() {
        [value] => Ok(*value),
        other => Err(fault(format_args!(
            "{name} holds {} numbers, not one",
            other.len()
        ))),
    };
    let (dims, heights) = read("surfSmooth")?;
    let [x, y] = *dims.as_slice() else {
        return Err(fault(format_args!(
            "surfSmooth has {} extents, not two",
            dims.len()
        )));
    };
    Ok(SkinMap {
        heights: Array2::from_shape_vec((x, y).f(), heights).map_err(fault)?,
        step_mm: [scalar("dx")?, scalar("dy")?],
    })
}

fn numbers(value: Value, name: &str) -> Result<Numbers, IoError> {
    match value {
        Value::Numeric(NumericArray {
            real,
            imaginary: None,
            ..
        }) => Ok(real),
        _ => Err(fault(format_args!("{name} is no array of real numbers"))),
    }
}

fn finite(all: bool, name: &str) -> Result<(), IoError> {
    if all {
        return Ok(());
    }
    Err(fault(format_args!(
        "{name} holds numbers that are NaN or infinite"
    )))
}

fn fault(what: impl std::fmt::Display) -> IoError {
    IoError::Format {
        format: "MATLAB",
        fault: what.to_string(),
    }
}
