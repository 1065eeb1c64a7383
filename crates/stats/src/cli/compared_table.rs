//! Results of `compare` as a table, as JSON and as text.

use rsom_formats::table::{Column, Table};
use rsom_measures::column;
use rsom_parameters::Choice;
use rsom_stage::StageError;
use serde_json::{Value, json};

use super::contrast_columns::{contrast_columns, contrast_json, group_text};
use super::grouped_table;
use super::measurements::SelectedMeasurements;
use super::rows::Rows;
use super::sampling::Sampling;
use crate::publication::numbers::{p_value, readable};
use crate::{Comparison, ComparisonConfig, Contrast, PairedResult, PairedTest, ZeroMethod, note};

/// Columns of the table other than factors.
pub(super) const COLUMNS: &str = "metric unit label surface factor level baseline n n_zero n_missing n_undefined \
    baseline_mean baseline_sd level_mean level_sd baseline_median level_median median_difference median_difference_low \
    median_difference_high hl ci_low ci_high \
    ci_level mean_difference mean_difference_low mean_difference_high mean_interval w_plus w_minus statistic p_value p_adjusted effect_size \
    effect_low effect_high smallest_attainable_p smallest_attainable_p_adjusted test_name alternative zero_method method adjustment \
    family family_size n_imputed missing_policy higher_is_better status note pair_by cluster_by n_clusters measured_per aggregate \
    n_subjects level_status baseline_status";

/// Whether a column of a table of tests, of pairs or of groups, is not that of a grouping factor.
pub(super) fn is_own_column(name: &str) -> bool {
    let all = COLUMNS
        .split_whitespace()
        .chain(grouped_table::COLUMNS.split_whitespace());
    all.into_iter().any(|column| column == name)
}

/// The design of a comparison.
pub(super) struct Design<'a> {
    /// Column whose levels were compared.
    pub factor: &'a str,
    /// Grouping columns; levels are compared within each group.
    pub group_by: &'a [String],
    /// Columns that identify the unit of the test.
    pub pair_by: &'a [String],
    /// Columns that identify the clusters of a test of clusters.
    pub cluster_by: &'a [String],
    pub sampling: &'a Sampling,
    pub comparison: ComparisonConfig,
    /// Significance level.
    pub alpha: f64,
}

/// The table: one row per comparison.
pub(super) fn table(
    comparisons: &[Comparison],
    selected: &SelectedMeasurements,
    design: &Design<'_>,
) -> Result<Table, StageError> {
    let contrasts: Vec<&Contrast> = comparisons.iter().map(|c| &c.contrast).collect();
    let mut columns = contrast_columns(&contrasts, selected, design.factor, design.group_by);
    let rows = Rows(comparisons);
    columns.extend(counts_and_locations(&rows, design));
    columns.extend(tests(&rows, design));
    columns.extend([
        rows.truth(column::HIGHER_IS_BETTER, |c| {
            let traits = selected.traits.get(&c.contrast.quantity)?;
            traits.higher_is_better
        }),
        rows.text(column::STATUS, |c| Some(c.status.clone())),
        rows.text("note", |c| note(c, design.comparison, design.alpha)),
    ]);
    columns.extend(units(&rows, design));
    Table::new(columns).map_err(StageError::failure)
}

/// What the pairs are, and what is peculiar about their measurements.
fn units(rows: &Rows<'_, Comparison>, design: &Design<'_>) -> Vec<Column> {
    let clusters = (!design.cluster_by.is_empty()).then(|| design.cluster_by.join(","));
    vec![
        rows.repeated("pair_by", &design.pair_by.join(",")),
        rows.text("cluster_by", |_| clusters.clone()),
        rows.count("n_clusters", |c| c.test.as_ref()?.n_clusters),
        rows.repeated("measured_per", design.sampling.measured_per.as_str()),
        rows.repeated("aggregate", design.sampling.aggregate.as_str()),
        rows.count("n_subjects", |c| c.n_subjects),
        rows.text("level_status", |c| c.level_status.clone()),
        rows.text("baseline_status", |c| c.baseline_status.clone()),
    ]
}

fn counts_and_locations(rows: &Rows<'_, Comparison>, design: &Design<'_>) -> Vec<Column> {
    let interval_of_mean = |c: &Comparison| c.mean_difference.as_ref()?.interval;
    vec![
        rows.count("n", |c| Some(c.pairs.level.len())),
        rows.count("n_zero", |c| Some(c.test.as_ref().map_or(0, |t| t.n_zero))),
        rows.count("n_missing", |c| Some(c.pairs.missing.len())),
        rows.count("n_undefined", |c| Some(c.n_undefined)),
        rows.number("baseline_mean", |c| c.baseline_summary.mean),
        rows.number("baseline_sd", |c| c.baseline_summary.sd),
        rows.number("level_mean", |c| c.level_summary.mean),
        rows.number("level_sd", |c| c.level_summary.sd),
        rows.number("baseline_median", |c| c.baseline_summary.median),
        rows.number("level_median", |c| c.level_summary.median),
        rows.number("median_difference", |c| c.median_difference),
        rows.number("median_difference_low", |c| Some(c.median_interval?.low)),
        rows.number("median_difference_high", |c| Some(c.median_interval?.high)),
        rows.number("hl", |c| Some(c.shift?.estimate)),
        rows.number("ci_low", |c| Some(c.shift?.low)),
        rows.number("ci_high", |c| Some(c.shift?.high)),
        rows.number("ci_level", |c| Some(c.shift?.confidence)),
        rows.number("mean_difference", |c| {
            Some(c.mean_difference.as_ref()?.estimate)
        }),
        rows.number("mean_difference_low", |c| Some(interval_of_mean(c)?.low)),
        rows.number("mean_difference_high", |c| Some(interval_of_mean(c)?.high)),
        rows.repeated("mean_interval", design.comparison.mean_interval.as_str()),
    ]
}

fn tests(rows: &Rows<'_, Comparison>, design: &Design<'_>) -> Vec<Column> {
    let of_test = |name: &str, value: fn(&PairedResult) -> Option<f64>| {
        rows.number(name, |c| c.test.as_ref().and_then(value))
    };
    let config = &design.comparison;
    let zero_method = match config.kind {
        PairedTest::SignedRank => config.test.zero_method.as_str(),
        PairedTest::ClusteredSignedRank => ZeroMethod::Wilcox.as_str(),
        PairedTest::SignFlip => "kept",
    };
    let method = |c: &Comparison| {
        let method = c.test.as_ref()?.method;
        Some(method.map_or("random", |m| m.as_str()).to_owned())
    };
    vec![
        of_test("w_plus", |t| t.rank_sums.map(|(plus, _)| plus)),
        of_test("w_minus", |t| t.rank_sums.map(|(_, minus)| minus)),
        of_test("statistic", |t| Some(t.statistic)),
        of_test("p_value", |t| Some(t.p_value)),
        rows.number("p_adjusted", |c| c.p_adjusted),
        rows.number("effect_size", |c| Some(c.effect?.estimate)),
        rows.number("effect_low", |c| Some(c.effect?.interval?.low)),
        rows.number("effect_high", |c| Some(c.effect?.interval?.high)),
        of_test("smallest_attainable_p", |t| Some(t.smallest_attainable_p)),
        rows.number("smallest_attainable_p_adjusted", |c| {
            c.smallest_attainable_p_adjusted
        }),
        rows.repeated("test_name", config.kind.as_str()),
        rows.repeated("alternative", config.test.alternative.as_str()),
        rows.repeated("zero_method", zero_method),
        rows.text("method", method),
        rows.repeated("adjustment", config.adjustment.as_str()),
        rows.repeated("family", config.family.as_str()),
        rows.count("family_size", |c| Some(c.family_size)),
        rows.count("n_imputed", |c| Some(c.n_imputed)),
        rows.repeated("missing_policy", config.missing.as_str()),
    ]
}

/// The comparisons as JSON.
pub(super) fn json(comparisons: &[Comparison], design: &Design<'_>) -> Value {
    let rows = comparisons.iter().map(|c| {
        let missing: Vec<String> = c.pairs.missing.iter().map(ToString::to_string).collect();
        let mut row = contrast_json(&c.contrast, design.group_by);
        let Value::Object(results) = json!({
            "n": c.pairs.level.len(),
            "missing": missing,
            "median_difference": c.median_difference,
            "hl": c.shift.map(|s| s.estimate),
            "ci_low": c.shift.map(|s| s.low),
            "ci_high": c.shift.map(|s| s.high),
            "mean_difference": c.mean_difference.as_ref().map(|m| m.estimate),
            "p_value": c.test.as_ref().map(|t| t.p_value),
            "p_adjusted": c.p_adjusted,
            "effect_size": c.effect.map(|e| e.estimate),
            "status": c.status,
            "note": note(c, design.comparison, design.alpha),
        }) else {
            return Value::Null;
        };
        row.extend(results);
        Value::Object(row)
    });
    rows.collect()
}

/// The comparisons as text, one line each.
pub(super) fn text(comparisons: &[Comparison], design: &Design<'_>) -> String {
    let lines = comparisons.iter().map(|c| {
        let groups = group_text(&c.contrast.group, design.group_by);
        let outcome = match (&c.test, c.median_difference, c.p_adjusted) {
            (Some(test), Some(difference), Some(adjusted)) => format!(
                "n = {}, median difference {}, p {}, adjusted {}",
                test.n,
                readable(difference, 4),
                p_value(test.p_value, design.alpha),
                p_value(adjusted, design.alpha),
            ),
            _ => "no test".to_owned(),
        };
        let note = note(c, design.comparison, design.alpha);
        let note = note.map(|n| format!(" ({n})")).unwrap_or_default();
        format!(
            "{}: {groups}{} {} against {}: {outcome}{note}\n",
            c.contrast.quantity, design.factor, c.contrast.level, c.contrast.baseline
        )
    });
    lines.collect()
}
