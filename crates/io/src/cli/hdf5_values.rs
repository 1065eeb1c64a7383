//! The values of an HDF5 dataset as intensities, a mask or labels.

use ndarray::{Array4, ArrayD, IxDyn};
use rsom_formats::hdf5::{Array, Attributes, Dataset, Kind, Packing};
use rsom_formats::nifti::Storage;
use rsom_formats::{Changed, FormatError, Numbers};
use rsom_stage::log;

use super::as_content::require_content;
use super::content::Content;
use super::hdf5_axes::Axes;

/// How values are read.
pub(super) struct Reading<'a> {
    /// What they represent.
    pub content: Content,
    /// The value of those that the file marks as missing; `None` refuses them.
    pub missing: Option<f64>,
    /// What the file says about them.
    pub attributes: &'a Attributes,
}

/// Reads the values as (x, y, z, channel), and determines the narrowest type that represents them.
///
/// # Errors
/// No values; complex numbers; missing values without another value for them; packed values that are neither a mask nor
/// labels; values that are not finite.
pub(super) fn read(
    dataset: &Dataset,
    axes: &Axes,
    reading: &Reading,
) -> Result<(Array4<f32>, Storage), FormatError> {
    let fault = |what: &dyn std::fmt::Display| {
        FormatError::format("HDF5", format_args!("{}: {what}", dataset.path()))
    };
    let shape: Vec<usize> = dataset.shape().iter().map(|n| *n as usize).collect();
    if shape.contains(&0) {
        return Err(fault(&"it has no values"));
    }
    let packing = Packing::of(reading.attributes).map_err(|what| fault(&what))?;
    let Array {
        real,
        imaginary: None,
    } = dataset.numbers()?
    else {
        return Err(fault(
            &"it holds complex numbers; import its magnitude instead",
        ));
    };
    let storage = storage(&real);
    let integers = !matches!(real, Numbers::F32(_) | Numbers::F64(_)) && packing.is_plain();
    let (values, storage) = match packing.is_plain() && packing.missing.is_empty() {
        true => (real, storage),
        false => {
            let (values, changed) =
                unpacked(real, &packing, reading).map_err(|what| fault(&what))?;
            let storage = if changed { Storage::Float32 } else { storage };
            (Numbers::F64(values), storage)
        }
    };
    let all = || (0..values.len()).filter_map(|index| values.get(index));
    if !axes.0.contains(&'c') {
        require_content(all(), reading.content)?;
    }
    for note in Changed::of(all(), integers).notes() {
        log::warn(format_args!("{}: {note}", dataset.path()));
    }
    let values = values.into_f32();
    let bad = values.iter().filter(|value| !value.is_finite()).count();
    if bad > 0 {
        let what = format!("{bad} values are NaN, infinite or outside single precision");
        return Err(fault(&what));
    }
    let array = ArrayD::from_shape_vec(IxDyn(&shape), values).map_err(|e| fault(&e))?;
    let turned = turned(array, axes).map_err(|e| fault(&e))?;
    Ok((turned, storage))
}

/// The type that stores numbers without change.
fn storage(numbers: &Numbers) -> Storage {
    match numbers {
        Numbers::U8(_) => Storage::Uint8,
        Numbers::U16(_) => Storage::Uint16,
        Numbers::I8(_) | Numbers::I16(_) => Storage::Int16,
        _ => Storage::Float32,
    }
}

/// The values that stored numbers stand for, and whether any differs from what is stored.
fn unpacked(
    stored: Numbers,
    packing: &Packing,
    reading: &Reading,
) -> Result<(Vec<f64>, bool), String> {
    let mut values = stored.into_f64();
    let (mut count, mut first) = (0_usize, None);
    for value in &mut values {
        match (packing.marks(*value), reading.missing) {
            (None, _) => *value = packing.value(*value),
            (Some(mark), instead) => {
                count += 1;
                first.get_or_insert(mark);
                *value = instead.unwrap_or(*value);
            }
        }
    }
    if let (Some((name, mark)), None) = (first, reading.missing) {
        return Err(format!(
            "{count} values are {mark}, which its attribute {name} marks as missing; --missing gives another value for them"
        ));
    }
    let whole = |value: &f64| value.fract() == 0.0;
    if reading.content != Content::Volume && !packing.is_plain() && !values.iter().all(whole) {
        let Packing { scale, offset, .. } = packing;
        return Err(format!(
            "its attributes scale_factor {scale} and add_offset {offset} give values that are not whole, and so no mask or labels"
        ));
    }
    Ok((values, count > 0 || !packing.is_plain()))
}

/// The array with axes (x, y, z, channel).
fn turned(mut array: ArrayD<f32>, axes: &Axes) -> Result<Array4<f32>, ndarray::ShapeError> {
    let mut letters = axes.0.clone();
    for letter in "xyzc".chars().filter(|letter| !axes.0.contains(letter)) {
        array = array.insert_axis(ndarray::Axis(letters.len()));
        letters.push(letter);
    }
    let places: Vec<usize> = "xyzc"
        .chars()
        .filter_map(|letter| letters.iter().position(|found| *found == letter))
        .collect();
    let turned = array.permuted_axes(IxDyn(&places)).into_dimensionality()?;
    Ok(turned.as_standard_layout().into_owned())
}

/// Why a dataset cannot be a volume, if its type is the reason.
pub(super) fn fault_of_type(dataset: &Dataset) -> Option<&'static str> {
    match dataset.kind() {
        Kind::Number | Kind::Logical => None,
        Kind::Complex => Some("it holds complex numbers; import its magnitude instead"),
        _ => Some("it does not hold numbers; store the numbers as a dataset of their own"),
    }
}
