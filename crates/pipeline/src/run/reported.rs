//! Reads the report of the last run.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::assess::assessor::{Assessment, Verdict};
use crate::assess::survey::Outlook;
use crate::assess::workdir::Workdir;
use crate::plan::tasks::{Plan, Task};
use crate::run::outcome::State;
use crate::run::report::{ReportedFile, inputs, outputs};
use crate::run::source::Source;

/// The state of each task in the last run, by label. Empty if there is no report or it is broken.
pub(crate) fn states(workdir: &Workdir) -> BTreeMap<String, String> {
    #[derive(Deserialize)]
    struct Entry {
        task: String,
        state: String,
    }
    #[derive(Deserialize)]
    struct Report {
        tasks: Vec<Entry>,
    }
    let bytes = std::fs::read(workdir.report()).unwrap_or_default();
    let report: Option<Report> = serde_json::from_slice(&bytes).ok();
    let tasks = report.map(|report| report.tasks).unwrap_or_default();
    tasks
        .into_iter()
        .map(|entry| (entry.task, entry.state))
        .collect()
}

/// Whether the last report says of a plan whose tasks are all up to date what a new report would say.
pub(crate) fn is_still_right(workdir: &Workdir, plan: &Plan, outlooks: &[Outlook]) -> bool {
    let bytes = std::fs::read(workdir.report()).unwrap_or_default();
    let mut json = serde_json::Deserializer::from_slice(&bytes);
    let compared = Comparison { plan, outlooks }.deserialize(&mut json);
    compared.is_ok_and(|is_right| is_right)
}

/// A task in a report.
#[derive(Deserialize)]
struct ReportedTask {
    task: String,
    identity: Option<String>,
    state: String,
    inputs: BTreeMap<String, Vec<ReportedFile>>,
    outputs: BTreeMap<String, ReportedFile>,
}

impl ReportedTask {
    fn is_still_right(&self, plan: &Plan, task: &Task, assessment: &Assessment) -> bool {
        let Verdict::UpToDate(record) = &assessment.verdict else {
            return false;
        };
        self.task == task.label
            && State::is_good_name(&self.state)
            && self.identity.as_deref() == Some(assessment.identity.hash())
            && self.outputs == outputs(task, Some(record))
            && self.inputs == inputs(plan, task, Some(assessment))
    }
}

/// Compares a report with a plan as it is read: of a large study, the whole would not fit into memory.
struct Comparison<'a> {
    plan: &'a Plan,
    outlooks: &'a [Outlook],
}

impl<'de> DeserializeSeed<'de> for Comparison<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Comparison<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a report")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        let (mut same_tasks, mut same_study) = (false, false);
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "tasks" => same_tasks = map.next_value_seed(Tasks(&self))?,
                "study" => same_study = map.next_value::<Source>()? == Source::of(self.plan),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(same_tasks && same_study)
    }
}

/// The tasks of a report, in the order of the plan.
struct Tasks<'a, 'b>(&'b Comparison<'a>);

impl<'de> DeserializeSeed<'de> for Tasks<'_, '_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Tasks<'_, '_> {
    type Value = bool;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("tasks")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut tasks: A) -> Result<bool, A::Error> {
        let Comparison { plan, outlooks } = self.0;
        let mut number = 0;
        let mut is_right = true;
        while let Some(reported) = tasks.next_element::<ReportedTask>()? {
            is_right &= match (plan.tasks.get(number), outlooks.get(number)) {
                (Some(task), Some(Outlook::Known(assessment))) => {
                    reported.is_still_right(plan, task, assessment)
                }
                _ => false,
            };
            number += 1;
        }
        Ok(is_right && number == plan.tasks.len())
    }
}
