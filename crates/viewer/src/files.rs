//! A view of files.

use std::path::{Path, PathBuf};

use rsom_formats::FormatError;
use rsom_formats::nifti::{self, Reading};
use rsom_io::sidecar::Sidecar;
use rsom_volume::{Grid, LabelMap, Scan};

use crate::View;

/// A file of a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewFile {
    /// A NIfTI file.
    pub path: PathBuf,
    /// Its name in the view.
    pub name: String,
    /// What it is.
    pub role: Role,
    /// Whether the sidecar beside it names its labels.
    pub is_named_by_sidecar: bool,
}

/// An image has more values.
const MOST_LABELS: usize = 256;

/// What a file of a view is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Intensities.
    Image,
    /// A mask, or labels: each label is a mask.
    Mask {
        /// Whether it is the reference of a comparison.
        reference: bool,
    },
}

/// A view of those files that lie on one grid.
#[derive(Debug)]
pub struct Loaded {
    /// The view. `None` if no file can be shown.
    pub view: Option<View>,
    /// What is not in the view, each with the reason.
    pub left_out: Vec<String>,
}

/// Reads the files on that grid which has most masks; of several, the one with most images.
#[must_use]
pub fn load(files: &[ViewFile]) -> Loaded {
    let mut left_out = Vec::new();
    let mut grids: Vec<(Grid, Vec<&ViewFile>)> = Vec::new();
    for file in files {
        match nifti::read_grid(&file.path) {
            Ok(grid) => match grids
                .iter_mut()
                .find(|(known, _)| known.difference(&grid).is_none())
            {
                Some((_, members)) => members.push(file),
                None => grids.push((grid, vec![file])),
            },
            Err(fault) => left_out.push(said(file, &fault)),
        }
    }
    let worth = |members: &[&ViewFile]| {
        let images = members
            .iter()
            .filter(|file| file.role == Role::Image)
            .count();
        // Masks without an image are of little use.
        (images > 0, members.len() - images, images)
    };
    // The last of the largest, so from behind.
    let best = (0..grids.len())
        .rev()
        .max_by_key(|place| worth(&grids[*place].1));
    let Some((grid, members)) = best.map(|place| grids.swap_remove(place)) else {
        return Loaded {
            view: None,
            left_out,
        };
    };
    let others = grids.iter().flat_map(|(_, members)| members);
    left_out.extend(
        others.map(|file| format!("{}: it lies on another grid than the others", file.name)),
    );
    let mut view = View::new(grid);
    for file in members {
        match add(&mut view, file) {
            Ok(true) => {}
            Ok(false) => left_out.push(format!(
                "{}: a view has at most {} masks",
                file.name,
                crate::MOST_MASKS
            )),
            Err(fault) => left_out.push(said(file, &fault)),
        }
    }
    Loaded {
        view: Some(view),
        left_out,
    }
}

/// Adds a file to a view; whether all of it found its place.
fn add(view: &mut View, file: &ViewFile) -> Result<bool, FormatError> {
    match file.role {
        Role::Image => {
            let reading = Reading {
                keep_non_finite: true,
                ..Reading::DEFAULT
            };
            let scan: Scan = nifti::read_scan_with(&file.path, reading)?.volume;
            view.add_image(&file.name, &scan)
                .map_err(FormatError::from)?;
            Ok(true)
        }
        Role::Mask { reference } => {
            let labels = labels(&file.path, file.is_named_by_sidecar)?;
            let used: Vec<i32> = labels
                .in_use()
                .into_iter()
                .filter(|label| *label != 0)
                .collect();
            if used.len() > MOST_LABELS {
                return Err(FormatError::Unsupported {
                    format: "NIfTI",
                    what: format!("a mask of {} labels, as an image has", used.len()),
                });
            }
            let added = match used.len() {
                0 | 1 => view.add_mask(&file.name, reference, &labels.select(&used)),
                _ => view.add_labels(&file.name, reference, &labels),
            };
            added.map_err(FormatError::from)
        }
    }
}

/// The labels of a file, with the names in its sidecar.
fn labels(path: &Path, is_named_by_sidecar: bool) -> Result<LabelMap, FormatError> {
    let labels = nifti::read_labels_with(path, Reading::DEFAULT)?.volume;
    if !is_named_by_sidecar {
        return Ok(labels);
    }
    // A sidecar that cannot be read says no names.
    let names = Sidecar::read(path)
        .ok()
        .flatten()
        .and_then(|sidecar| sidecar.labels);
    Ok(match names {
        Some(names) => labels.named(names),
        None => labels,
    })
}

fn said(file: &ViewFile, fault: &FormatError) -> String {
    format!("{}: {fault}", file.name)
}
