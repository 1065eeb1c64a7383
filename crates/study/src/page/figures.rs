//! Figures of the study and pictures of its scans, as data in the page.

use std::collections::{BTreeMap, BTreeSet};

use rsom_formats::images::check_png;
use rsom_pipeline::{RecordedRun, RecordedTask};
use rsom_stage::{StageError, interrupt};
use serde::Serialize;

use super::captions::caption;
use super::files::{Folder, MOST_BYTES, outputs};
use super::place::Place;

/// A picture.
#[derive(Debug, Serialize)]
pub(super) struct Picture {
    pub path: String,
    /// What it shows: step, factors and program.
    pub caption: String,
    /// Its address: `data:image/…`, or a file beside the page.
    pub data: String,
}

/// The pictures of a study.
#[derive(Debug, Default)]
pub(super) struct Figures {
    pub of_study: Vec<Picture>,
    /// Of each scan, in the order of the tasks.
    pub of_scans: Vec<(String, Vec<Picture>)>,
    /// What is not on the page, with the reason.
    pub left_out: Vec<String>,
    /// The bytes of all pictures in the page.
    pub bytes: u64,
}

/// Reads the pictures, those of the whole study first, up to a size in bytes.
///
/// # Errors
/// Exit code 130: interrupted. Exit code 4: a picture beside the page cannot be written.
pub(super) fn figures(
    recorded: &RecordedRun,
    folder: &Folder,
    (place, most_bytes): (&Place, u64),
) -> Result<Figures, StageError> {
    let made: Vec<&RecordedTask> = recorded
        .tasks
        .iter()
        .filter(|task| task.is_made())
        .collect();
    // Of a figure in two formats, the one with lines.
    let with_lines: BTreeSet<&str> = outputs(recorded, ".svg")
        .filter(|(_, _, file)| folder.size(file).is_ok())
        .filter_map(|(_, path, _)| path.strip_suffix(".svg"))
        .collect();
    let is_shown = |path: &str| match path.strip_suffix(".png") {
        Some(stem) => !with_lines.contains(stem),
        None => kind(path).is_some(),
    };
    let mut figures = Figures::default();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut bytes = 0;
    let mut skipped = 0;
    let (of_study, of_scans): (Vec<&RecordedTask>, Vec<&RecordedTask>) =
        made.into_iter().partition(|task| task.scan.is_none());
    for task in of_study.into_iter().chain(of_scans) {
        for file in task.outputs.values() {
            let Some(path) = file.path.as_deref().filter(|path| is_shown(path)) else {
                continue;
            };
            interrupt::check()?;
            let size = folder.size(file).unwrap_or(0);
            if matches!(place, Place::Page) && bytes + size > most_bytes {
                skipped += 1;
                continue;
            }
            let content = folder.read(file, MOST_BYTES);
            let content = content.and_then(|content| readable(path, content));
            let content = match content {
                Ok(content) => content,
                Err(fault) => {
                    figures.left_out.push(format!("{path}: {fault}"));
                    continue;
                }
            };
            bytes += size;
            let picture = picture(task, path.to_owned(), &content, place)?;
            match &task.scan {
                None => figures.of_study.push(picture),
                Some(scan) => {
                    let place = *places.entry(scan.clone()).or_insert_with(|| {
                        figures.of_scans.push((scan.clone(), Vec::new()));
                        figures.of_scans.len() - 1
                    });
                    figures.of_scans[place].1.push(picture);
                }
            }
        }
    }
    figures.left_out.extend(unseen_pdfs(recorded));
    figures.left_out.extend(skipped_words(skipped, most_bytes));
    figures.bytes = bytes;
    Ok(figures)
}

/// A picture that a browser can show. A broken one would be an empty frame.
fn readable(path: &str, content: Vec<u8>) -> Result<Vec<u8>, String> {
    match kind(path) {
        Some("image/svg+xml") => svg_fault(&content).map_or(Ok(()), |fault| Err(fault.to_owned())),
        _ => check_png(&content),
    }
    .map(|()| content)
}

fn svg_fault(content: &[u8]) -> Option<&'static str> {
    let Ok(text) = std::str::from_utf8(content) else {
        return Some("broken SVG: it is not UTF-8");
    };
    let Some(start) = text.find("<svg") else {
        return Some("broken SVG: it has no element svg");
    };
    if !text.contains("http://www.w3.org/2000/svg") {
        return Some("broken SVG: it does not name its namespace");
    }
    let is_empty = text[start..]
        .split('>')
        .next()
        .is_some_and(|tag| tag.ends_with('/'));
    let is_whole = is_empty || text.contains("</svg");
    (!is_whole).then_some("broken SVG: it has no end")
}

/// What a page says of pictures beyond its size.
fn skipped_words(skipped: usize, most_bytes: u64) -> Option<String> {
    let mib = most_bytes >> 20;
    (skipped > 0).then(|| {
        format!(
            "{skipped} pictures would make the page larger than {mib} MiB; --most-mib allows more, and --folder has no limit"
        )
    })
}

/// What a page says of figures that are only there as PDF.
fn unseen_pdfs(recorded: &RecordedRun) -> Vec<String> {
    let shown: BTreeSet<&str> = [".svg", ".png"]
        .into_iter()
        .flat_map(|ending| outputs(recorded, ending).map(move |(_, path, _)| (path, ending)))
        .filter_map(|(path, ending)| path.strip_suffix(ending))
        .collect();
    let unseen = outputs(recorded, ".pdf").filter(|(_, path, _)| {
        let stem = path.strip_suffix(".pdf");
        stem.is_some_and(|stem| !shown.contains(stem))
    });
    let words = "a page shows PNG and SVG; open this file, or draw the figure as SVG too";
    unseen
        .map(|(_, path, _)| format!("{path}: {words}"))
        .collect()
}

fn picture(
    task: &RecordedTask,
    path: String,
    content: &[u8],
    place: &Place,
) -> Result<Picture, StageError> {
    let kind = kind(&path).unwrap_or("image/png");
    Ok(Picture {
        caption: caption(task, &path, Some(content)),
        data: place.picture(kind, content)?,
        path,
    })
}

fn kind(path: &str) -> Option<&'static str> {
    match path.rsplit_once('.')?.1 {
        "svg" => Some("image/svg+xml"),
        "png" => Some("image/png"),
        _ => None,
    }
}
