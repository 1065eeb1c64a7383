//! The paragraph of methods: what a paper has to say of how the study was made.

use std::collections::{BTreeMap, BTreeSet};

use rsom_pipeline::{RecordedRun, RecordedTask};

use super::data::{Data, scans_of};
use super::words::counted;

/// Paragraphs: data, programs, corrections.
pub(super) fn methods(recorded: &RecordedRun, data: Option<&Data>) -> Vec<String> {
    let mut paragraphs = Vec::new();
    paragraphs.extend(data.map(|data| data_sentence(recorded, data)));
    paragraphs.push(programs(recorded));
    paragraphs.push(corrections(recorded));
    paragraphs
}

fn data_sentence(recorded: &RecordedRun, data: &Data) -> String {
    let (all, made) = (
        scans_of(recorded, |_| true),
        scans_of(recorded, RecordedTask::is_made),
    );
    let mut text = match all.len() - made.len() {
        0 => {
            let were = if all.len() == 1 { "was" } else { "were" };
            format!(
                "Of the data set {}, {} {were} used.",
                data.name,
                data.words()
            )
        }
        left => format!(
            "Of the data set {}, {} are to be used; of {left}, no task has run yet.",
            data.name,
            data.words()
        ),
    };
    // The manifest refuses a subject in two folds.
    let [folds, scans] = data.folds();
    if folds > 1 {
        text += &format!(
            " {} are in {folds} folds; all scans of a subject are in one fold.",
            counted(scans, "scan")
        );
    }
    let splits = data.splits();
    if !splits.is_empty() {
        let parts: Vec<String> = (splits.iter())
            .map(|(split, count)| format!("{} for {split}", counted(*count, "scan")))
            .collect();
        text += &format!(" Split: {}.", parts.join(", "));
    }
    text
}

fn programs(recorded: &RecordedRun) -> String {
    let mut tools: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut instructions: BTreeSet<&str> = BTreeSet::new();
    for task in recorded.tasks.iter().filter(|task| task.is_made()) {
        if let Some(tool) = &task.tool {
            let version = task.version.as_deref().unwrap_or("of unknown version");
            tools.entry(tool).or_default().insert(version);
        }
        instructions.extend(task.instruction_set.as_deref());
    }
    let tools: Vec<String> = (tools.iter())
        .map(|(tool, versions)| {
            let versions: Vec<&str> = versions.iter().copied().collect();
            format!("{tool} {}", versions.join(" and "))
        })
        .collect();
    let mut text = format!(
        "The study was run as the pipeline {} by rsom {}, with {}.",
        recorded.pipeline,
        recorded.version,
        if tools.is_empty() {
            "no program yet".to_owned()
        } else {
            tools.join(", ")
        }
    );
    if !instructions.is_empty() {
        let instructions: Vec<&str> = instructions.into_iter().collect();
        text += &format!(
            " Networks were computed on the CPU with {} instructions.",
            instructions.join(" and ")
        );
    }
    let is_ours = |task: &RecordedTask| task.revision.is_some() && task.program_sha256.is_none();
    if recorded.tasks.iter().all(is_ours) {
        text += " Same inputs, parameters and seeds give the same bytes for any number of threads.";
    }
    text
}

/// How many outputs were corrected by hand: `Of the step predict, 3 of 40 outputs were corrected by hand`.
fn corrections(recorded: &RecordedRun) -> String {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for correction in &recorded.corrections {
        let task = recorded
            .tasks
            .iter()
            .find(|task| task.task == correction.task);
        if let Some(task) = task {
            *counts.entry((&task.stage, &correction.output)).or_default() += 1;
        }
    }
    if counts.is_empty() {
        return "No output was corrected by hand.".to_owned();
    }
    let line = |((step, output), count): ((&str, &str), usize)| {
        let all = recorded
            .tasks
            .iter()
            .filter(|task| task.stage == step)
            .count();
        let were = if count == 1 { "was" } else { "were" };
        format!(
            "Of the outputs '{output}' of the step {step}, {count} of {all} {were} corrected by hand."
        )
    };
    counts.into_iter().map(line).collect::<Vec<_>>().join(" ")
}
