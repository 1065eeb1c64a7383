//! Files by role: which scans have them, and the geometry of volumes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rsom_formats::nifti;
use rsom_manifest::ScanEntry;
use rsom_stage::{Kind, StageError, interrupt};
use rsom_volume::Orientation;

/// The files of a role.
#[derive(Debug, Clone, PartialEq)]
pub struct RoleSummary {
    /// The role.
    pub role: String,
    /// Number of scans with it.
    pub scans: usize,
    /// Number of files.
    pub files: usize,
    /// The scans without it, in the order of the manifest.
    pub without: Vec<String>,
    /// Paths of files that are not there.
    pub missing: Vec<String>,
    /// Paths of volumes whose header cannot be read, with the reason.
    pub unreadable: Vec<(String, String)>,
    /// The geometries of the volumes with the scans that have them, the most frequent one first. Empty for other files.
    pub geometries: Vec<(Geometry, Vec<String>)>,
}

/// The grid of a volume, in words: equal words are equal geometries.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Geometry {
    /// Extents in voxels, as `333 × 171 × 500`.
    pub shape: String,
    /// Voxel size in mm, as `0.012 × 0.012 × 0.003 mm`, or `unknown`.
    pub spacing: String,
    /// Axis codes as those of nibabel, such as `RAI`; `None` if the file does not state them.
    pub orientation: Option<String>,
}

pub(super) fn of(scans: &[ScanEntry], root: &Path) -> Result<Vec<RoleSummary>, StageError> {
    let roles: BTreeSet<&String> = scans.iter().flat_map(|scan| scan.files.keys()).collect();
    roles
        .into_iter()
        .map(|role| summary(role, scans, root))
        .collect()
}

fn summary(role: &str, scans: &[ScanEntry], root: &Path) -> Result<RoleSummary, StageError> {
    let mut summary = RoleSummary {
        role: role.to_owned(),
        scans: 0,
        files: 0,
        without: Vec::new(),
        missing: Vec::new(),
        unreadable: Vec::new(),
        geometries: Vec::new(),
    };
    let mut geometries: BTreeMap<Geometry, Vec<String>> = BTreeMap::new();
    for scan in scans {
        interrupt::check()?;
        let Some(files) = scan.files.get(role) else {
            summary.without.push(scan.id.clone());
            continue;
        };
        summary.scans += 1;
        summary.files += files.len();
        for file in files {
            let path = root.join(&file.path);
            if !path.is_file() {
                summary.missing.push(file.path.clone());
            } else if Kind::Volume.accepts_name(&path) {
                match geometry(&path) {
                    Ok(found) => geometries.entry(found).or_default().push(scan.id.clone()),
                    Err(fault) => summary.unreadable.push((file.path.clone(), fault)),
                }
            }
        }
    }
    summary.geometries = geometries.into_iter().collect();
    let by_count = |(_, ids): &(Geometry, Vec<String>)| std::cmp::Reverse(ids.len());
    summary.geometries.sort_by_key(by_count);
    Ok(summary)
}

fn geometry(path: &Path) -> Result<Geometry, String> {
    let grid = nifti::read_grid(path).map_err(|fault| fault.to_string())?;
    let stated = nifti::states_orientation(path).map_err(|fault| fault.to_string())?;
    let [x, y, z] = grid.shape();
    Ok(Geometry {
        shape: format!("{x} × {y} × {z}"),
        spacing: grid.spacing().to_string(),
        orientation: stated.then(|| Orientation::of(&grid).to_string()),
    })
}
