//! Results of `omnibus` as tables, as JSON and as text.

use rsom_formats::table::Table;
use rsom_measures::{Status, column};
use rsom_parameters::Choice;
use rsom_stage::StageError;
use serde_json::Value;

use super::contrast_columns::{
    contrast_columns, group_columns, group_json, group_text, quantity_columns, quantity_json,
};
use super::measurements::SelectedMeasurements;
use super::omnibus_settings::Settings;
use super::rows::Rows;
use crate::measurement::listed;
use crate::publication::numbers::p_value;
use crate::{
    Adjusted, Contrast, Family, LevelDesign, LevelPair, Omnibus, OmnibusTest, Permutations, PostHoc,
};

/// Columns of the table other than factors.
pub(super) const COLUMNS: &str = "metric unit label surface factor levels n_levels n n_incomplete test_name statistic df f df1 df2 \
    p_asymptotic p_f p_value p_method p_adjusted effect_name effect_size smallest_attainable_p adjustment family_size status \
    note pair_by measured_per aggregate n_subjects";
/// Columns of the table of pairs other than factors.
pub(super) const PAIR_COLUMNS: &str = "metric unit label surface factor level baseline n mean_rank_difference statistic p_value p_adjusted \
    test_name adjustment family family_size status";

/// A test, the number of its subjects, its adjusted p and its caveats.
pub(super) struct Row {
    pub test: Omnibus,
    pub n_subjects: Option<usize>,
    pub adjusted: Adjusted,
    pub notes: Vec<String>,
}

/// The table: one row per test.
pub(super) fn table(
    rows: &[Row],
    selected: &SelectedMeasurements,
    settings: &Settings,
) -> Result<Table, StageError> {
    let quantities: Vec<_> = rows.iter().map(|r| &r.test.quantity).collect();
    let groups: Vec<_> = rows.iter().map(|r| r.test.group.as_slice()).collect();
    let mut columns = quantity_columns(&quantities, selected);
    columns.extend(group_columns(&groups, &settings.group_by));
    let rows = Rows(rows);
    let of_test = |name: &str, value: fn(&OmnibusTest) -> Option<f64>| {
        rows.number(name, |r| r.test.test.as_ref().ok().and_then(value))
    };
    let (test_name, effect_name) = match settings.design {
        LevelDesign::Repeated => ("friedman", "kendall_w"),
        LevelDesign::Independent => ("kruskal_wallis", "epsilon_squared"),
    };
    columns.extend([
        rows.repeated("factor", &settings.factor),
        rows.text("levels", |r| Some(listed(&r.test.levels))),
        rows.count("n_levels", |r| Some(r.test.levels.len())),
        rows.count("n", |r| Some(r.test.units.len())),
        rows.count("n_incomplete", |r| Some(r.test.n_incomplete)),
        rows.repeated("test_name", test_name),
        of_test("statistic", |t| Some(t.statistic)),
        of_test("df", |t| Some(t.df)),
        of_test("f", |t| t.f.map(|f| f.0)),
        of_test("df1", |t| t.f.map(|f| f.1)),
        of_test("df2", |t| t.f.map(|f| f.2)),
        of_test("p_asymptotic", |t| Some(t.p_asymptotic)),
        of_test("p_f", |t| t.f.map(|f| f.3)),
        of_test("p_value", |t| Some(t.p_value())),
        rows.text("p_method", |r| r.test.test.as_ref().ok().map(method)),
        rows.number("p_adjusted", |r| r.adjusted.p),
        rows.repeated("effect_name", effect_name),
        of_test("effect_size", |t| t.effect_size),
        of_test("smallest_attainable_p", |t| t.smallest_attainable_p()),
        rows.repeated("adjustment", settings.adjust.as_str()),
        rows.count("family_size", |r| Some(r.adjusted.family_size)),
        rows.text(column::STATUS, |r| {
            Some(status(r.test.test.is_ok()).to_owned())
        }),
        rows.text("note", |r| {
            (!r.notes.is_empty()).then(|| r.notes.join("; "))
        }),
        rows.repeated("pair_by", &settings.units.pair_by.join(",")),
        rows.repeated("measured_per", settings.sampling.measured_per.as_str()),
        rows.repeated("aggregate", settings.sampling.aggregate.as_str()),
        rows.count("n_subjects", |r| r.n_subjects),
    ]);
    Table::new(columns).map_err(StageError::failure)
}

fn status(is_tested: bool) -> &'static str {
    match is_tested {
        true => Status::Ok.as_str(),
        false => "not_tested",
    }
}

fn method(test: &OmnibusTest) -> String {
    let method = match test.permutations.map(|p| p.permutations) {
        Some(Permutations::All) => "exact",
        Some(Permutations::Random(_)) => "random",
        None if test.f.is_some() => "f",
        None => "chi_squared",
    };
    method.to_owned()
}

/// The table of pairs: one row per pair of levels.
pub(super) fn pairs_table(
    rows: &[Row],
    selected: &SelectedMeasurements,
    settings: &Settings,
) -> Result<Table, StageError> {
    let mut pairs: Vec<(Contrast, usize, usize, &LevelPair)> = Vec::new();
    for row in rows {
        let of_row = row.test.pairs.as_deref().unwrap_or_default();
        for pair in of_row {
            let contrast = Contrast {
                quantity: row.test.quantity.clone(),
                group: row.test.group.clone(),
                level: pair.level.clone(),
                baseline: pair.baseline.clone(),
            };
            pairs.push((contrast, row.test.units.len(), of_row.len(), pair));
        }
    }
    let contrasts: Vec<&Contrast> = pairs.iter().map(|(contrast, ..)| contrast).collect();
    let mut columns = contrast_columns(&contrasts, selected, &settings.factor, &settings.group_by);
    let rows = Rows(&pairs);
    let number = |name: &str, value: fn(&LevelPair) -> Option<f64>| {
        rows.number(name, |(.., pair)| value(pair))
    };
    let post_hoc = settings.config().post_hoc;
    let adjustment = match post_hoc {
        PostHoc::Nemenyi => "nemenyi",
        _ => settings.adjust.as_str(),
    };
    columns.extend([
        rows.count("n", |(_, n, ..)| Some(*n)),
        number("mean_rank_difference", |p| p.mean_rank_difference),
        number("statistic", |p| p.statistic),
        number("p_value", |p| Some(p.p_value)),
        number("p_adjusted", |p| Some(p.p_adjusted)),
        rows.repeated("test_name", post_hoc.as_str()),
        rows.repeated("adjustment", adjustment),
        rows.repeated("family", Family::Group.as_str()),
        rows.count("family_size", |(_, _, m, _)| Some(*m)),
        rows.repeated(column::STATUS, Status::Ok.as_str()),
    ]);
    Table::new(columns).map_err(StageError::failure)
}

/// The tests as JSON.
pub(super) fn json(rows: &[Row], settings: &Settings) -> Value {
    let rows = rows.iter().map(|r| {
        let mut row = quantity_json(&r.test.quantity);
        let found = r.test.test.as_ref().ok();
        let results = [
            ("group", group_json(&r.test.group, &settings.group_by)),
            ("n", serde_json::json!(r.test.units.len())),
            ("statistic", serde_json::json!(found.map(|t| t.statistic))),
            (
                "effect_size",
                serde_json::json!(found.and_then(|t| t.effect_size)),
            ),
            ("p_value", serde_json::json!(found.map(|t| t.p_value()))),
            ("p_adjusted", serde_json::json!(r.adjusted.p)),
            ("note", serde_json::json!(r.notes.join("; "))),
        ];
        row.extend(results.map(|(name, value)| (name.to_owned(), value)));
        Value::Object(row)
    });
    rows.collect()
}

/// The tests as text, with the pairs below them.
pub(super) fn text(rows: &[Row], settings: &Settings) -> String {
    let p = |p: f64| p_value(p, settings.alpha);
    let lines = rows.iter().map(|r| {
        let outcome = match (&r.test.test, r.adjusted.p) {
            (Ok(test), Some(adjusted)) => {
                let effect = test
                    .effect_size
                    .map_or(String::new(), |e| match settings.design {
                        LevelDesign::Repeated => format!(", Kendall's W {e:.3}"),
                        LevelDesign::Independent => format!(", ε² {e:.3}"),
                    });
                format!(
                    "n = {}, {} levels, χ² {:.3}{effect}, p {}, adjusted {}",
                    r.test.units.len(),
                    r.test.levels.len(),
                    test.statistic,
                    p(test.p_value()),
                    p(adjusted)
                )
            }
            _ => "no test".to_owned(),
        };
        let pairs = r.test.pairs.as_deref().unwrap_or_default().iter();
        let pairs: String = pairs
            .map(|pair| {
                format!(
                    "\n  {} against {}: p {}, adjusted {}",
                    pair.level,
                    pair.baseline,
                    p(pair.p_value),
                    p(pair.p_adjusted)
                )
            })
            .collect();
        let notes = match r.notes.is_empty() {
            true => String::new(),
            false => format!(" ({})", r.notes.join("; ")),
        };
        let group = group_text(&r.test.group, &settings.group_by);
        format!(
            "{}: {group}{}: {outcome}{notes}{pairs}\n",
            r.test.quantity, settings.factor
        )
    });
    lines.collect()
}
