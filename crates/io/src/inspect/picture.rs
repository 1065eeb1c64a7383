//! Content of a PNG or TIFF file.

use std::path::Path;

use rsom_formats::FormatError;
use serde_json::json;

use super::report::{Report, number};
use rsom_formats::images::{self, Picture, Reading};

pub(super) fn report(path: &Path) -> Result<Report, FormatError> {
    let stack = images::read_pictures(path, Reading::STORED)?;
    let is_png = path
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("png"));
    let slices = &stack.slices;
    let values = || slices.iter().flat_map(|p| p.values.iter().copied());
    let finite = || values().filter(|v| v.is_finite());
    let (low, high) = finite().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| {
        (low.min(v), high.max(v))
    });
    let size = |p: &Picture| (p.width, p.height, p.channels, p.sample.to_string());
    let (width, height, channels, sample) = slices.first().map(size).unwrap_or_default();
    let report = Report::new(if is_png { "PNG" } else { "TIFF" })
        .with("shape", json!([width, height, slices.len()]))
        .with("channels", json!(channels))
        .with("type", json!(sample))
        .with("range", json!([number(low), number(high)]))
        .with("nan", json!(values().filter(|v| v.is_nan()).count()));
    let report = match stack.pixel_mm {
        [None, None, None] => report,
        size => report.with("spacing_mm", json!(size)),
    };
    if stack.notes.is_empty() {
        return Ok(report);
    }
    Ok(report.with("notes", json!(stack.notes)))
}
