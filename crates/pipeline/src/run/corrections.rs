//! What a run says and records of files that were corrected by hand.

use std::collections::BTreeMap;

use rsom_stage::{fingerprint, log};
use serde_json::{Value, json};

use crate::assess::workdir::Workdir;
use crate::plan::tasks::Plan;
use crate::run::outcome::Outcome;
use crate::run::relative::relative;

/// Says how many outputs of each step are corrected: `predict: 3 of 40 outputs are corrected by hand`.
pub(crate) fn say(plan: &Plan) {
    for line in lines(plan) {
        log::info(line);
    }
}

impl Plan {
    /// One line for each step with corrections: `predict.output: 3 of 40 files are corrected by hand`.
    #[must_use]
    pub fn correction_lines(&self) -> Vec<String> {
        lines(self)
    }
}

fn lines(plan: &Plan) -> Vec<String> {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for correction in &plan.corrections {
        let task = &plan.tasks[correction.task];
        let port = &task.outputs[correction.output].port;
        *counts.entry((&task.step, port)).or_default() += 1;
    }
    let line = |((step, port), count): ((&str, &str), usize)| {
        let all = plan.tasks.iter().filter(|task| task.step == step);
        format!(
            "{step}.{port}: {count} of {} files are corrected by hand",
            all.count()
        )
    };
    counts.into_iter().map(line).collect()
}

/// The corrections for `run.json`. Warns of those whose original has changed since the last run: the user corrected another file.
pub(crate) fn report(workdir: &Workdir, plan: &Plan, outcomes: &[Outcome]) -> Vec<Value> {
    let earlier = earlier(workdir);
    let entry = |correction: &crate::plan::correction::Correction| {
        let task = &plan.tasks[correction.task];
        let output = &task.outputs[correction.output];
        let record = outcomes
            .get(correction.task)
            .and_then(|outcome| outcome.record.as_ref());
        let original = record
            .and_then(|record| record.outputs.get(&output.path))
            .map(|hash| json!(hash));
        let sha256 = fingerprint::of_path(&correction.path).ok();
        let before = earlier.get(&(task.label.clone(), output.port.clone()));
        if let (Some((hash, of)), Some(now)) = (before, &original)
            && Some(hash) == sha256.as_ref()
            && of != now
        {
            log::warn(format_args!(
                "{}: the output {} that it corrects has changed since; look at it again",
                correction.path.display(),
                output.path
            ));
        }
        json!({
            "step": task.step,
            "task": task.label,
            "output": output.port,
            "path": relative(workdir.root(), &correction.path),
            "sha256": sha256,
            "original": output.path,
            "original_sha256": original,
            "note": correction.note,
        })
    };
    plan.corrections.iter().map(entry).collect()
}

/// The corrections of the last run: their hashes and those of the originals, by task and output.
fn earlier(workdir: &Workdir) -> BTreeMap<(String, String), (String, Value)> {
    let bytes = std::fs::read(workdir.report()).unwrap_or_default();
    let report: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let entries = report["corrections"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let entry = |entry: Value| {
        let text = |name: &str| entry[name].as_str().map(str::to_owned);
        let original = entry["original_sha256"].clone();
        let of = (text("sha256")?, original.clone());
        (!original.is_null()).then_some(((text("task")?, text("output")?), of))
    };
    entries.into_iter().filter_map(entry).collect()
}
