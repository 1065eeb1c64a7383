//! Figures of the study and pictures of its scans, as data in the page.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use rsom_pipeline::{RecordedRun, RecordedTask};
use rsom_stage::{StageError, interrupt};
use serde::Serialize;

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
    folder: &Path,
    most_bytes: u64,
) -> Result<Figures, StageError> {
    let made: Vec<&RecordedTask> = recorded
        .tasks
        .iter()
        .filter(|task| task.is_made())
        .collect();
    let paths = |task: &&RecordedTask| -> Vec<String> {
        let paths = task.outputs.values().filter_map(|file| file.path.clone());
        paths.filter(|path| kind(path).is_some()).collect()
    };
    // Of a figure in two formats, the one with lines.
    let all: BTreeSet<String> = made.iter().flat_map(paths).collect();
    let is_shown = |path: &String| match path.strip_suffix(".png") {
        Some(stem) => !all.contains(&format!("{stem}.svg")),
        None => true,
    };
    let mut figures = Figures::default();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut bytes = 0;
    let mut skipped = 0;
    let (of_study, of_scans): (Vec<&RecordedTask>, Vec<&RecordedTask>) =
        made.into_iter().partition(|task| task.scan.is_none());
    for task in of_study.into_iter().chain(of_scans) {
        for path in paths(&task).into_iter().filter(is_shown) {
            interrupt::check()?;
            let file = folder.join(&path);
            let size = std::fs::metadata(&file).map_or(0, |found| found.len());
            if bytes + size > most_bytes {
                skipped += 1;
                continue;
            }
            let Ok(content) = std::fs::read(&file) else {
                figures
                    .left_out
                    .push(format!("{path}: the file is not there"));
                continue;
            };
            bytes += size;
            let picture = picture(task, path, &content);
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
