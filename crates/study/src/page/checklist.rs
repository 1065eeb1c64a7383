//! The reporting checklist CLAIM 2024, and what of it the study answers.
//!
//! Items after A. S. Tejani et al., "Checklist for Artificial Intelligence in Medical Imaging (CLAIM): 2024 Update", Radiology: Artificial
//! Intelligence 6 (2024) e240300. The topics are in our words.

use std::collections::BTreeSet;

use rsom_pipeline::{RecordedRun, RecordedTask};
use serde::Serialize;

use super::data::Data;
use super::results::Finding;
use super::steps::Step;
use super::words::counted;

/// An item of the checklist.
#[derive(Debug, Serialize)]
pub(super) struct Item {
    pub number: usize,
    pub topic: &'static str,
    /// What the study says. `None` if only its authors can say it.
    pub answer: Option<String>,
}

/// The topics, from item 1.
const TOPICS: [&str; 44] = [
    "Title names the kind of method",
    "Abstract: design, methods, results, conclusions",
    "Background, intended use, role of the method",
    "Aims and hypotheses",
    "Prospective or retrospective",
    "Goal of the study",
    "Sources of the data",
    "Who was included and excluded",
    "Preparation of the data",
    "Selection of parts of the data",
    "De-identification",
    "Missing data",
    "How images were acquired",
    "How the reference was obtained",
    "Why this reference was chosen",
    "Who made the reference annotations",
    "Annotation of the test data",
    "Variability between and within annotators",
    "How data were assigned to training, validation, testing",
    "Level at which these parts are disjoint",
    "Intended sample size",
    "The model: inputs, outputs, layers",
    "Software with versions",
    "Initial parameters of the model",
    "Training: augmentation, hyperparameters, number of models",
    "How the final model was chosen",
    "Ensembles",
    "Measures of performance",
    "Statistical tests and uncertainty",
    "Robustness or sensitivity",
    "Explainability",
    "Evaluation on internal data",
    "Testing on external data",
    "Registration of a clinical trial",
    "Numbers of patients and examinations",
    "Demographic and clinical characteristics of each part",
    "Performance with uncertainty",
    "Diagnostic performance and its precision",
    "Analysis of failures",
    "Limitations",
    "Implications for practice",
    "Where to find the protocol and technical details",
    "Availability of software, model and data",
    "Funding",
];

/// All items, with the answers that the study gives.
pub(super) fn checklist(
    recorded: &RecordedRun,
    data: Option<&Data>,
    (steps, findings, columns): (&[Step], &[Finding], &[String]),
) -> Vec<Item> {
    let of_data = |answer: fn(&Data) -> Option<String>| data.and_then(answer);
    let methods = || {
        let texts: BTreeSet<&str> = findings.iter().map(|f| f.method.as_str()).collect();
        joined(texts.into_iter())
    };
    let answer = |number: usize| {
        match number {
        7 => of_data(sources),
        9 => commands(steps, "preprocess "),
        19 => of_data(Data::partitions),
        20 => of_data(|data| (data.folds()[0] > 1).then(|| "Subjects: all scans of a subject are in one fold.".to_owned())),
        22 => values(steps, &["network", "depth", "width", "channels", "kernel_size"]),
        23 => Some(format!("rsom {}; the programs of all steps with versions and revisions are under Methods.", recorded.version)),
        24 => values(steps, &["seed"]).map(|seeds| format!("Random, by seeds. {seeds}")),
        25 => values(steps, &["epochs", "batch_size", "learning_rate", "s", "s_warm_up", "dropout", "augment"]),
        26 => chosen(recorded),
        28 => joined(columns.iter().map(String::as_str)),
        29 => methods(),
        32 => of_data(|data| (data.folds()[0] > 1).then(|| format!("Cross-validation with {} folds.", data.folds()[0]))),
        35 => of_data(|data| Some(data.counts())),
        36 => of_data(Data::groups),
        37 if !findings.is_empty() => Some("Differences with intervals are in the summary; all values are in the tables.".to_owned()),
        39 => failures(recorded),
        42 => Some(format!("The pipeline {} and run.json state every step, parameter, input and output.", recorded.pipeline)),
        43 => Some("rsom is open source (MIT or Apache-2.0); 'rsom bundle' makes an archive of the study, 'rsom reproduce' runs it again.".to_owned()),
        _ => None,
    }
    };
    let items = TOPICS.iter().zip(1..);
    items
        .map(|(topic, number)| Item {
            number,
            topic,
            answer: answer(number),
        })
        .collect()
}

fn sources(data: &Data) -> Option<String> {
    let parts = [
        ("data set", &data.name),
        ("source", &data.source),
        ("licence", &data.license),
        ("citation", &data.citation),
    ];
    let parts = parts.iter().filter(|(_, text)| !text.is_empty());
    joined(parts.map(|(name, text)| format!("{name}: {text}")))
}

/// The steps whose program and command begin so.
fn commands(steps: &[Step], start: &str) -> Option<String> {
    let steps = steps.iter().filter(|step| step.command.starts_with(start));
    joined(steps.map(|step| format!("{} ({})", step.name, step.command)))
}

/// The values of parameters of the steps that train.
fn values(steps: &[Step], names: &[&str]) -> Option<String> {
    let training = steps.iter().filter(|step| step.command.ends_with(" train"));
    joined(training.filter_map(|step| {
        let found = (names.iter())
            .filter_map(|name| step.parameters.iter().find(|(known, _)| known == name));
        let texts: Vec<String> = found
            .map(|(name, values)| format!("{name} = {values}"))
            .collect();
        (!texts.is_empty()).then(|| format!("{}: {}", step.name, texts.join("; ")))
    }))
}

/// By what the weights of a training were chosen.
fn chosen(recorded: &RecordedRun) -> Option<String> {
    let mut training = recorded
        .tasks
        .iter()
        .filter(|task| task.command.as_deref() == Some("train"));
    let has_validation = |task: &RecordedTask| {
        task.inputs
            .get("validation_image")
            .is_some_and(|files| !files.is_empty())
    };
    training
        .any(has_validation)
        .then(|| "By the smallest loss on validation scans.".to_owned())
}

fn failures(recorded: &RecordedRun) -> Option<String> {
    let warned = recorded
        .tasks
        .iter()
        .filter(|task| !task.warnings.is_empty())
        .count();
    let measured = "scans can be sorted by any measure under Scans";
    match warned {
        0 => None,
        warned => Some(format!(
            "{} of {} gave warnings (Problems); {measured}.",
            warned,
            counted(recorded.tasks.len(), "task")
        )),
    }
}

fn joined(parts: impl Iterator<Item = impl Into<String>>) -> Option<String> {
    let parts: Vec<String> = parts.map(Into::into).collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}
