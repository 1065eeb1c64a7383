//! From a stage to its tasks: scans × factors, narrowed by `where:`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::plan::condition::{Condition, Subject};
use crate::plan::scans::Scans;
use crate::plan::scope::Scope;
use crate::problem::Problems;
use crate::read::model::{Named, Stage};
use crate::read::template;
use crate::value;

/// One task's place in its stage: a scan and a value for each factor.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Instance {
    /// Index of the scan, for a stage that runs for each.
    pub scan: Option<usize>,
    /// Factors and their values, in the order of the matrix.
    pub factors: Vec<(String, Value)>,
}

/// The tasks of a stage: scans in the manifest's order, for each of them the factors, the first varying slowest.
///
/// Empty when something is wrong, which is then reported.
pub(crate) fn expand(
    stage: &Stage,
    params: &BTreeMap<String, Value>,
    scans: &Scans,
    problems: &mut Problems,
) -> Vec<Instance> {
    let mut combinations: Vec<Vec<(String, Value)>> = vec![Vec::new()];
    for factor in &stage.matrix {
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
    let of_scan: Vec<Option<usize>> = if stage.foreach_scan {
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
        if holds(stage, &instance, params, scans, problems) {
            kept.push(instance);
        }
    }
    if kept.is_empty() && !combinations.is_empty() && !scans.is_broken() {
        let place = stage.conditions.first().map_or(stage.place, |c| c.place);
        if !problems.any_at(place) {
            let what = if stage.foreach_scan { "scan" } else { "task" };
            problems.add(
                place,
                format!("no {what} is left for stage '{}'", stage.name),
            );
        }
    }
    kept
}

/// The values of a factor.
fn levels(factor: &Named, params: &BTreeMap<String, Value>, problems: &mut Problems) -> Vec<Value> {
    let scope = Scope {
        params,
        factors: &[],
        scan: None,
    };
    let filled = match template::fill(&factor.value, &|name| scope.lookup(name)) {
        Ok(filled) => filled,
        Err(message) => {
            let note = if factor.value.to_string().contains("${") {
                "; a factor can name params only"
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
                "has the value {level}, which is no word, text or number"
            ));
        } else if !seen.insert(value::key_of(level)) {
            bad(format!("has the value {level} twice"));
        }
    }
    levels
}

fn holds(
    stage: &Stage,
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
    let subject = Subject {
        factors: &instance.factors,
        scan,
    };
    stage
        .conditions
        .iter()
        .all(|condition| match Condition::fill(condition, &scope) {
            Ok(filled) => filled.holds(&subject),
            Err(message) => {
                problems.add(condition.place, message);
                false
            }
        })
}
