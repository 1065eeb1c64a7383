//! Summary of the voxels of a file: range, NaN and infinite values, labels.

use std::collections::BTreeSet;
use std::path::Path;

use super::header::Header;
use super::limits::Limits;
use super::scaling::Scaling;
use super::source::OpenFile;
use super::voxels::{StoredValue, Voxels, each_type};
use crate::FormatError;

/// Largest number of distinct values of an integer volume that are listed as labels.
const MOST_LABELS: usize = 32;

/// Summary of the voxels of a file, after scaling.
#[derive(Debug, Clone, PartialEq)]
pub struct VoxelSummary {
    /// Smallest and largest finite value; `None` without finite values.
    pub range: Option<[f64; 2]>,
    /// Number of NaN values.
    pub nan: u64,
    /// Number of infinite values.
    pub infinite: u64,
    /// The distinct values, when they are few integers.
    pub labels: Option<BTreeSet<i64>>,
}

/// Reads a file and summarizes its voxels.
///
/// # Errors
/// The file is invalid; its voxel type is not supported; the image of a pair is missing.
pub fn summarize(path: &Path) -> Result<VoxelSummary, FormatError> {
    let opened = OpenFile::open(path, Limits::DEFAULT)?;
    let header = opened.header.clone();
    let voxels = Voxels::decode(&header, opened.voxels()?.bytes)?;
    Ok(VoxelSummary::of(&header, &voxels))
}

/// Whether the voxels exist; the image of a pair may be missing.
///
/// # Errors
/// The header is invalid.
pub fn has_voxels(path: &Path) -> Result<bool, FormatError> {
    Ok(OpenFile::open(path, Limits::DEFAULT)?.has_voxels())
}

impl VoxelSummary {
    fn of(header: &Header, voxels: &Voxels) -> Self {
        let (slope, intercept) = header.scaling.unwrap_or((1.0, 0.0));
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        let (mut nan, mut infinite) = (0, 0);
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
        Self {
            range: (low <= high).then_some([low, high]),
            nan,
            infinite,
            labels: few_integers(voxels, Scaling::of(header)),
        }
    }
}

fn few_integers(voxels: &Voxels, scaling: Option<Scaling>) -> Option<BTreeSet<i64>> {
    let mut found = BTreeSet::new();
    let mut last = None;
    each_type!(voxels, stored => for value in stored {
        let whole = match scaling {
            None => value.integer(),
            Some(scaling) => scaling.whole(value.double()).integer(),
        };
        let value = i64::try_from(whole?).ok()?;
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
