//! A bundle as a derivative dataset of the Brain Imaging Data Structure (BIDS), which tools for images of many subjects read.
//!
//! BIDS 1.10: masks and labels of scans lie at `sub-<subject>/anat/sub-<subject>_desc-<what>_mask.nii.gz`. There is no datatype for
//! optoacoustic scans, so that scans themselves, tables and the files of rsom are named in `.bidsignore`.

use std::collections::{BTreeMap, BTreeSet};

use rsom_manifest::{Manifest, ScanEntry};
use rsom_pipeline::{Plan, Task};
use rsom_stage::{Kind, StageError};
use serde_json::{Map, Value, json};

use super::collected::Collected;

const VERSION: &str = "1.10.0";
/// Attributes of a scan that name the visit.
const SESSION: [&str; 2] = ["session", "visit"];

/// Adds the masks and labels of all scans under the names of BIDS, the participants, and the description of the dataset.
///
/// # Errors
/// Exit code 2: there is no manifest, or two names become one. Exit code 3: an input cannot be read. Exit code 4: a file cannot be
/// written.
pub(super) fn add(plan: &Plan, collected: &mut Collected) -> Result<(), StageError> {
    let Some(path) = &plan.manifest else {
        return Err(StageError::usage(
            "--bids: the pipeline has no manifest, so that no file belongs to a subject",
        ));
    };
    let manifest = rsom_manifest::read(path)?;
    let mut names = Names::of(&manifest)?;
    let mut taken = BTreeMap::new();
    let mut subjects = BTreeSet::new();
    for (number, task) in plan.tasks.iter().enumerate() {
        let Some(scan) = task.scan.as_deref().and_then(|id| names.scans.get(id)) else {
            continue;
        };
        for (port, output) in task.outputs.iter().enumerate() {
            let Some(suffix) = suffix(output.kind) else {
                continue;
            };
            let what = label(&described(task, &output.port));
            let name = format!(
                "{}_desc-{what}_{suffix}{}",
                scan.start,
                ending(&output.path)
            );
            if let Some(other) = taken.insert(name.clone(), &task.label) {
                return Err(StageError::usage(format_args!(
                    "--bids: '{other}' and '{}' would both be {name}",
                    task.label
                )));
            }
            let correction =
                (plan.corrections.iter()).find(|c| (c.task, c.output) == (number, port));
            if correction.is_none() && !collected.is_made(number) {
                continue;
            }
            let from = match correction {
                Some(correction) => correction.path.clone(),
                None => plan.workdir.join(&output.path),
            };
            subjects.insert(scan.subject.clone());
            let about = about(task, suffix);
            collected.copy_volume(&from, &format!("{}/{name}", scan.folder), &about)?;
        }
    }
    if subjects.is_empty() {
        return Err(StageError::usage(
            "--bids: no step gives masks, labels or probabilities of scans; the outputs of a 'run' line have no such kind",
        ));
    }
    names
        .subjects
        .retain(|subject, _| subjects.contains(subject));
    participants(&manifest, &names, collected)?;
    description(plan, &manifest, collected)?;
    ignored(collected)
}

/// The suffix of a kind of volume. `None` for those that BIDS has no name for.
fn suffix(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Mask => Some("mask"),
        Kind::Labels => Some("dseg"),
        Kind::Probabilities => Some("probseg"),
        _ => None,
    }
}

/// What BIDS wants to know of a volume.
fn about(task: &Task, suffix: &str) -> Map<String, Value> {
    let mut about = Map::new();
    let description = format!("Output of the task '{}', see run.json", task.label);
    about.insert("Description".to_owned(), json!(description));
    // On the grid of the scan.
    about.insert("SpatialReference".to_owned(), json!("orig"));
    if suffix == "mask" {
        about.insert("Type".to_owned(), json!("ROI"));
    }
    about
}

fn ending(path: &str) -> &'static str {
    match path.ends_with(".gz") {
        true => ".nii.gz",
        false => ".nii",
    }
}

/// Step, output and factors of a task: `predict net=unet s=100`.
fn described(task: &Task, port: &str) -> String {
    let mut words = vec![task.step.clone()];
    if port != "output" {
        words.push(port.to_owned());
    }
    for (name, value) in &task.factors {
        let value = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        words.extend([name.clone(), value]);
    }
    words.join(" ")
}

/// A text as a label of BIDS: letters and digits, each word with a capital letter. A point in a number is a `p`, a minus an `M`.
fn label(text: &str) -> String {
    let mut label = String::new();
    let mut begins = false;
    let mut before = ' ';
    for c in text.chars() {
        match c {
            '.' if before.is_ascii_digit() => label.push('p'),
            '-' if !before.is_alphanumeric() => label.push('M'),
            c if c.is_ascii_alphanumeric() && begins => label.push(c.to_ascii_uppercase()),
            c if c.is_ascii_alphanumeric() => label.push(c),
            _ => {}
        }
        begins = !c.is_ascii_alphanumeric() && !label.is_empty();
        before = c;
    }
    label
}

/// The names of the scans.
struct Names {
    /// By id.
    scans: BTreeMap<String, ScanName>,
    /// Names of the subjects in BIDS, with those of the manifest.
    subjects: BTreeMap<String, String>,
}

/// How the files of a scan begin.
struct ScanName {
    /// The name of the subject in BIDS.
    subject: String,
    folder: String,
    start: String,
}

impl Names {
    fn of(manifest: &Manifest) -> Result<Self, StageError> {
        let mut subjects: BTreeMap<String, String> = BTreeMap::new();
        for scan in &manifest.scans {
            let subject = label(&scan.subject);
            let known = subjects
                .entry(subject.clone())
                .or_insert_with(|| scan.subject.clone());
            if *known != scan.subject || subject.is_empty() {
                return Err(StageError::usage(format_args!(
                    "--bids: the subjects '{known}' and '{}' would both be 'sub-{subject}': BIDS allows letters and digits only",
                    scan.subject
                )));
            }
        }
        let session = |scan: &ScanEntry| {
            let mut attributes = SESSION.iter().filter_map(|name| scan.attribute(name));
            let value = attributes.find(|value| !value.is_null())?;
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            Some(label(&text)).filter(|text| !text.is_empty())
        };
        let place = |scan: &ScanEntry| (label(&scan.subject), session(scan));
        let mut counts: BTreeMap<_, usize> = BTreeMap::new();
        for scan in &manifest.scans {
            *counts.entry(place(scan)).or_default() += 1;
        }
        let scans = manifest.scans.iter().map(|scan| {
            let (subject, session) = place(scan);
            let mut folder = format!("sub-{subject}");
            let mut start = folder.clone();
            if let Some(session) = &session {
                folder += &format!("/ses-{session}");
                start += &format!("_ses-{session}");
            }
            // Several scans at one visit are told apart by their ids.
            if counts[&(subject, session)] > 1 {
                start += &format!("_acq-{}", label(&scan.id));
            }
            let folder = format!("{folder}/anat");
            (
                scan.id.clone(),
                ScanName {
                    subject: label(&scan.subject),
                    folder,
                    start,
                },
            )
        });
        Ok(Self {
            scans: scans.collect(),
            subjects,
        })
    }
}

/// `participants.tsv`: group and attributes of each subject, as far as all of its scans agree.
fn participants(
    manifest: &Manifest,
    names: &Names,
    collected: &mut Collected,
) -> Result<(), StageError> {
    let attributes: BTreeSet<&str> = (manifest.scans.iter())
        .flat_map(|scan| scan.attributes.keys().map(String::as_str))
        .chain(["group"])
        .collect();
    let of_subject = |subject: &str, name: &str| {
        let scans = manifest.scans.iter().filter(|scan| scan.subject == subject);
        let values: BTreeSet<String> = scans
            .filter_map(|scan| scan.attribute(name))
            .filter(|value| !value.is_null())
            .map(|value| {
                value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned)
            })
            .collect();
        match values.len() {
            1 => values
                .into_iter()
                .next()
                .filter(|text| !text.contains(['\t', '\n'])),
            _ => None,
        }
    };
    let columns: Vec<&str> = attributes
        .into_iter()
        .filter(|name| {
            names
                .subjects
                .values()
                .any(|s| of_subject(s, name).is_some())
        })
        .collect();
    let mut table = format!("participant_id\t{}\n", columns.join("\t"));
    if columns.is_empty() {
        table = "participant_id\n".to_owned();
    }
    for (name, subject) in &names.subjects {
        let cells = columns.iter().map(|column| of_subject(subject, column));
        let cells = cells.map(|cell| cell.unwrap_or_else(|| "n/a".to_owned()));
        let row: Vec<String> = std::iter::once(format!("sub-{name}"))
            .chain(cells)
            .collect();
        table += &(row.join("\t") + "\n");
    }
    collected.add_text("participants.tsv", &table)?;
    let about = columns.iter().map(|column| {
        let text = format!("Attribute '{column}' of the manifest");
        ((*column).to_owned(), json!({ "Description": text }))
    });
    let about: Map<String, Value> = about.collect();
    collected.add_text(
        "participants.json",
        &format!("{:#}\n", Value::Object(about)),
    )
}

fn description(
    plan: &Plan,
    manifest: &Manifest,
    collected: &mut Collected,
) -> Result<(), StageError> {
    let mut about = json!({
        "Name": plan.name,
        "BIDSVersion": VERSION,
        "DatasetType": "derivative",
        "GeneratedBy": [{
            "Name": "rsom",
            "Version": env!("CARGO_PKG_VERSION"),
            "CodeURL": env!("CARGO_PKG_REPOSITORY"),
            "Description": "The tasks with their parameters and the sha256 of their files: run.json",
        }],
    });
    if !manifest.license.is_empty() {
        about["License"] = json!(manifest.license);
    }
    if !manifest.citation.is_empty() {
        about["ReferencesAndLinks"] = json!([manifest.citation]);
    }
    let is_link = |text: &str| text.starts_with("https://") || text.starts_with("http://");
    if is_link(&manifest.source) {
        about["SourceDatasets"] = json!([{ "URL": manifest.source }]);
    }
    collected.add_text("dataset_description.json", &format!("{about:#}\n"))
}

/// Names everything in the bundle that BIDS has no place for.
fn ignored(collected: &mut Collected) -> Result<(), StageError> {
    let of_bids = |name: &str| {
        name.starts_with("sub-")
            || [
                "README.md",
                "dataset_description.json",
                "participants.tsv",
                "participants.json",
            ]
            .contains(&name)
    };
    let top = |name: &str| match name.split_once('/') {
        Some((folder, _)) => folder.to_owned(),
        None => name.to_owned(),
    };
    let names = collected.files().filter(|name| !of_bids(name));
    let mut lines: BTreeSet<String> = names.map(top).collect();
    lines.extend(["SHA256SUMS".to_owned(), super::ro_crate::NAME.to_owned()]);
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    collected.add_text(".bidsignore", &text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_have_letters_and_digits_only() {
        for (text, expected) in [
            ("predict net unet s 100", "predictNetUnetS100"),
            ("predict s 0.5", "predictS0p5"),
            ("a -1", "aM1"),
            ("s-01", "s01"),
            ("S_03 b", "S03B"),
            ("é", ""),
        ] {
            assert_eq!(label(text), expected, "{text}");
        }
    }
}
