//! What stands on the page of a study.

use std::path::Path;

use rsom_pipeline::RecordedRun;
use rsom_stage::StageError;
use serde::Serialize;

use super::data::{Data, scans_of};
use super::figures::{Figures, Picture, figures};
use super::files::{Folder, outputs};
use super::methods::methods;
use super::problems::{Problem, problems};
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
    pub tables: Vec<Table>,
    pub figures: Vec<Picture>,
    pub scans: Vec<ScanPictures>,
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

/// The pictures of a scan.
#[derive(Debug, Serialize)]
pub(super) struct ScanPictures {
    pub scan: String,
    pub pictures: Vec<Picture>,
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
    /// Exit code 130: interrupted.
    pub fn of(recorded: &RecordedRun, folder: &Path, limits: Limits) -> Result<Self, StageError> {
        let data = Data::of(recorded, folder);
        let data_fault = data.as_ref().err().cloned();
        let data = data.ok().flatten();
        let folder = &Folder::of(folder);
        let Figures {
            of_study,
            of_scans,
            mut left_out,
        } = figures(recorded, folder, limits.picture_bytes)?;
        let findings = findings(recorded, folder, &mut left_out);
        let tables = tables(recorded, folder, &mut left_out);
        left_out.extend(data_fault);
        let mut problems = problems(recorded);
        let more_problems = problems.len().saturating_sub(limits.problems);
        problems.truncate(limits.problems);
        let outputs: Vec<Output> = listed(recorded).collect();
        let all_outputs = outputs.len();
        Ok(Self {
            name: recorded.pipeline.clone(),
            version: recorded.version.clone(),
            state: recorded.state.clone(),
            summary: summary(recorded, data.as_ref()),
            findings,
            methods: methods(recorded, data.as_ref()),
            steps: steps(recorded),
            tables,
            figures: of_study,
            scans: of_scans
                .into_iter()
                .map(|(scan, pictures)| ScanPictures { scan, pictures })
                .collect(),
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
        format!(
            "{}, {}, pictures of {}, {}",
            counted(self.tables.len(), "table"),
            counted(self.figures.len(), "figure"),
            counted(self.scans.len(), "scan"),
            counted(
                self.problems.len() + self.more_problems + self.left_out.len(),
                "problem"
            )
        )
    }
}

fn summary(recorded: &RecordedRun, data: Option<&Data>) -> Vec<String> {
    let made = recorded.tasks.iter().filter(|task| task.is_made()).count();
    let failed = (recorded.tasks.iter()).filter(|task| task.fault.is_some());
    let all = recorded.tasks.len();
    let scans = scans_of(recorded).len();
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
