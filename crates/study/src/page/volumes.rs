//! Which volumes of a study belong to which scan, and how they are called in its viewer.

use std::collections::{BTreeMap, BTreeSet};

use rsom_pipeline::{RecordedFile, RecordedRun, RecordedTask};
use rsom_stage::Kind;

use super::words::factors;

/// A volume of a scan.
#[derive(Debug)]
pub(super) struct Volume<'a> {
    pub file: &'a RecordedFile,
    pub name: String,
    pub kind: Kind,
    /// Whether masks are compared with it.
    pub is_reference: bool,
}

/// The volumes of each scan, in the order of the tasks: what its tasks read and wrote.
pub(super) fn volumes(recorded: &RecordedRun) -> Vec<(&str, Vec<Volume<'_>>)> {
    let mut scans: Vec<(&str, Vec<&RecordedTask>)> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for task in recorded.tasks.iter().filter(|task| task.is_made()) {
        let Some(scan) = task.scan.as_deref() else {
            continue;
        };
        let place = *places.entry(scan).or_insert_with(|| {
            scans.push((scan, Vec::new()));
            scans.len() - 1
        });
        scans[place].1.push(task);
    }
    let all = scans.into_iter();
    all.map(|(scan, tasks)| (scan, of_scan(&tasks))).collect()
}

fn of_scan<'a>(tasks: &[&'a RecordedTask]) -> Vec<Volume<'a>> {
    let references = references(tasks);
    let masks_from: BTreeSet<&str> = (tasks.iter())
        .filter(|task| task.outputs.values().any(|file| is_mask(file.kind)))
        .map(|task| task.stage.as_str())
        .collect();
    let mut known = BTreeSet::new();
    let mut volumes = Vec::new();
    for task in tasks {
        let outputs = task.outputs.iter().map(|(port, file)| (port, file, true));
        let inputs = task.inputs.iter();
        let inputs =
            inputs.flat_map(|(port, files)| files.iter().map(move |file| (port, file, false)));
        // What a task read is shown before what it wrote.
        for (port, file, is_output) in inputs.chain(outputs) {
            let (Some(kind), Some(path)) =
                (file.kind.filter(|k| is_volume(*k)), file.path.as_deref())
            else {
                continue;
            };
            if !known.insert(path) {
                continue;
            }
            // An input that a task wrote has that task's name; it comes first.
            let name = match is_output {
                false if kind == Kind::Volume => "scan".to_owned(),
                false => port.clone(),
                true => called(task, port, masks_from.len() > 1 || !is_mask(Some(kind))),
            };
            let is_reference = references.contains(path);
            let name = match is_reference && name != "reference" {
                true => format!("reference ({name})"),
                false => name,
            };
            volumes.push(Volume {
                file,
                name,
                kind,
                is_reference,
            });
        }
    }
    volumes
}

/// The name of an output: `net = unet, s = 0`, with its step if masks come from several steps.
fn called(task: &RecordedTask, port: &str, with_step: bool) -> String {
    let factors = factors(task);
    let several = task.outputs.len() > 1;
    let step = match (with_step || factors.is_empty(), several) {
        (false, _) => String::new(),
        (true, false) => task.stage.clone(),
        (true, true) => format!("{} {port}", task.stage),
    };
    [step, factors]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(", ")
}

/// The files that a task compares others with.
fn references<'a>(tasks: &[&'a RecordedTask]) -> BTreeSet<&'a str> {
    let ports = tasks.iter().flat_map(|task| task.inputs.iter());
    let files = ports
        .filter(|(port, _)| *port == "reference")
        .flat_map(|(_, files)| files);
    files.filter_map(|file| file.path.as_deref()).collect()
}

fn is_volume(kind: Kind) -> bool {
    is_mask(Some(kind)) || kind == Kind::Volume
}

/// Whether a file is a mask or labels.
pub(super) fn is_mask(kind: Option<Kind>) -> bool {
    matches!(kind, Some(Kind::Mask | Kind::Labels))
}
