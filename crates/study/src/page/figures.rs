//! Figures of the study and pictures of its scans, as data in the page.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use rsom_formats::images::check_png;
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
            let content = folder.read(file, most_bytes);
            let content = content.and_then(|content| readable(path, content));
            let content = match content {
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
    if skipped > 0 {
        let mib = most_bytes >> 20;
        figures.left_out.push(format!(
            "{skipped} pictures would make the page larger than {mib} MiB; --most-mib allows more"
        ));
    }
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
