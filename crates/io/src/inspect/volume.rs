//! Content of a NIfTI file.

use std::path::Path;

use rsom_formats::FormatError;
use rsom_formats::nifti::{self, VoxelSummary};
use rsom_volume::{Grid, Orientation, Spacing};
use serde_json::{Value, json};

use super::report::{Report, number};
use crate::sidecar::Sidecar;

pub(super) fn report(path: &Path) -> Result<Report, FormatError> {
    let header = nifti::read_header(path)?;
    // A header without a usable voxel size is shown all the same.
    let grid = nifti::read_grid(path).ok();
    let spacing = match grid.as_ref().map(Grid::spacing) {
        Some(Spacing::Millimetres(mm)) => json!(mm),
        Some(Spacing::Unknown) => Value::Null,
        None => json!(format!("none: pixdim {:?}", &header.pixdim[1..])),
    };
    let orientation = match &grid {
        Some(grid) => orientation(path, grid)?,
        None => Value::Null,
    };
    let order = if header.big_endian { "big" } else { "little" };
    let report = Report::new(format!("NIfTI-{}", header.version))
        .with("shape", json!(header.shape))
        .with("spacing_mm", spacing)
        .with("type", json!(header.voxel_type.to_string()))
        .with("byte_order", json!(order))
        .with("affine", json!(grid.as_ref().map(Grid::affine)))
        .with("orientation", orientation)
        .with("qform_code", json!(header.qform_code))
        .with("sform_code", json!(header.sform_code))
        .with("description", json!(header.description));
    let report = match header.scaling {
        Some((slope, intercept)) => report.with("scaling", json!([slope, intercept])),
        None => report,
    };
    let report = match nifti::read_intent(path)? {
        Some(intent) => report.with("intent", json!(intent)),
        None => report,
    };
    let report = names(path, report)?;
    let report = match nifti::read_doubts(path)? {
        doubts if doubts.is_empty() => report,
        doubts => report.with("doubts", json!(doubts)),
    };
    if !nifti::has_voxels(path)? {
        return Ok(not_read(
            report,
            "the other file of the pair (.hdr and .img) is missing",
        ));
    }
    match nifti::summarize(path) {
        Ok(summary) => Ok(values(report, &summary)),
        Err(FormatError::Unsupported { what, .. }) => {
            Ok(not_read(report, &format!("{what} is not supported")))
        }
        Err(fault) => Err(fault),
    }
}

/// The axis codes, such as `RAI`; null when the header does not state them.
fn orientation(path: &Path, grid: &Grid) -> Result<Value, FormatError> {
    if !nifti::states_orientation(path)? {
        return Ok(Value::Null);
    }
    Ok(json!(Orientation::of(grid).to_string()))
}

fn not_read(report: Report, why: &str) -> Report {
    report.with("voxels", json!(format!("not read: {why}")))
}

fn names(path: &Path, mut report: Report) -> Result<Report, FormatError> {
    let sidecar = match Sidecar::read(path) {
        Ok(Some(sidecar)) => sidecar,
        Ok(None) => return Ok(report),
        // Another program's file does not stop the look at the volume.
        Err(fault) => return Ok(report.with("sidecar", json!(format!("not read: {fault}")))),
    };
    if let Some(channels) = sidecar.channels {
        report = report.with("channels", json!(channels));
    }
    if let Some(labels) = sidecar.labels {
        report = report.with("labels", json!(labels));
    }
    if let Some(provenance) = sidecar.provenance {
        let (tool, command) = (&provenance["tool"], &provenance["command"]);
        report = report.with(
            "generated_by",
            json!([tool, provenance["version"], command]),
        );
    }
    Ok(report)
}

/// Adds range, NaN and infinite counts, and the distinct values when they are few.
fn values(report: Report, summary: &VoxelSummary) -> Report {
    let range = summary.range.map(|range| range.map(number));
    let report = report
        .with("range", json!(range))
        .with("nan", json!(summary.nan))
        .with("infinite", json!(summary.infinite));
    match &summary.labels {
        Some(labels) => report.with("values", json!(labels)),
        None => report,
    }
}
