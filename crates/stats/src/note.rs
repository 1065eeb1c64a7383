//! Caveats of a comparison that its numbers do not show.

use std::collections::BTreeMap;

use crate::measurement::unit_name;
use crate::{
    Comparison, ComparisonConfig, EXACT_LIMIT, Method, Missing, MissingPair, PairedResult,
};
use rsom_parameters::Choice;

/// Largest number of units that a note lists.
const MOST_NAMED: usize = 10;

/// Excess of the error level of an interval, relative to the requested one, that is only rounding.
const LEVEL_SLACK: f64 = 1e-9;

/// Caveats of a comparison, separated by `; `; `None` when there are none.
///
/// A note states: that there are no pairs, and why; how many measurements at level and baseline have another status than
/// `ok`; that several pairs belong to one subject and are taken for independent; which units have no pair; how many measurements have no partner; that the test, or its adjustment, cannot reach `alpha` for any signs
/// of the differences; that an approximation or random changes of signs replaced the exact test; how many missing results were
/// replaced, and whether the policy for them decides; that the interval has less than the requested confidence.
#[must_use]
pub fn note(comparison: &Comparison, config: ComparisonConfig, alpha: f64) -> Option<String> {
    let mut caveats = Vec::new();
    if comparison.test.is_none() {
        caveats.push(no_pairs(&comparison.status));
    }
    if comparison.test.is_some() || comparison.status == "baseline_absent" {
        caveats.extend(peculiar("level", comparison.level_status.as_ref()));
    }
    caveats.extend(peculiar("baseline", comparison.baseline_status.as_ref()));
    caveats.extend(dependent(comparison));
    if let Some(test) = &comparison.test {
        caveats.extend(unattainable(comparison, test, alpha));
        caveats.extend(approximate(test, config));
    }
    caveats.extend(replaced(comparison, config.missing, alpha));
    caveats.extend(missing(&comparison.pairs.missing));
    if comparison.pairs.left_out > 0 {
        let left_out = comparison.pairs.left_out;
        caveats.push(format!(
            "{left_out} measurements left out because their partner has no value on that occasion"
        ));
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

fn no_pairs(status: &str) -> String {
    match status {
        "absent" => "no pairs: no measurement at this level".to_owned(),
        "baseline_absent" => "no pairs: no measurement at the baseline".to_owned(),
        "unpaired" => "no pairs: no unit has values at both".to_owned(),
        status => format!("no pairs: {status}"),
    }
}

/// `level: 3 of 8 empty prediction`, or that all measurements are.
pub(crate) fn peculiar(side: &str, status: Option<&String>) -> Option<String> {
    let status = status?;
    let is_share = status.starts_with(|c: char| c.is_ascii_digit());
    Some(if is_share {
        format!("{side}: {status}")
    } else {
        format!("{side}: all measurements are {status}")
    })
}

/// Pairs of one subject are not independent of each other; a test of pairs takes them for it.
fn dependent(comparison: &Comparison) -> Option<String> {
    if comparison.test.as_ref()?.n_clusters.is_some() {
        return None;
    }
    let (pairs, subjects) = (comparison.pairs.level.len(), comparison.n_subjects?);
    (subjects < pairs).then(|| {
        format!(
            "{pairs} pairs of {subjects} subjects are taken for independent; p may be far too small"
        )
    })
}

fn approximate(test: &PairedResult, config: ComparisonConfig) -> Option<String> {
    if config.test.method != Method::Exact {
        return None;
    }
    match test.method {
        Some(Method::Exact) => None,
        Some(Method::Normal) => Some(format!(
            "normal approximation: more than {EXACT_LIMIT} differences"
        )),
        None => Some("p from random changes of signs".to_owned()),
    }
}

fn unattainable(comparison: &Comparison, test: &PairedResult, alpha: f64) -> Option<String> {
    let differing = test.n_informative;
    if test.n == test.n_zero {
        return Some("all differences are zero".to_owned());
    }
    let what = match test.n_clusters {
        Some(_) => "clusters with a difference",
        None => "non-zero differences",
    };
    if test.smallest_attainable_p >= alpha {
        return Some(format!(
            "{differing} {what} can never reach p < {alpha}: the smallest attainable p is {}",
            test.smallest_attainable_p
        ));
    }
    let smallest = comparison.smallest_attainable_p_adjusted?;
    (smallest >= alpha).then(|| {
        format!(
            "{differing} {what} and {} tests can never reach an adjusted p < {alpha}: the smallest attainable is {smallest}",
            comparison.family_size
        )
    })
}

/// How many missing results were replaced, and the other p-values where the policy decides about significance.
fn replaced(comparison: &Comparison, missing: Missing, alpha: f64) -> Option<String> {
    let replaced = (comparison.n_imputed > 0).then(|| {
        format!(
            "{} missing results replaced ({})",
            comparison.n_imputed,
            missing.as_str().replace('_', " ")
        )
    });
    let is_significant = |p: &f64| *p < alpha;
    let policies = &comparison.by_policy;
    let significant = policies.iter().filter(|(_, p)| is_significant(p)).count();
    let decides = (significant > 0 && significant < policies.len()).then(|| {
        let each = policies.iter().map(|(policy, p)| {
            let words = policy.as_str().replace('_', " ");
            format!(
                "{words} p {}",
                crate::publication::numbers::p_value(*p, alpha)
            )
        });
        format!(
            "the missing results decide (before adjustment): {}",
            each.collect::<Vec<_>>().join(", ")
        )
    });
    let parts: Vec<String> = replaced.into_iter().chain(decides).collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// Lists units without a pair, grouped by the reason.
fn missing(pairs: &[MissingPair]) -> Option<String> {
    let mut units: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for pair in pairs {
        let names = units.entry(pair.reason()).or_default();
        names.push(unit_name(&pair.unit));
    }
    let parts: Vec<String> = units
        .into_iter()
        .map(|(reason, names)| {
            let shown = names.len().min(MOST_NAMED);
            let more = match names.len() - shown {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            format!("{}{more} ({reason})", names[..shown].join(", "))
        })
        .collect();
    (!parts.is_empty()).then(|| format!("without a pair: {}", parts.join(", ")))
}
