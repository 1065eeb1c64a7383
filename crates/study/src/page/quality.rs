//! Slices of each scan with its masks, for a look at their quality.

use std::collections::BTreeMap;
use std::sync::Mutex;

use rayon::prelude::*;
use rsom_pipeline::RecordedRun;
use rsom_stage::{Progress, StageError, interrupt};
use rsom_viewer::files::{self, Role, ViewFile};
use rsom_viewer::{Preview, PreviewError, Still, View};
use serde::Serialize;

use super::files::Folder;
use super::place::{Place, ViewData};
use super::volumes::{Volume, is_mask, volumes};

/// The slices of a scan.
#[derive(Debug, Serialize)]
pub(super) struct Slices {
    /// For the viewer.
    pub view: Option<ViewData>,
    /// For paper.
    pub still: Option<Picture>,
}

/// One B-scan of a scan as a picture.
#[derive(Debug, Serialize)]
pub(super) struct Picture {
    /// Its address: `data:image/jpeg;…`, or a file beside the page.
    pub data: String,
    pub width: usize,
    pub height: usize,
    pub y: usize,
    /// Name and color of each mask in it.
    pub masks: Vec<(String, String)>,
}

/// The slices of each scan that has any, in the order of the tasks. What is not shown is named in `left_out`.
///
/// # Errors
/// Exit code 130: interrupted. Exit code 4: a file beside the page cannot be written.
pub(super) fn views(
    recorded: &RecordedRun,
    folder: &Folder,
    (place, most_bytes): (&Place, u64),
    left_out: &mut Vec<String>,
) -> Result<Vec<(String, Slices)>, StageError> {
    let mut scans = volumes(recorded);
    scans.retain(|(_, volumes)| !volumes.is_empty());
    let most_bytes = place.bytes_of_view(most_bytes, scans.len());
    let progress = Mutex::new(Progress::start("slices of scans", scans.len() as u64));
    let one = |(number, (_, volumes)): (usize, &(&str, Vec<Volume<'_>>))| {
        interrupt::check()?;
        let (slices, missing) = slices(folder, volumes, (place, number, most_bytes))?;
        if let Ok(mut progress) = progress.lock() {
            progress.advance(1);
        }
        Ok((slices, missing))
    };
    let found: Result<Vec<_>, StageError> = scans.par_iter().enumerate().map(one).collect();
    if let Ok(progress) = progress.into_inner() {
        progress.finish();
    }
    let mut views = Vec::new();
    let mut all_missing: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for ((scan, _), (slices, missing)) in scans.iter().zip(found?) {
        if slices.view.is_some() || slices.still.is_some() {
            views.push(((*scan).to_owned(), slices));
        }
        for line in missing {
            all_missing.entry(line).or_default().push(scan);
        }
    }
    left_out.extend(
        all_missing
            .into_iter()
            .map(|(line, scans)| match scans[..] {
                [scan] => format!("slices of {scan}, {line}"),
                _ => format!(
                    "slices of {} and {} more, {line}",
                    scans[0],
                    scans.len() - 1
                ),
            }),
    );
    Ok(views)
}

/// The slices of a scan, and what they leave out.
fn slices(
    folder: &Folder,
    volumes: &[Volume<'_>],
    (place, number, most_bytes): (&Place, usize, usize),
) -> Result<(Slices, Vec<String>), StageError> {
    let (view, mut missing) = loaded(folder, volumes);
    let mut slices = Slices {
        view: None,
        still: None,
    };
    let Some(view) = view else {
        return Ok((slices, missing));
    };
    let still = Still::of(&view).unwrap_or_else(|fault| {
        missing.push(fault.to_string());
        None
    });
    // Pictures in a page are written in base64: four letters for three bytes.
    let bytes = |still: &Still| still.jpeg.len().div_ceil(3) * 4;
    let left = most_bytes.saturating_sub(still.as_ref().map_or(0, bytes));
    match Preview::of(&view, left) {
        Ok(preview) => {
            let json = serde_json::to_string(&preview).map_err(StageError::failure)?;
            slices.view = Some(place.view(number, &json)?);
        }
        Err(fault) => {
            let more = match fault {
                PreviewError::TooLarge(_) => {
                    "; --most-mib allows more, and --folder has 1 MiB for each scan"
                }
                _ => "",
            };
            missing.push(format!("{fault}{more}"));
        }
    }
    // A page without room for slices has none for pictures of them.
    if let (Some(still), true) = (still, slices.view.is_some()) {
        slices.still = Some(Picture {
            data: place.picture("image/jpeg", &still.jpeg)?,
            width: still.size[0],
            height: still.size[1],
            y: still.y,
            masks: still.masks,
        });
    }
    Ok((slices, missing))
}

/// The volumes of a scan on one grid, and what is missing.
fn loaded(folder: &Folder, volumes: &[Volume<'_>]) -> (Option<View>, Vec<String>) {
    let mut missing = Vec::new();
    let mut shown = Vec::new();
    for volume in volumes {
        let name = volume.name.clone();
        match folder.volume(volume.file) {
            Ok(path) => shown.push(ViewFile {
                is_named_by_sidecar: folder.has_sidecar(&path),
                path,
                name,
                role: match is_mask(Some(volume.kind)) {
                    true => Role::Mask {
                        reference: volume.is_reference,
                    },
                    false => Role::Image,
                },
            }),
            Err(fault) => missing.push(format!("{name}: {fault}")),
        }
    }
    let loaded = files::load(&shown);
    missing.extend(loaded.left_out);
    (loaded.view, missing)
}
