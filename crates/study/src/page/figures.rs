//! Figures of the study and pictures of its scans, as data in the page.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use rsom_pipeline::{RecordedRun, RecordedTask};
use rsom_stage::{StageError, interrupt};
use serde::Serialize;

use super::files::{Folder, outputs};

/// A picture.
#[derive(Debug, Serialize)]
pub(super) struct Picture {
    pub path: String,
    /// What it shows: step, factors and program.
    pub caption: String,
    /// `data:image/…`.
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
}

/// Reads the pictures, those of the whole study first, up to a size in bytes.
///
/// # Errors
/// Exit code 130: interrupted.
pub(super) fn figures(
    recorded: &RecordedRun,
    folder: &Folder,
    most_bytes: u64,
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
            if bytes + size > most_bytes {
                skipped += 1;
                continue;
            }
            let content = match folder.read(file, most_bytes) {
                Ok(content) => content,
                Err(fault) => {
                    figures.left_out.push(format!("{path}: {fault}"));
                    continue;
                }
            };
            bytes += size;
            let picture = picture(task, path.to_owned(), &content);
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
    if skipped > 0 {
        let mib = most_bytes >> 20;
        figures.left_out.push(format!(
            "{skipped} pictures would make the page larger than {mib} MiB; --most-mib allows more"
        ));
    }
    Ok(figures)
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

fn picture(task: &RecordedTask, path: String, content: &[u8]) -> Picture {
    let kind = kind(&path).unwrap_or("image/png");
    let factors: Vec<String> = (task.factors.iter())
        .map(|(name, value)| {
            let value = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            format!("{name} = {value}")
        })
        .collect();
    let program = format!(
        "{} {}",
        task.tool.as_deref().unwrap_or(""),
        task.command.as_deref().unwrap_or("")
    );
    let factors = match factors.is_empty() {
        true => String::new(),
        false => format!(" ({})", factors.join(", ")),
    };
    Picture {
        caption: format!("{}{factors}, by {}", task.stage, program.trim()),
        data: format!("data:{kind};base64,{}", BASE64_STANDARD.encode(content)),
        path,
    }
}

fn kind(path: &str) -> Option<&'static str> {
    match path.rsplit_once('.')?.1 {
        "svg" => Some("image/svg+xml"),
        "png" => Some("image/png"),
        _ => None,
    }
}
