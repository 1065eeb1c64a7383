//! Results of `compare` as a table, as JSON and as text.

use rsom_formats::table::{Column, Table};
use rsom_measures::column;
use rsom_parameters::Choice;
use rsom_stage::{StageError, TableContents};
use serde_json::{Value, json};

use super::measurements::SelectedMeasurements;
use super::sampling::Sampling;
use crate::publication::numbers::{p_value, readable};
use crate::{Comparison, ComparisonConfig, Level, Shift, Wilcoxon, note};

/// Columns of the table other than factors.
pub(super) const COLUMNS: &str = "metric unit label surface factor level baseline n n_zero n_missing n_undefined \
    baseline_mean baseline_sd level_mean level_sd baseline_median level_median median_difference hl ci_low ci_high \
    ci_level w_plus w_minus statistic p_value p_adjusted effect_size smallest_attainable_p \
    smallest_attainable_p_adjusted alternative zero_method method adjustment family family_size higher_is_better status note \
    pair_by measured_per aggregate n_subjects level_status baseline_status";

/// The contents of the table: its columns, and the metrics and columns of the measures.
pub(super) fn contents() -> TableContents {
    TableContents {
        columns: COLUMNS.split_whitespace().map(str::to_owned).collect(),
        of_inputs: vec!["input".to_owned()],
        ..TableContents::default()
    }
}

/// Whether a column of the table is one of [`COLUMNS`].
pub(super) fn is_own_column(name: &str) -> bool {
    COLUMNS.split_whitespace().any(|column| column == name)
}

/// The design of a comparison.
pub(super) struct Design<'a> {
    /// Column whose levels were compared.
    pub factor: &'a str,
    /// Grouping columns; levels are compared within each group.
    pub group_by: &'a [String],
    /// Columns that identify the unit of the test.
    pub pair_by: &'a [String],
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
    let mut columns = names(comparisons, selected, design);
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
    let text = |name: &str, value: fn(&Comparison) -> Option<String>| {
        Column::text(name, comparisons.iter().map(value))
    };
    vec![
        Column::repeated("pair_by", &design.pair_by.join(","), rows),
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

fn names(
    comparisons: &[Comparison],
    selected: &SelectedMeasurements,
    design: &Design<'_>,
) -> Vec<Column> {
    let quantity = |c: &Comparison| c.contrast.quantity.clone();
    let unit = |c: &Comparison| {
        let traits = selected.traits.get(&c.contrast.quantity)?;
        traits.unit.clone()
    };
    let mut columns = vec![
        Column::text(
            column::METRIC,
            comparisons.iter().map(|c| Some(quantity(c).metric)),
        ),
        Column::text(column::UNIT, comparisons.iter().map(unit)),
        levels(
            column::LABEL,
            &comparisons
                .iter()
                .map(|c| quantity(c).label)
                .collect::<Vec<_>>(),
            false,
        ),
        Column::text(
            column::SURFACE,
            comparisons.iter().map(|c| quantity(c).surface),
        ),
    ];
    for (place, name) in design.group_by.iter().enumerate() {
        let group: Vec<Option<Level>> = comparisons
            .iter()
            .map(|c| c.contrast.group.get(place).cloned())
            .collect();
        columns.push(levels(name, &group, false));
    }
    let side = |of: fn(&Comparison) -> &Level| -> Vec<Option<Level>> {
        comparisons.iter().map(|c| Some(of(c).clone())).collect()
    };
    let (level, baseline) = (side(|c| &c.contrast.level), side(|c| &c.contrast.baseline));
    // Level and baseline have the same type.
    let both = level.iter().chain(&baseline).flatten();
    let texts = both.into_iter().any(|l| matches!(l, Level::Text(_)));
    columns.push(Column::repeated("factor", design.factor, comparisons.len()));
    columns.push(levels("level", &level, texts));
    columns.push(levels("baseline", &baseline, texts));
    columns
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
        shift("hl", |s| s.estimate),
        shift("ci_low", |s| s.low),
        shift("ci_high", |s| s.high),
        shift("ci_level", |s| s.confidence),
    ]
}

fn tests(comparisons: &[Comparison], design: &Design<'_>) -> Vec<Column> {
    let number = |name: &str, value: fn(&Wilcoxon) -> f64| {
        Column::number(name, comparisons.iter().map(|c| c.test.as_ref().map(value)))
    };
    let repeated = |name: &str, value: &str| Column::repeated(name, value, comparisons.len());
    let config = &design.comparison;
    let method = comparisons
        .iter()
        .map(|c| c.test.as_ref().map(|t| t.method.as_str()));
    vec![
        number("w_plus", |t| t.w_plus),
        number("w_minus", |t| t.w_minus),
        number("statistic", |t| t.statistic),
        number("p_value", |t| t.p_value),
        Column::number("p_adjusted", comparisons.iter().map(|c| c.p_adjusted)),
        number("effect_size", |t| t.rank_biserial),
        number("smallest_attainable_p", |t| t.smallest_attainable_p),
        Column::number(
            "smallest_attainable_p_adjusted",
            comparisons.iter().map(|c| c.smallest_attainable_p_adjusted),
        ),
        repeated("alternative", config.test.alternative.as_str()),
        repeated("zero_method", config.test.zero_method.as_str()),
        Column::text("method", method),
        repeated("adjustment", config.adjustment.as_str()),
        repeated("family", config.family.as_str()),
        Column::integer(
            "family_size",
            comparisons.iter().map(|c| Some(c.family_size as i64)),
        ),
    ]
}

/// The comparisons as JSON.
pub(super) fn json(comparisons: &[Comparison], design: &Design<'_>) -> Value {
    let rows = comparisons.iter().map(|c| {
        let groups = design.group_by.iter().zip(&c.contrast.group);
        let groups: serde_json::Map<String, Value> = groups
            .map(|(name, level)| (name.clone(), value(level)))
            .collect();
        let missing: Vec<String> = c.pairs.missing.iter().map(ToString::to_string).collect();
        json!({
            "metric": c.contrast.quantity.metric,
            "label": c.contrast.quantity.label.as_ref().map(value),
            "surface": c.contrast.quantity.surface,
            "group": groups,
            "level": value(&c.contrast.level),
            "baseline": value(&c.contrast.baseline),
            "n": c.pairs.level.len(),
            "missing": missing,
            "median_difference": c.median_difference,
            "hl": c.shift.map(|s| s.estimate),
            "ci_low": c.shift.map(|s| s.low),
            "ci_high": c.shift.map(|s| s.high),
            "p_value": c.test.as_ref().map(|t| t.p_value),
            "p_adjusted": c.p_adjusted,
            "effect_size": c.test.as_ref().map(|t| t.rank_biserial),
            "status": c.status,
            "note": note(c, design.comparison, design.alpha),
        })
    });
    rows.collect()
}

/// The comparisons as text, one line each.
pub(super) fn text(comparisons: &[Comparison], design: &Design<'_>) -> String {
    let lines = comparisons.iter().map(|c| {
        let groups = design.group_by.iter().zip(&c.contrast.group);
        let groups: String = groups
            .map(|(name, level)| format!("{name} {level}, "))
            .collect();
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

fn value(level: &Level) -> Value {
    match level {
        Level::Number(number) => json!(number),
        Level::Text(text) => json!(text),
    }
}

/// A column of numbers when all levels are numbers and `as_text` is false, else of texts.
fn levels(name: &str, levels: &[Option<Level>], as_text: bool) -> Column {
    let numbers: Option<Vec<Option<f64>>> = levels
        .iter()
        .map(|level| match level {
            Some(Level::Number(number)) => Some(Some(*number)),
            Some(Level::Text(_)) => None,
            None => Some(None),
        })
        .collect();
    match numbers {
        Some(numbers) if !as_text && numbers.iter().any(Option::is_some) => {
            Column::number(name, numbers)
        }
        _ => Column::text(
            name,
            levels.iter().map(|l| l.as_ref().map(ToString::to_string)),
        ),
    }
}
