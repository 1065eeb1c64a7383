//! What tests were made, in words, from the columns of their table.

use rsom_formats::table::Table;

use super::shown_tests::{numbers_if_any, words};

/// The name of a test where the table states none.
const DEFAULT_TEST: &str = "signed_rank";

/// Whether the tests are of independent groups.
pub(super) fn is_of_groups(table: &Table) -> bool {
    matches!(test_name(table).as_str(), "mann_whitney" | "brunner_munzel")
}

fn test_name(table: &Table) -> String {
    words(table, "test_name").unwrap_or_else(|| DEFAULT_TEST.to_owned())
}

/// `two-sided paired Wilcoxon signed-rank test (exact), zero differences dropped`; `None` when the table does not state it.
pub(super) fn test_words(table: &Table) -> Option<String> {
    let name = match test_name(table).as_str() {
        DEFAULT_TEST => "paired Wilcoxon signed-rank test".to_owned(),
        "clustered_signed_rank" => "signed-rank test of clustered pairs".to_owned(),
        "sign_flip" => "sign-flip test of the mean difference".to_owned(),
        "mann_whitney" => "Mann–Whitney test of independent groups".to_owned(),
        "brunner_munzel" => "Brunner–Munzel test of independent groups".to_owned(),
        other => other.replace('_', " "),
    };
    let method = words(table, "method")?;
    let zeros = match words(table, "zero_method").as_deref() {
        Some("wilcox") => ", zero differences dropped",
        Some("pratt") => ", zero differences ranked and dropped (Pratt)",
        Some("zsplit") => ", zero differences split between both signs",
        _ => "",
    };
    Some(format!(
        "{} {name} ({}){zeros}",
        words(table, "alternative")?,
        method.replace('_', " ")
    ))
}

/// `paired by subject, scan` or `unit: subject`, with the clusters if there are any.
pub(super) fn unit_words(table: &Table) -> Option<String> {
    let listed = |name: &str| words(table, name).map(|columns| columns.replace(',', ", "));
    let pairs = listed("pair_by").map(|columns| format!("paired by {columns}"));
    let units = pairs.or_else(|| listed("unit_by").map(|columns| format!("unit: {columns}")))?;
    Some(match listed("cluster_by") {
        Some(clusters) => format!("{units}, in clusters by {clusters}"),
        None => units,
    })
}

/// Describes the tests of a table of levels; `None` when the table does not state it.
pub(super) fn tests_note(table: &Table) -> Option<String> {
    Some(format!(
        "p: {} against {} = {}, {}.",
        test_words(table)?,
        words(table, "factor")?,
        words(table, "baseline")?,
        adjustment_words(table)?,
    ))
}

/// `adjusted (holm) over all tests`; `None` when the table does not state it.
pub(super) fn adjustment_words(table: &Table) -> Option<String> {
    Some(match words(table, "adjustment")?.as_str() {
        "none" => "not adjusted".to_owned(),
        word => format!(
            "adjusted ({}) over {}{}",
            word.replace('_', "-"),
            family_words(&words(table, "family")?),
            size_words(table).unwrap_or_default(),
        ),
    })
}

fn family_words(family: &str) -> &str {
    match family {
        "all" => "all tests",
        "metric" => "the tests of a metric",
        "group" => "the comparisons of a metric within a group",
        other => other,
    }
}

/// ` (12)`, if all families have one size.
fn size_words(table: &Table) -> Option<String> {
    let sizes = words(table, "family_size")?;
    (!sizes.contains('/')).then(|| format!(" ({sizes})"))
}

/// What became of units without a value, if the table states it.
pub(super) fn missing_words(table: &Table) -> Option<String> {
    Some(match words(table, "missing_policy")?.as_str() {
        "leave_out" => "Units without a value at a level are left out.".to_owned(),
        "worst_value" => "Missing results count as the worst value of the metric.".to_owned(),
        "worst_rank" => "Missing results are ranked worst.".to_owned(),
        other => format!("Missing results: {}.", other.replace('_', " ")),
    })
}

/// Whether units without a value are missing in any test.
pub(super) fn has_lost_units(table: &Table) -> bool {
    let counts = numbers_if_any(table, "n_missing").unwrap_or_default();
    counts.into_iter().flatten().any(|n| n > 0.0)
}

/// The program and its version.
pub(super) fn software_note() -> String {
    format!("Computed with rsom-stats {}.", env!("CARGO_PKG_VERSION"))
}
