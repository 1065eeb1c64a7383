//! Caveats of a comparison of groups that its numbers do not show.

use crate::groups::RANK_SUM_EXACT_LIMIT;
use crate::note::peculiar;
use crate::{GroupComparison, GroupConfig, GroupResult, Method};

/// Excess of the error level of an interval, relative to the requested one, that is only rounding.
const LEVEL_SLACK: f64 = 1e-9;

/// Caveats of a comparison of groups, separated by `; `; `None` when there are none.
///
/// A note states: why there is no test; how many measurements have another status than `ok`; how many units have no value; that
/// the test, or its adjustment, cannot reach `alpha` with groups of these sizes; that another distribution than the requested
/// one was used; that the interval has less than the requested confidence.
#[must_use]
pub fn group_note(comparison: &GroupComparison, config: GroupConfig, alpha: f64) -> Option<String> {
    let mut caveats = Vec::new();
    match &comparison.test {
        None => caveats.push(format!("no test: {}", no_test(&comparison.status))),
        Some(test) => {
            caveats.extend(unattainable(comparison, test, alpha));
            caveats.extend(approximate(test, config));
        }
    }
    let [level, baseline] = &comparison.peculiarities;
    caveats.extend(peculiar("level", level.as_ref()));
    caveats.extend(peculiar("baseline", baseline.as_ref()));
    if comparison.n_missing > 0 {
        caveats.push(format!("{} units without a value", comparison.n_missing));
    }
    if let Some(shift) = comparison.shift
        && 1.0 - shift.confidence > (1.0 - config.confidence) * (1.0 + LEVEL_SLACK)
    {
        caveats.push(format!(
            "the interval has a confidence of only {:.3}",
            shift.confidence
        ));
    }
    (!caveats.is_empty()).then(|| caveats.join("; "))
}

fn no_test(status: &str) -> String {
    match status {
        "absent" => "no measurement at this level".to_owned(),
        "baseline_absent" => "no measurement at the baseline".to_owned(),
        "one_value_in_a_group" => "Brunner–Munzel needs two values in each group".to_owned(),
        "groups_do_not_overlap" => {
            "the groups do not overlap, so Student's t has no variance; use --method exact"
                .to_owned()
        }
        status => status.replace('_', " "),
    }
}

fn unattainable(comparison: &GroupComparison, test: &GroupResult, alpha: f64) -> Option<String> {
    let smallest = test.smallest_attainable_p?;
    let sizes = [&comparison.level_units, &comparison.baseline_units].map(Vec::len);
    let what = format!("groups of {} and {} units", sizes[0], sizes[1]);
    if smallest >= alpha {
        return Some(format!(
            "{what} can never reach p < {alpha}: the smallest attainable p is {smallest:.3}"
        ));
    }
    let adjusted = comparison.adjusted.smallest_attainable_p?;
    (adjusted >= alpha).then(|| {
        format!(
            "{what} and {} tests can never reach an adjusted p < {alpha}: the smallest attainable is {adjusted:.3}",
            comparison.adjusted.family_size
        )
    })
}

fn approximate(test: &GroupResult, config: GroupConfig) -> Option<String> {
    match (config.method, test.method) {
        (Method::Exact, "normal") => Some(format!(
            "normal approximation: more than {RANK_SUM_EXACT_LIMIT} values"
        )),
        (Method::Exact, "random") => Some("p from random splits of the values".to_owned()),
        _ => None,
    }
}
