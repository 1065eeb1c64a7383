//! Slices of each scan with its masks, for a look at their quality.

use std::collections::BTreeMap;
use std::sync::Mutex;

use rayon::prelude::*;
use rsom_pipeline::RecordedRun;
use rsom_stage::{Progress, StageError, interrupt};
use rsom_viewer::files::{self, Role, ViewFile};
use rsom_viewer::{Preview, PreviewError};

use super::files::Folder;
use super::place::{Place, ViewData};
use super::volumes::{Volume, is_mask, volumes};

/// The view of each scan that has one, in the order of the tasks. What is not shown is named in `left_out`.
///
/// # Errors
/// Exit code 130: interrupted. Exit code 4: a file beside the page cannot be written.
pub(super) fn views(
    recorded: &RecordedRun,
    folder: &Folder,
    (place, most_bytes): (&Place, u64),
    left_out: &mut Vec<String>,
) -> Result<Vec<(String, ViewData)>, StageError> {
    let mut scans = volumes(recorded);
    // Masks are what there is to judge.
    scans.retain(|(_, volumes)| volumes.iter().any(|volume| is_mask(Some(volume.kind))));
    let most_bytes = place.bytes_of_view(most_bytes, scans.len());
    let progress = Mutex::new(Progress::start("slices of scans", scans.len() as u64));
    let one = |(number, (_, volumes)): (usize, &(&str, Vec<Volume<'_>>))| {
        interrupt::check()?;
        let (preview, missing) = preview(folder, volumes, most_bytes);
        let view = match preview {
            Some(preview) => {
                let json = serde_json::to_string(&preview).map_err(StageError::failure)?;
                Some(place.view(number, &json)?)
            }
            None => None,
        };
        if let Ok(mut progress) = progress.lock() {
            progress.advance(1);
        }
        Ok((view, missing))
    };
    let found: Result<Vec<_>, StageError> = scans.par_iter().enumerate().map(one).collect();
    if let Ok(progress) = progress.into_inner() {
        progress.finish();
    }
    let mut views = Vec::new();
    let mut all_missing: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for ((scan, _), (view, missing)) in scans.iter().zip(found?) {
        views.extend(view.map(|view| ((*scan).to_owned(), view)));
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

/// The preview of a scan, and what it leaves out.
fn preview(
    folder: &Folder,
    volumes: &[Volume<'_>],
    most_bytes: usize,
) -> (Option<Preview>, Vec<String>) {
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
    let preview = loaded.view.map(|view| Preview::of(&view, most_bytes));
    match preview {
        Some(Ok(preview)) => (Some(preview), missing),
        Some(Err(fault)) => {
            let more = match fault {
                PreviewError::TooLarge(_) => {
                    "; --most-mib allows more, and --folder has 1 MiB for each scan"
                }
                _ => "",
            };
            missing.push(format!("{fault}{more}"));
            (None, missing)
        }
        None => (None, missing),
    }
}
