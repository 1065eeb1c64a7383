//! ImageDescription of ImageJ: lines of `key=value` (ImageJ source, `ij/io/FileSaver.java` and `TiffEncoder.java`).

use std::collections::BTreeMap;

use super::axes::{Axes, Counts};
use super::calibration::Line;
use super::length::in_mm;

/// Whether a text is a description of ImageJ.
pub(super) fn is(text: &str) -> bool {
    text.starts_with("ImageJ=")
}

/// The order of the pages: channels vary fastest, then slices, then frames.
///
/// `per_pixel` holds XResolution and YResolution, in pixels per `unit`.
///
/// # Errors
/// Numbers that contradict the pages; several frames; another order; a calibration other than a straight line.
pub(super) fn axes(text: &str, pages: usize, per_unit: [Option<f64>; 2]) -> Result<Axes, String> {
    let keys: BTreeMap<&str, &str> = text
        .lines()
        .filter_map(|line| line.split_once('='))
        .collect();
    let count = |key: &str| match keys.get(key).map(|value| value.trim()) {
        None => Ok(None),
        Some(value) => match value.parse::<usize>() {
            Ok(count @ 1..=16_777_216) => Ok(Some(count)),
            _ => Err(format!(
                "broken TIFF: ImageJ's description says {key}={value}"
            )),
        },
    };
    let (channels, slices, frames) = (count("channels")?, count("slices")?, count("frames")?);
    let images = count("images")?.unwrap_or(pages);
    if pages != images && pages != 1 {
        return Err(format!(
            "TIFF: ImageJ's description says images={images}, but the file has {pages} pages"
        ));
    }
    let named = channels.is_some() || slices.is_some() || frames.is_some();
    let counts = Counts {
        channels: channels.unwrap_or(1),
        // Without any of them the images are slices.
        slices: slices.unwrap_or(if named { 1 } else { images }),
        times: frames.unwrap_or(1),
    };
    if let Some(order) = keys
        .get("order")
        .filter(|order| !order.trim().to_lowercase().starts_with("xyczt"))
    {
        return Err(format!(
            "TIFF: ImageJ's order of axes '{order}' is not supported; save the stack as xyczt"
        ));
    }
    let Counts {
        channels,
        slices,
        times,
    } = counts;
    if counts.planes() != Some(images) {
        // A gray stack of `slices` alone may hold RGB pages, which count as one.
        return Err(format!(
            "TIFF: ImageJ's description says images={images}, but also channels={channels}, slices={slices} and frames={times}"
        ));
    }
    let mut axes = Axes::ordered(counts, ['c', 'z', 't'])?;
    set_size(&mut axes, &keys, per_unit);
    axes.calibration = calibration(&keys)?;
    axes.notes.extend(axes.calibration.map(Line::note));
    Ok(axes)
}

/// The calibration of the values. Function 0 is a straight line, and how ImageJ stores signed integers; 20 is none.
///
/// # Errors
/// Another function; a line without its two numbers.
fn calibration(keys: &BTreeMap<&str, &str>) -> Result<Option<Line>, String> {
    let number = |key: &str| {
        let number = keys.get(key).and_then(|value| value.trim().parse().ok());
        number.filter(|number: &f64| number.is_finite())
    };
    match keys.get("cf").map(|function| function.trim()) {
        None | Some("20") => Ok(None),
        Some("0") => match (number("c0"), number("c1")) {
            (Some(0.0), Some(1.0)) => Ok(None),
            (Some(offset), Some(factor)) if factor != 0.0 => Ok(Some(Line { offset, factor })),
            _ => Err(
                "broken TIFF: ImageJ's description says cf=0 without two numbers c0 and c1".into(),
            ),
        },
        Some(function) => Err(format!(
            "TIFF: a calibration by ImageJ's function {function} (cf={function}) is not supported; store the calibrated values in ImageJ (Image > Type > 32-bit)"
        )),
    }
}

/// Sets the size of a voxel where the description gives it a unit of length.
fn set_size(axes: &mut Axes, keys: &BTreeMap<&str, &str>, per_unit: [Option<f64>; 2]) {
    let unit = keys.get("unit").copied().unwrap_or_default();
    let along = |key: &str| keys.get(key).copied().unwrap_or(unit);
    let size =
        |per_unit: Option<f64>, unit: &str| in_mm(1.0 / per_unit.filter(|n| *n > 0.0)?, unit);
    let spacing = keys
        .get("spacing")
        .and_then(|value| value.trim().parse::<f64>().ok());
    axes.pixel_mm = [
        size(per_unit[0], unit),
        size(per_unit[1], along("yunit")),
        // ImageJ writes a negative distance for stacks in reverse order.
        spacing.and_then(|spacing| in_mm(spacing.abs(), along("zunit"))),
    ];
    if spacing.is_some_and(|spacing| spacing < 0.0) {
        axes.notes.push(
            "ImageJ's description has a negative distance of slices; its absolute value is taken"
                .into(),
        );
    }
}
