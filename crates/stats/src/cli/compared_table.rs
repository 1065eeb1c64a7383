//! Results of `compare` as a table, as JSON and as text.

use rsom_formats::table::{Column, Table};
use rsom_measures::column;
use rsom_parameters::Choice;
use rsom_stage::StageError;
use serde_json::{Value, json};

use super::contrast_columns::{contrast_columns, contrast_json, group_text};
use super::grouped_table;
use super::measurements::SelectedMeasurements;
use super::sampling::Sampling;
use crate::publication::numbers::{p_value, readable};
use crate::{
    Comparison, ComparisonConfig, ConfidenceInterval, Contrast, PairedResult, PairedTest, Shift,
    ZeroMethod, note,
};

/// Columns of the table other than factors.
pub(super) const COLUMNS: &str = "metric unit label surface factor level baseline n n_zero n_missing n_undefined \
    baseline_mean baseline_sd level_mean level_sd baseline_median level_median median_difference median_difference_low \
    median_difference_high hl ci_low ci_high \
    ci_level mean_difference mean_difference_low mean_difference_high w_plus w_minus statistic p_value p_adjusted effect_size \
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
    columns.extend(counts_and_locations(comparisons));
    columns.extend(tests(comparisons, design));
    let traits = |c: &Comparison| selected.traits.get(&c.contrast.quantity);
    let higher = comparisons
        .iter()
        .map(|c| traits(c).and_then(|t| t.higher_is_better));
    columns.push(Column::boolean(column::HIGHER_IS_BETTER, higher));
    columns.push(Column::text(
        column::STATUS,
        comparisons.iter().map(|c| Some(c.status.as_str())),
    ));
    let notes = comparisons
        .iter()
        .map(|c| note(c, design.comparison, design.alpha));
    columns.push(Column::text("note", notes));
    columns.extend(units(comparisons, design));
    Table::new(columns).map_err(StageError::failure)
}

/// What the pairs are, and what is peculiar about their measurements.
fn units(comparisons: &[Comparison], design: &Design<'_>) -> Vec<Column> {
    let rows = comparisons.len();
    let clusters = (!design.cluster_by.is_empty()).then(|| design.cluster_by.join(","));
    let text = |name: &str, value: fn(&Comparison) -> Option<String>| {
        Column::text(name, comparisons.iter().map(value))
    };
    vec![
        Column::repeated("pair_by", &design.pair_by.join(","), rows),
        Column::text("cluster_by", (0..rows).map(|_| clusters.clone())),
        Column::integer(
            "n_clusters",
            comparisons
                .iter()
                .map(|c| Some(c.test.as_ref()?.n_clusters? as i64)),
        ),
        Column::repeated("measured_per", design.sampling.measured_per.as_str(), rows),
        Column::repeated("aggregate", design.sampling.aggregate.as_str(), rows),
        Column::integer(
            "n_subjects",
            comparisons.iter().map(|c| c.n_subjects.map(|n| n as i64)),
        ),
        text("level_status", |c| c.level_status.clone()),
        text("baseline_status", |c| c.baseline_status.clone()),
    ]
}

fn counts_and_locations(comparisons: &[Comparison]) -> Vec<Column> {
    let count = |name: &str, value: fn(&Comparison) -> usize| {
        Column::integer(name, comparisons.iter().map(|c| Some(value(c) as i64)))
    };
    let number = |name: &str, value: fn(&Comparison) -> Option<f64>| {
        Column::number(name, comparisons.iter().map(value))
    };
    let shift = |name: &str, value: fn(Shift) -> f64| {
        Column::number(name, comparisons.iter().map(|c| c.shift.map(value)))
    };
    vec![
        count("n", |c| c.pairs.level.len()),
        count("n_zero", |c| c.test.as_ref().map_or(0, |t| t.n_zero)),
        count("n_missing", |c| c.pairs.missing.len()),
        count("n_undefined", |c| c.n_undefined),
        number("baseline_mean", |c| c.baseline_summary.mean),
        number("baseline_sd", |c| c.baseline_summary.sd),
        number("level_mean", |c| c.level_summary.mean),
        number("level_sd", |c| c.level_summary.sd),
        number("baseline_median", |c| c.baseline_summary.median),
        number("level_median", |c| c.level_summary.median),
        number("median_difference", |c| c.median_difference),
        number("median_difference_low", |c| {
            c.median_interval.map(|i| i.low)
        }),
        number("median_difference_high", |c| {
            c.median_interval.map(|i| i.high)
        }),
        shift("hl", |s| s.estimate),
        shift("ci_low", |s| s.low),
        shift("ci_high", |s| s.high),
        shift("ci_level", |s| s.confidence),
        number("mean_difference", |c| {
            c.mean_difference.as_ref().map(|m| m.estimate)
        }),
        number("mean_difference_low", |c| {
            interval_of_mean(c).map(|i| i.low)
        }),
        number("mean_difference_high", |c| {
            interval_of_mean(c).map(|i| i.high)
        }),
    ]
}

fn interval_of_mean(comparison: &Comparison) -> Option<ConfidenceInterval> {
    comparison.mean_difference.as_ref()?.interval
}

fn tests(comparisons: &[Comparison], design: &Design<'_>) -> Vec<Column> {
    let of_test = |name: &str, value: fn(&PairedResult) -> Option<f64>| {
        let values = comparisons.iter().map(|c| c.test.as_ref().and_then(value));
        Column::number(name, values)
    };
    let number = |name: &str, value: fn(&Comparison) -> Option<f64>| {
        Column::number(name, comparisons.iter().map(value))
    };
    let count = |name: &str, value: fn(&Comparison) -> Option<usize>| {
        Column::integer(name, comparisons.iter().map(|c| value(c).map(|n| n as i64)))
    };
    let repeated = |name: &str, value: &str| Column::repeated(name, value, comparisons.len());
    let config = &design.comparison;
    let zero_method = match config.kind {
        PairedTest::SignedRank => config.test.zero_method.as_str(),
        PairedTest::ClusteredSignedRank => ZeroMethod::Wilcox.as_str(),
        PairedTest::SignFlip => "kept",
    };
    let method = comparisons.iter().map(|c| {
        c.test
            .as_ref()
            .map(|t| t.method.map_or("random", |m| m.as_str()))
    });
    vec![
        of_test("w_plus", |t| t.rank_sums.map(|(plus, _)| plus)),
        of_test("w_minus", |t| t.rank_sums.map(|(_, minus)| minus)),
        of_test("statistic", |t| Some(t.statistic)),
        of_test("p_value", |t| Some(t.p_value)),
        number("p_adjusted", |c| c.p_adjusted),
        number("effect_size", |c| c.effect.map(|e| e.estimate)),
        number("effect_low", |c| c.effect?.interval.map(|i| i.low)),
        number("effect_high", |c| c.effect?.interval.map(|i| i.high)),
        of_test("smallest_attainable_p", |t| Some(t.smallest_attainable_p)),
        number("smallest_attainable_p_adjusted", |c| {
            c.smallest_attainable_p_adjusted
        }),
        repeated("test_name", config.kind.as_str()),
        repeated("alternative", config.test.alternative.as_str()),
        repeated("zero_method", zero_method),
        Column::text("method", method),
        repeated("adjustment", config.adjustment.as_str()),
        repeated("family", config.family.as_str()),
        count("family_size", |c| Some(c.family_size)),
        count("n_imputed", |c| Some(c.n_imputed)),
        repeated("missing_policy", config.missing.as_str()),
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
