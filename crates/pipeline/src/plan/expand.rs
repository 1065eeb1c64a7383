//! Expands a step into one instance for each scan and combination of factors, filtered by `where:`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::plan::condition::{Candidate, Condition};
use crate::plan::scans::Scans;
use crate::plan::scope::Scope;
use crate::problem::Problems;
use crate::read::model::{NamedValue, Step};
use crate::read::template;
use crate::value;

/// The scan and the factor values of one task.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Instance {
    /// Index of the scan. `None` for a step without `foreach: scan`.
    pub scan: Option<usize>,
    /// Factors and their values, in the order of the matrix.
    pub factors: Vec<(String, Value)>,
}

/// The instances of a step: scans in the order of the manifest, for each scan all combinations of factors. The first factor
/// varies slowest.
///
/// Reports problems; the result is then empty.
pub(crate) fn expand(
    step: &Step,
    params: &BTreeMap<String, Value>,
    scans: &Scans,
    problems: &mut Problems,
) -> Vec<Instance> {
    let mut combinations: Vec<Vec<(String, Value)>> = vec![Vec::new()];
    for factor in &step.matrix {
        let levels = levels(factor, params, problems);
        combinations = combinations
            .iter()
            .flat_map(|chosen| {
                levels.iter().map(move |level| {
                    let mut chosen = chosen.clone();
                    chosen.push((factor.name.clone(), level.clone()));
                    chosen
                })
            })
            .collect();
    }
    let of_scan: Vec<Option<usize>> = if step.foreach_scan {
        (0..scans.all().len()).map(Some).collect()
    } else {
        vec![None]
    };
    let all = of_scan.iter().flat_map(|scan| {
        combinations.iter().map(|factors| Instance {
            scan: *scan,
            factors: factors.clone(),
        })
    });
    let mut kept = Vec::new();
    for instance in all {
        if holds(step, &instance, params, scans, problems) {
            kept.push(instance);
        }
    }
    if kept.is_empty() && !combinations.is_empty() && !scans.is_broken() {
        let place = step.conditions.first().map_or(step.place, |c| c.place);
        if !problems.any_at(place) {
            let what = if step.foreach_scan { "scan" } else { "task" };
            problems.add(place, format!("no {what} is left for step '{}'", step.name));
        }
    }
    kept
}

/// The values of a factor.
fn levels(
    factor: &NamedValue,
    params: &BTreeMap<String, Value>,
    problems: &mut Problems,
) -> Vec<Value> {
    let scope = Scope {
        params,
        factors: &[],
        scan: None,
    };
    let filled = match template::fill(&factor.value, &|name| scope.lookup(name)) {
        Ok(filled) => filled,
        Err(message) => {
            let note = if factor.value.to_string().contains("${") {
                "; a factor can use only params"
            } else {
                ""
            };
            problems.add(
                factor.place,
                format!("factor '{}': {message}{note}", factor.name),
            );
            return Vec::new();
        }
    };
    let levels = match filled {
        Value::Array(items) => items,
        single => vec![single],
    };
    let mut seen = BTreeSet::new();
    let mut bad = |message: String| {
        problems.add(factor.place, format!("factor '{}' {message}", factor.name));
    };
    if levels.is_empty() {
        bad("has no values".into());
    }
    for level in &levels {
        if level.is_null() || level.is_array() || level.is_object() {
            bad(format!(
                "has the value {level}; use texts, numbers, true or false"
            ));
        } else if !seen.insert(value::key_of(level)) {
            bad(format!("has the value {level} twice"));
        }
    }
    levels
}

/// Whether all conditions under `where:` of the step hold. Reports unknown placeholders.
fn holds(
    step: &Step,
    instance: &Instance,
    params: &BTreeMap<String, Value>,
    scans: &Scans,
    problems: &mut Problems,
) -> bool {
    let scan = instance.scan.and_then(|index| scans.all().get(index));
    let scope = Scope {
        params,
        factors: &instance.factors,
        scan,
    };
    let candidate = Candidate {
        factors: &instance.factors,
        scan,
    };
    step.conditions
        .iter()
        .all(|condition| match Condition::fill(condition, &scope) {
            Ok(filled) => filled.holds(&candidate),
            Err(message) => {
                problems.add(condition.place, message);
                false
            }
        })
}
