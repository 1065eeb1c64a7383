//! Finds the tasks that a selection means.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use crate::plan::condition::{Candidate, Condition};
use crate::plan::scans::{Scan, Scans};
use crate::plan::selection::Selection;
use crate::plan::tasks::{Plan, Task};
use crate::problem::Problems;
use crate::suggest;
use crate::value;

impl Plan {
    /// Whether a task is part of what the command line asks for.
    #[must_use]
    pub fn is_selected(&self, task: usize) -> bool {
        match &self.selected {
            Some(selected) => selected.get(task) == Some(&true),
            None => true,
        }
    }

    /// The tasks that the command line asks for, with their numbers.
    pub(crate) fn selected_tasks(&self) -> impl Iterator<Item = (usize, &Task)> + Clone {
        let tasks = self.tasks.iter().enumerate();
        tasks.filter(|(number, _)| self.is_selected(*number))
    }

    /// `; 12 others are not selected`, or nothing.
    pub(crate) fn not_selected(&self) -> String {
        match self.tasks.len() - self.selected_tasks().count() {
            0 => String::new(),
            others => format!("; {others} others are not selected"),
        }
    }

    /// Whether some tasks are not part of what the command line asks for.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.selected.is_some()
    }

    /// The numbers of the tasks of which `direct` is true for each, and of those that they need.
    pub(crate) fn with_needs(&self, mut direct: Vec<bool>) -> Vec<bool> {
        // Each task follows those that it needs.
        for number in (0..self.tasks.len()).rev() {
            if direct[number] {
                for before in &self.tasks[number].after {
                    direct[*before] = true;
                }
            }
        }
        direct
    }

    /// The numbers of the tasks of which `direct` is true for each, and of those that need them.
    fn with_users(&self, mut direct: Vec<bool>) -> Vec<bool> {
        for number in 0..self.tasks.len() {
            direct[number] |= self.tasks[number]
                .after
                .iter()
                .any(|before| direct[*before]);
        }
        direct
    }

    /// Selects tasks. Reports steps and keys that do not exist, and a selection without tasks.
    pub(crate) fn select(&mut self, selection: &Selection, scans: &Scans, problems: &mut Problems) {
        if selection.is_whole() {
            return;
        }
        if let Some(labels) = &selection.labels {
            let labels: BTreeSet<&str> = labels.iter().map(String::as_str).collect();
            let tasks = self.tasks.iter();
            let named = tasks.map(|task| labels.contains(task.label.as_str()));
            self.selected = Some(self.with_needs(named.collect()));
            return;
        }
        let before = problems.count();
        let steps = self.check_steps(selection, problems);
        let conditions = self.conditions(&selection.conditions, scans, problems);
        if problems.count() > before {
            return;
        }
        let is_of = |names: &[String], task: &Task| names.contains(&task.step);
        let of_steps = |names: &[String]| -> Vec<bool> {
            let tasks = self.tasks.iter();
            tasks
                .map(|task| names.is_empty() || is_of(names, task))
                .collect()
        };
        let allowed = match (&*selection.only, &*selection.from) {
            ([], []) => vec![true; self.tasks.len()],
            ([], from) => self.with_users(of_steps(from)),
            (only, _) => of_steps(only),
        };
        let last = self.with_needs(of_steps(&selection.until));
        let wanted = self.matching(&conditions, &selection.conditions, scans, problems);
        if problems.count() > before {
            return;
        }
        let all = wanted.iter().zip(allowed.iter().zip(&last));
        let mut selected: Vec<bool> = all
            .map(|(wanted, (allowed, last))| *wanted && *allowed && *last)
            .collect();
        if selection.only.is_empty() {
            selected = self.with_needs(selected);
            (selected.iter_mut().zip(&allowed)).for_each(|(own, allowed)| *own &= allowed);
        }
        if !selected.contains(&true) {
            problems.add_usage(format_args!(
                "no task is left by the selection; the steps are {}",
                steps.join(", ")
            ));
        }
        self.selected = Some(selected);
    }

    /// For each task, whether all conditions hold for it. Reports values that no task has; `texts` are the conditions as given.
    fn matching(
        &self,
        conditions: &[Condition],
        texts: &[String],
        scans: &Scans,
        problems: &mut Problems,
    ) -> Vec<bool> {
        let by_id: HashMap<&str, &Scan> = scans.all().iter().map(|s| (s.id.as_str(), s)).collect();
        let candidates = self.tasks.iter().map(|task| Candidate {
            factors: &task.factors,
            scan: (task.scan.as_deref()).and_then(|id| by_id.get(id).copied()),
        });
        for (condition, text) in conditions.iter().zip(texts) {
            if let Some(value) = condition.unknown_value(candidates.clone()) {
                problems.add_usage(format_args!(
                    "--where {text}: no task has the value {value}"
                ));
            }
        }
        candidates
            .map(|candidate| conditions.iter().all(|c| c.holds_of_known(&candidate)))
            .collect()
    }

    /// Reports steps that do not exist. Returns the names of all steps, in the order of the plan.
    fn check_steps(&self, selection: &Selection, problems: &mut Problems) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let steps = self.tasks.iter().map(|task| task.step.as_str());
        let steps: Vec<&str> = steps.filter(|step| seen.insert(*step)).collect();
        let options = [
            ("--only", &selection.only),
            ("--from", &selection.from),
            ("--until", &selection.until),
        ];
        for (option, names) in options {
            for name in names.iter().filter(|name| !seen.contains(name.as_str())) {
                let hint = suggest::hint(name, steps.iter().copied());
                problems.add_usage(format_args!("{option} {name}: there is no such step{hint}"));
            }
        }
        let is_mixed = !selection.from.is_empty() || !selection.until.is_empty();
        if !selection.only.is_empty() && is_mixed {
            problems.add_usage("--only goes alone or with --where, not with --from or --until");
        }
        steps.into_iter().map(str::to_owned).collect()
    }

    /// Reads conditions. Reports those with an unknown key or without a value.
    fn conditions(
        &self,
        texts: &[String],
        scans: &Scans,
        problems: &mut Problems,
    ) -> Vec<Condition> {
        let factors = self.tasks.iter().flat_map(|task| &task.factors);
        let factors: BTreeSet<&str> = factors.map(|(name, _)| name.as_str()).collect();
        let mut conditions = Vec::new();
        for text in texts {
            match condition(text, &factors, scans) {
                Ok(condition) => conditions.push(condition),
                Err(fault) => problems.add_usage(format_args!("--where {text}: {fault}")),
            }
        }
        conditions
    }
}

/// The condition of a text such as `subject=s01`, `net!=fcn7` or `s=[0,10]`.
fn condition(text: &str, factors: &BTreeSet<&str>, scans: &Scans) -> Result<Condition, String> {
    let (key, wanted) = text
        .split_once('=')
        .ok_or("write KEY=VALUE, such as subject=s01")?;
    let (key, not) = match key.strip_suffix('!') {
        Some(key) => (key, true),
        None => (key, false),
    };
    let key = match key {
        "scan" => "scan.id",
        key => key,
    };
    if !factors.contains(key) {
        let attribute = key.strip_prefix("scan.").unwrap_or(key);
        scans
            .check_attribute(attribute)
            .map_err(|fault| match factors.is_empty() {
                true => fault,
                false => {
                    let factors: Vec<&str> = factors.iter().copied().collect();
                    format!("{fault}; the factors are {}", factors.join(", "))
                }
            })?;
    }
    let wanted = serde_yaml::from_str(wanted).map_err(|_| "the value is no YAML".to_owned())?;
    let values = match value::from_yaml(&wanted)? {
        Value::Array(items) => items,
        Value::Null => return Err("a value is missing".to_owned()),
        single => vec![single],
    };
    Ok(Condition::of(key, not, values))
}
