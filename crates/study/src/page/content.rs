//! What stands on the page of a study.

use std::collections::BTreeMap;
use std::path::Path;

use rsom_pipeline::RecordedRun;
use rsom_stage::StageError;
use serde::Serialize;

use super::checklist::{Item, checklist};
use super::data::{Data, scans_of};
use super::figures::{Figures, Picture, figures};
use super::files::{Folder, outputs};
use super::measures::measures;
use super::methods::methods;
use super::place::Place;
use super::problems::{Problem, problems};
use super::quality::{Slices, views};
use super::results::{Finding, findings};
use super::steps::{Step, steps};
use super::tables::{Table, tables};
use super::words::counted;

/// How much stands on the page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Size of all pictures in bytes, before their encoding.
    pub picture_bytes: u64,
    /// Number of outputs that are listed.
    pub outputs: usize,
    /// Number of failures and warnings that are listed.
    pub problems: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            picture_bytes: 40 << 20,
            outputs: 2000,
            problems: 200,
        }
    }
}

/// What stands on the page of a study.
#[derive(Debug, Serialize)]
pub(super) struct Content {
    pub name: String,
    pub version: String,
    pub state: String,
    /// What the study is and how far it is, in sentences.
    pub summary: Vec<String>,
    pub findings: Vec<Finding>,
    /// Paragraphs.
    pub methods: Vec<String>,
    pub steps: Vec<Step>,
    pub checklist: Vec<Item>,
    pub tables: Vec<Table>,
    pub figures: Vec<Picture>,
    pub scans: Vec<Scan>,
    /// The measures of the scans, as JSON.
    pub measures: Option<String>,
    /// Figures and pictures that are not on the page, with the reason.
    pub left_out: Vec<String>,
    pub problems: Vec<Problem>,
    /// Problems beyond those that are listed.
    pub more_problems: usize,
    pub outputs: Vec<Output>,
    pub all_outputs: usize,
    /// Whether the study is a bundle without the files of its manifest.
    pub is_without_data: bool,
}

/// A scan on the page.
#[derive(Debug, Serialize)]
pub(super) struct Scan {
    pub name: String,
    pub pictures: Vec<Picture>,
    /// Its slices with masks.
    pub slices: Option<Slices>,
}

/// An output with its hash.
#[derive(Debug, Serialize)]
pub(super) struct Output {
    pub path: String,
    pub sha256: String,
    pub task: String,
}

impl Content {
    /// The content of a study in a folder.
    ///
    /// # Errors
    /// Exit code 130: interrupted. Exit code 4: a picture beside the page cannot be written.
    pub fn of(
        recorded: &RecordedRun,
        folder: &Path,
        (place, limits): (&Place, Limits),
    ) -> Result<Self, StageError> {
        let data = Data::of(recorded, folder);
        let data_fault = data.as_ref().err().cloned();
        let data = data.ok().flatten();
        let folder = &Folder::of(folder);
        let Figures {
            of_study,
            of_scans,
            mut left_out,
            bytes,
        } = figures(recorded, folder, (place, limits.picture_bytes))?;
        let left_bytes = limits.picture_bytes.saturating_sub(bytes);
        let views = views(recorded, folder, (place, left_bytes), &mut left_out)?;
        let measures = measures(recorded, folder, &mut left_out);
        let findings = findings(recorded, folder, &mut left_out);
        let tables = tables(recorded, folder, &mut left_out);
        left_out.extend(data_fault);
        let mut problems = problems(recorded);
        let more_problems = problems.len().saturating_sub(limits.problems);
        problems.truncate(limits.problems);
        let outputs: Vec<Output> = listed(recorded).collect();
        let all_outputs = outputs.len();
        let steps = steps(recorded);
        let columns = measures.as_ref().map_or(&[][..], |m| &m.columns);
        let checklist = checklist(recorded, data.as_ref(), (&steps, &findings, columns));
        Ok(Self {
            name: recorded.pipeline.clone(),
            version: recorded.version.clone(),
            state: recorded.state.clone(),
            summary: summary(recorded, data.as_ref()),
            findings,
            methods: methods(recorded, data.as_ref()),
            steps,
            checklist,
            tables,
            figures: of_study,
            scans: scans(recorded, of_scans, views),
            measures: measures.as_ref().map(in_script).transpose()?,
            left_out,
            problems,
            more_problems,
            outputs: outputs.into_iter().take(limits.outputs).collect(),
            all_outputs,
            is_without_data: is_without_data(recorded),
        })
    }

    /// What is on the page, in a few words.
    pub fn words(&self) -> String {
        let with = |is: &dyn Fn(&Scan) -> bool| self.scans.iter().filter(|scan| is(scan)).count();
        let slices = match with(&|scan| scan.slices.is_some()) {
            0 => String::new(),
            scans => format!("slices of {}, ", counted(scans, "scan")),
        };
        format!(
            "{}, {}, pictures of {}, {slices}{}",
            counted(self.tables.len(), "table"),
            counted(self.figures.len(), "figure"),
            counted(with(&|scan| !scan.pictures.is_empty()), "scan"),
            counted(
                self.problems.len() + self.more_problems + self.left_out.len(),
                "problem"
            )
        )
    }
}

/// The scans that have anything to show, in the order of the tasks.
fn scans(
    recorded: &RecordedRun,
    pictures: Vec<(String, Vec<Picture>)>,
    views: Vec<(String, Slices)>,
) -> Vec<Scan> {
    let mut pictures: BTreeMap<String, Vec<Picture>> = pictures.into_iter().collect();
    let mut views: BTreeMap<String, Slices> = views.into_iter().collect();
    let mut scans = Vec::new();
    for name in recorded.tasks.iter().filter_map(|task| task.scan.as_ref()) {
        // Taken out, so that each comes once.
        let (pictures, slices) = (pictures.remove(name), views.remove(name));
        if pictures.is_some() || slices.is_some() {
            scans.push(Scan {
                name: name.clone(),
                pictures: pictures.unwrap_or_default(),
                slices,
            });
        }
    }
    scans
}

/// A value as JSON that may stand in a script of a page, which ends at "</script>", also in a text.
fn in_script(value: &impl Serialize) -> Result<String, StageError> {
    let json = serde_json::to_string(value).map_err(StageError::failure)?;
    Ok(json.replace('<', "\\u003c"))
}

fn summary(recorded: &RecordedRun, data: Option<&Data>) -> Vec<String> {
    let made = recorded.tasks.iter().filter(|task| task.is_made()).count();
    let failed = (recorded.tasks.iter()).filter(|task| task.fault.is_some());
    let all = recorded.tasks.len();
    let scans = scans_of(recorded, |_| true).len();
    let data = match (data, scans) {
        (Some(data), _) => format!("{} covers {}.", recorded.pipeline, data.words()),
        (None, 0) => String::new(),
        (None, scans) => format!("{} covers {}.", recorded.pipeline, counted(scans, "scan")),
    };
    let done = match (all - made, failed.count()) {
        (0, _) if all == 1 => "Its only task is done.".to_owned(),
        (0, _) => format!("All {all} tasks are done."),
        (_, 0) => format!(
            "{made} of {} are done; the others have not run.",
            counted(all, "task")
        ),
        (_, failed) => {
            format!(
                "{made} of {} are done, and {failed} failed.",
                counted(all, "task")
            )
        }
    };
    [data, done]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect()
}

fn listed(recorded: &RecordedRun) -> impl Iterator<Item = Output> {
    outputs(recorded, "").filter_map(|(task, path, file)| {
        Some(Output {
            path: path.to_owned(),
            sha256: file.sha256.clone()?,
            task: task.task.clone(),
        })
    })
}

/// Whether a run is in a bundle without the files of its manifest: whoever runs it again must say where they are.
fn is_without_data(recorded: &RecordedRun) -> bool {
    let Some(study) = &recorded.study else {
        return false;
    };
    // The names that a bundle gives them.
    let manifest = study.manifest.as_ref().map(|file| file.path.as_str());
    let is_bundle = study.pipeline.path == "pipeline.yaml" && manifest == Some("manifest.yaml");
    is_bundle && study.data.is_none()
}
