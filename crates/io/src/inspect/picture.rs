//! Content of a PNG or TIFF file.

use std::path::Path;

use rsom_formats::FormatError;
use serde_json::json;

use super::report::{Report, number};
use rsom_formats::images::{self, Sample};

pub(super) fn report(path: &Path) -> Result<Report, FormatError> {
    let pages = images::read_pictures(path)?;
    let is_png = path
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("png"));
    let size = |p: &images::Picture| (p.width, p.height, p.channels);
    let first = pages.first().map(size).unwrap_or_default();
    let values = || pages.iter().flat_map(|p| p.values.iter().copied());
    let finite = || values().filter(|v| v.is_finite());
    let (low, high) = finite().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| {
        (low.min(v), high.max(v))
    });
    let sample = match pages.first().map(|p| p.sample) {
        Some(Sample::Uint8) => "uint8",
        Some(Sample::Uint16) => "uint16",
        _ => "other",
    };
    let (width, height, channels) = first;
    let report = Report::new(if is_png { "PNG" } else { "TIFF" })
        .with("shape", json!([width, height, pages.len()]))
        .with("channels", json!(channels))
        .with("type", json!(sample))
        .with("range", json!([number(low), number(high)]))
        .with("nan", json!(values().filter(|v| v.is_nan()).count()));
    if pages.iter().all(|p| size(p) == first) {
        return Ok(report);
    }
    Ok(report.with(
        "doubts",
        json!(["the pages differ in size; the first one is shown"]),
    ))
}
