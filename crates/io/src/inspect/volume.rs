//! What is in a NIfTI file.

use std::collections::BTreeSet;
use std::path::Path;

use rsom_volume::Spacing;
use serde_json::{Value, json};

use super::Report;
use super::report::number;
use crate::IoError;
use crate::nifti::{self, Header, Limits, Opened, Stored, Voxels, each_type};
use crate::sidecar::Sidecar;

/// Integer volumes with no more different values than this get them listed: they are labels.
const MOST_LABELS: usize = 32;

pub(super) fn report(path: &Path) -> Result<Report, IoError> {
    let opened = Opened::open(path, Limits::DEFAULT)?;
    let header = opened.header.clone();
    let grid = nifti::read_grid(path)?;
    let spacing = match grid.spacing() {
        Spacing::Millimetres(mm) => json!(mm),
        Spacing::Unknown => Value::Null,
    };
    let order = if header.big_endian { "big" } else { "little" };
    let report = Report::new(format!("NIfTI-{}", header.version))
        .with("shape", json!(header.shape))
        .with("spacing_mm", spacing)
        .with("type", json!(header.voxel_type.to_string()))
        .with("byte_order", json!(order))
        .with("affine", json!(grid.affine()))
        .with("qform_code", json!(header.qform_code))
        .with("sform_code", json!(header.sform_code))
        .with("description", json!(header.description));
    let report = match header.scaling {
        Some((slope, intercept)) => report.with("scaling", json!([slope, intercept])),
        None => report,
    };
    let report = names(path, report)?;
    let report = match nifti::read_doubts(path)? {
        doubts if doubts.is_empty() => report,
        doubts => report.with("doubts", json!(doubts)),
    };
    let readable = match opened.has_voxels() {
        false => Err("the other file of the pair is missing".to_owned()),
        true => match Voxels::decode(&header, opened.voxels()?) {
            Err(IoError::Unsupported { what, .. }) => Err(format!("{what} is not supported")),
            other => Ok(other?),
        },
    };
    match readable {
        Ok(voxels) => Ok(values(report, &header, &voxels)),
        Err(why) => Ok(report.with("voxels", json!(format!("not read: {why}")))),
    }
}

fn names(path: &Path, mut report: Report) -> Result<Report, IoError> {
    let Some(sidecar) = Sidecar::read(path)? else {
        return Ok(report);
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

/// Range, NaN and infinite values, and the values themselves when they are few.
fn values(report: Report, header: &Header, voxels: &Voxels) -> Report {
    let (slope, intercept) = header.scaling.unwrap_or((1.0, 0.0));
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    let (mut nan, mut infinite) = (0_u64, 0_u64);
    each_type!(voxels, stored => for value in stored {
        let value = value.double() * slope + intercept;
        if value.is_finite() {
            low = low.min(value);
            high = high.max(value);
        } else if value.is_nan() {
            nan += 1;
        } else {
            infinite += 1;
        }
    });
    let range = if low <= high {
        json!([number(low), number(high)])
    } else {
        Value::Null
    };
    let report = report
        .with("range", range)
        .with("nan", json!(nan))
        .with("infinite", json!(infinite));
    match few_values(voxels) {
        Some(few) if header.scaling.is_none() => report.with("values", json!(few)),
        _ => report,
    }
}

fn few_values(voxels: &Voxels) -> Option<BTreeSet<i64>> {
    let mut found = BTreeSet::new();
    let mut last = None;
    each_type!(voxels, stored => for value in stored {
        let value = i64::try_from(value.integer()?).ok()?;
        if last != Some(value) {
            found.insert(value);
            last = Some(value);
            if found.len() > MOST_LABELS {
                return None;
            }
        }
    });
    Some(found)
}
