//! Results of `groups` as a table, as JSON and as text.

use rsom_formats::table::{Column, Table};
use rsom_measures::column;
use rsom_parameters::Choice;
use rsom_stage::StageError;
use serde_json::{Value, json};

use super::contrast_columns::{contrast_columns, contrast_json, group_text};
use super::measurements::SelectedMeasurements;
use super::rows::Rows;
use super::sampling::Sampling;
use crate::publication::numbers::{p_value, readable};
use crate::{Contrast, GroupComparison, GroupConfig, group_note};

/// Columns of the table other than factors.
pub(super) const COLUMNS: &str = "metric unit label surface factor level baseline n n_level n_baseline n_missing n_undefined \
    baseline_mean baseline_sd level_mean level_sd baseline_median level_median hl ci_low ci_high ci_level mean_difference \
    mean_difference_low mean_difference_high mean_interval superiority superiority_low superiority_high effect_size effect_low effect_high \
    statistic df p_value p_adjusted smallest_attainable_p smallest_attainable_p_adjusted test_name alternative method \
    adjustment family family_size higher_is_better status note unit_by measured_per aggregate n_subjects level_status \
    baseline_status";

/// The design of a comparison of groups.
pub(super) struct Design<'a> {
    /// Column whose levels were compared.
    pub factor: &'a str,
    /// Grouping columns; levels are compared within each group.
    pub group_by: &'a [String],
    /// Columns that identify the unit.
    pub unit_by: &'a [String],
    pub sampling: &'a Sampling,
    pub config: GroupConfig,
    /// Significance level.
    pub alpha: f64,
}

/// A comparison and the number of subjects in it, if known.
pub(super) struct Row {
    pub comparison: GroupComparison,
    pub n_subjects: Option<usize>,
    /// That units of one subject are taken for independent.
    pub dependent: Option<String>,
}

impl Row {
    fn note(&self, design: &Design<'_>) -> Option<String> {
        let note = group_note(&self.comparison, design.config, design.alpha);
        let parts: Vec<String> = self.dependent.iter().cloned().chain(note).collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    }
}

/// The table: one row per comparison.
pub(super) fn table(
    rows: &[Row],
    selected: &SelectedMeasurements,
    design: &Design<'_>,
) -> Result<Table, StageError> {
    let contrasts: Vec<&Contrast> = rows.iter().map(|r| &r.comparison.contrast).collect();
    let mut columns = contrast_columns(&contrasts, selected, design.factor, design.group_by);
    let rows = Rows(rows);
    columns.extend(counts(&rows));
    columns.extend(effects(&rows, design));
    columns.extend(tests(&rows, design));
    columns.extend([
        rows.truth(column::HIGHER_IS_BETTER, |r| {
            let traits = selected.traits.get(&r.comparison.contrast.quantity)?;
            traits.higher_is_better
        }),
        rows.text(column::STATUS, |r| Some(r.comparison.status.clone())),
        rows.text("note", |r| r.note(design)),
        rows.repeated("unit_by", &design.unit_by.join(",")),
        rows.repeated("measured_per", design.sampling.measured_per.as_str()),
        rows.repeated("aggregate", design.sampling.aggregate.as_str()),
        rows.count("n_subjects", |r| r.n_subjects),
        rows.text("level_status", |r| r.comparison.peculiarities[0].clone()),
        rows.text("baseline_status", |r| r.comparison.peculiarities[1].clone()),
    ]);
    Table::new(columns).map_err(StageError::failure)
}

fn counts(rows: &Rows<'_, Row>) -> Vec<Column> {
    let count = |name: &str, value: fn(&GroupComparison) -> usize| {
        rows.count(name, |r| Some(value(&r.comparison)))
    };
    vec![
        count("n", |c| c.level_units.len() + c.baseline_units.len()),
        count("n_level", |c| c.level_units.len()),
        count("n_baseline", |c| c.baseline_units.len()),
        count("n_missing", |c| c.n_missing),
        count("n_undefined", |c| c.n_undefined),
    ]
}

fn effects(rows: &Rows<'_, Row>, design: &Design<'_>) -> Vec<Column> {
    let number = |name: &str, value: fn(&GroupComparison) -> Option<f64>| {
        rows.number(name, |r| value(&r.comparison))
    };
    vec![
        number("baseline_mean", |c| c.baseline_summary.mean),
        number("baseline_sd", |c| c.baseline_summary.sd),
        number("level_mean", |c| c.level_summary.mean),
        number("level_sd", |c| c.level_summary.sd),
        number("baseline_median", |c| c.baseline_summary.median),
        number("level_median", |c| c.level_summary.median),
        number("hl", |c| Some(c.shift?.estimate)),
        number("ci_low", |c| Some(c.shift?.low)),
        number("ci_high", |c| Some(c.shift?.high)),
        number("ci_level", |c| Some(c.shift?.confidence)),
        number("mean_difference", |c| {
            Some(c.mean_difference.as_ref()?.estimate)
        }),
        number("mean_difference_low", |c| {
            Some(c.mean_difference.as_ref()?.interval?.low)
        }),
        number("mean_difference_high", |c| {
            Some(c.mean_difference.as_ref()?.interval?.high)
        }),
        rows.repeated("mean_interval", design.config.mean_interval.as_str()),
        number("superiority", |c| Some(c.superiority?.estimate)),
        number("superiority_low", |c| Some(c.superiority?.interval.low)),
        number("superiority_high", |c| Some(c.superiority?.interval.high)),
        number("effect_size", |c| Some(c.superiority?.cliffs_delta)),
        number("effect_low", |c| {
            Some(c.superiority?.cliffs_delta_interval.low)
        }),
        number("effect_high", |c| {
            Some(c.superiority?.cliffs_delta_interval.high)
        }),
    ]
}

fn tests(rows: &Rows<'_, Row>, design: &Design<'_>) -> Vec<Column> {
    let number = |name: &str, value: fn(&GroupComparison) -> Option<f64>| {
        rows.number(name, |r| value(&r.comparison))
    };
    vec![
        number("statistic", |c| Some(c.test?.statistic)),
        number("df", |c| c.test?.df),
        number("p_value", |c| Some(c.test?.p_value)),
        number("p_adjusted", |c| c.adjusted.p),
        number("smallest_attainable_p", |c| c.test?.smallest_attainable_p),
        number("smallest_attainable_p_adjusted", |c| {
            c.test?.smallest_attainable_p?;
            c.adjusted.smallest_attainable_p
        }),
        rows.repeated("test_name", design.config.kind.as_str()),
        rows.repeated("alternative", design.config.alternative.as_str()),
        rows.text("method", |r| Some(r.comparison.test?.method.to_owned())),
        rows.repeated("adjustment", design.config.adjustment.as_str()),
        rows.repeated("family", design.config.family.as_str()),
        rows.count("family_size", |r| Some(r.comparison.adjusted.family_size)),
    ]
}

/// The comparisons as JSON.
pub(super) fn json(rows: &[Row], design: &Design<'_>) -> Value {
    let rows = rows.iter().map(|r| {
        let c = &r.comparison;
        let mut row = contrast_json(&c.contrast, design.group_by);
        let results = [
            ("n_level", json!(c.level_units.len())),
            ("n_baseline", json!(c.baseline_units.len())),
            ("hl", json!(c.shift.map(|s| s.estimate))),
            ("ci_low", json!(c.shift.map(|s| s.low))),
            ("ci_high", json!(c.shift.map(|s| s.high))),
            ("cliffs_delta", json!(c.superiority.map(|s| s.cliffs_delta))),
            ("p_value", json!(c.test.map(|t| t.p_value))),
            ("p_adjusted", json!(c.adjusted.p)),
            ("status", json!(c.status)),
            ("note", json!(r.note(design))),
        ];
        row.extend(results.map(|(name, value)| (name.to_owned(), value)));
        Value::Object(row)
    });
    rows.collect()
}

/// The comparisons as text, one line each.
pub(super) fn text(rows: &[Row], design: &Design<'_>) -> String {
    let lines = rows.iter().map(|r| {
        let c = &r.comparison;
        let outcome = match (c.test, c.shift, c.adjusted.p) {
            (Some(test), Some(shift), Some(adjusted)) => format!(
                "n = {} and {}, shift {}, p {}, adjusted {}",
                c.level_units.len(),
                c.baseline_units.len(),
                readable(shift.estimate, 4),
                p_value(test.p_value, design.alpha),
                p_value(adjusted, design.alpha),
            ),
            _ => "no test".to_owned(),
        };
        let note = r.note(design);
        let note = note.map(|n| format!(" ({n})")).unwrap_or_default();
        format!(
            "{}: {}{} {} against {}: {outcome}{note}\n",
            c.contrast.quantity,
            group_text(&c.contrast.group, design.group_by),
            design.factor,
            c.contrast.level,
            c.contrast.baseline
        )
    });
    lines.collect()
}
