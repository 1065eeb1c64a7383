//! Results of `model` as tables, as JSON and as text.

use rsom_formats::table::Table;
use rsom_measures::{Status, column};
use rsom_parameters::Choice;
use rsom_stage::StageError;
use serde_json::{Value, json as value};

use super::contrast_columns::{
    group_columns, group_json, group_text, quantity_columns, quantity_json,
};
use super::fitted::{Fitted, Results};
use super::measurements::SelectedMeasurements;
use super::model_settings::Settings;
use super::rows::Rows;
use crate::mixed_model::{CoefficientTest, Estimate, TermTest, r_squared};
use crate::publication::numbers::{p_value, readable};
use crate::tails::normal;
use crate::{Level, Quantity};

/// Columns of the coefficients other than factors.
pub(super) const COEFFICIENTS: &str = "metric unit label surface coefficient estimate standard_error ci_low ci_high ci_level df t \
    p_value n n_subjects n_missing likelihood df_method singular formula status note";
/// Columns of the F tests.
pub(super) const TERMS: &str = "metric unit label surface term f df1 df2 p_value p_adjusted adjustment family_size test_type \
    df_method n n_subjects formula status note";
/// Columns of the variances and criteria.
pub(super) const FIT: &str = "metric unit label surface quantity value n n_subjects formula";
/// Columns of the residuals; those of the formula follow.
pub(super) const RESIDUALS: &str =
    "metric unit label surface fitted residual standardized normal_quantile subject scan slice";

/// A row of a table: a model and a part of its results.
pub(super) struct Row<'a, T> {
    pub of: &'a Fitted,
    pub part: T,
}

/// The columns that name the quantity and the group of each row.
pub(super) fn first_columns<T>(
    rows: &[Row<'_, T>],
    selected: &SelectedMeasurements,
    settings: &Settings,
) -> Vec<rsom_formats::table::Column> {
    let quantities: Vec<&Quantity> = rows.iter().map(|r| &r.of.data.quantity).collect();
    let groups: Vec<&[Level]> = rows.iter().map(|r| r.of.data.group.as_slice()).collect();
    let mut columns = quantity_columns(&quantities, selected);
    columns.extend(group_columns(&groups, &settings.group_by));
    columns
}

/// The parts of all fitted models.
fn parts<'a, T>(models: &'a [Fitted], of: impl Fn(&'a Results) -> Vec<T>) -> Vec<Row<'a, T>> {
    let mut rows = Vec::new();
    for fitted in models {
        let found = fitted.result.as_ref().map(&of).unwrap_or_default();
        rows.extend(found.into_iter().map(|part| Row { of: fitted, part }));
    }
    rows
}

/// Columns of an estimate, its interval and its test.
pub(super) fn estimate_columns<T>(
    rows: &Rows<'_, Row<'_, T>>,
    estimate: impl Fn(&T) -> Option<Estimate> + Copy,
    settings: &Settings,
) -> Vec<rsom_formats::table::Column> {
    let number = |name: &str, value: fn(Estimate) -> f64| {
        rows.number(name, |r| estimate(&r.part).map(value))
    };
    vec![
        number("estimate", |e| e.estimate),
        number("standard_error", |e| e.standard_error),
        number("ci_low", |e| e.interval.low),
        number("ci_high", |e| e.interval.high),
        rows.number("ci_level", |r| {
            estimate(&r.part).map(|_| settings.confidence)
        }),
        number("df", |e| e.df),
        number("t", |e| e.t),
        number("p_value", |e| e.p_value),
    ]
}

pub(super) fn n_rows(fitted: &Fitted) -> Option<usize> {
    fitted.result.as_ref().ok().map(|r| r.model.n_rows)
}

fn note(fitted: &Fitted) -> Option<String> {
    (!fitted.notes.is_empty()).then(|| fitted.notes.join("; "))
}

fn status(fitted: &Fitted) -> String {
    match fitted.result {
        Ok(_) => Status::Ok.to_string(),
        Err(_) => "not_fitted".to_owned(),
    }
}

/// The coefficients; a model that could not be fitted has one row without an estimate.
pub(super) fn coefficients(
    models: &[Fitted],
    selected: &SelectedMeasurements,
    settings: &Settings,
) -> Result<Table, StageError> {
    let mut of_models: Vec<Row<'_, Option<&CoefficientTest>>> = Vec::new();
    for of in models {
        match &of.result {
            Ok(results) => of_models.extend((results.coefficients.iter()).map(|test| Row {
                of,
                part: Some(test),
            })),
            Err(_) => of_models.push(Row { of, part: None }),
        }
    }
    let mut columns = first_columns(&of_models, selected, settings);
    let rows = Rows(&of_models);
    columns.push(rows.text("coefficient", |r| r.part.map(|test| test.name.clone())));
    columns.extend(estimate_columns(
        &rows,
        |test| test.map(|t| t.estimate),
        settings,
    ));
    let model = |r: &Row<'_, Option<&CoefficientTest>>, of: fn(&Results) -> usize| {
        r.of.result.as_ref().ok().map(of)
    };
    columns.extend([
        rows.count("n", |r| n_rows(r.of)),
        rows.count("n_subjects", |r| r.of.n_subjects),
        rows.count("n_missing", |r| model(r, |m| m.model.n_missing)),
        rows.repeated("likelihood", settings.likelihood.as_str()),
        rows.repeated("df_method", settings.df.as_str()),
        rows.truth("singular", |r| {
            Some(r.of.result.as_ref().ok()?.model.singular)
        }),
        rows.repeated("formula", &settings.formula),
        rows.text(column::STATUS, |r| Some(status(r.of))),
        rows.text("note", |r| note(r.of)),
    ]);
    Table::new(columns).map_err(StageError::failure)
}

/// The F tests of the terms.
pub(super) fn terms(
    models: &[Fitted],
    selected: &SelectedMeasurements,
    settings: &Settings,
) -> Result<Table, StageError> {
    let of_models: Vec<Row<'_, (&TermTest, Option<f64>)>> = parts(models, |results| {
        results
            .terms
            .iter()
            .zip(results.p_adjusted.iter().copied())
            .collect()
    });
    let mut columns = first_columns(&of_models, selected, settings);
    let rows = Rows(&of_models);
    columns.extend([
        rows.text("term", |r| Some(r.part.0.term.clone())),
        rows.number("f", |r| Some(r.part.0.f)),
        rows.count("df1", |r| Some(r.part.0.numerator_df)),
        rows.number("df2", |r| Some(r.part.0.denominator_df)),
        rows.number("p_value", |r| Some(r.part.0.p_value)),
        rows.number("p_adjusted", |r| r.part.1),
        rows.repeated("adjustment", settings.adjust.as_str()),
        rows.count("family_size", |_| Some(of_models.len())),
        rows.repeated("test_type", settings.test_type.as_str()),
        rows.repeated("df_method", settings.df.as_str()),
        rows.count("n", |r| n_rows(r.of)),
        rows.count("n_subjects", |r| r.of.n_subjects),
        rows.repeated("formula", &settings.formula),
        rows.text(column::STATUS, |r| Some(status(r.of))),
        rows.text("note", |r| note(r.of)),
    ]);
    Table::new(columns).map_err(StageError::failure)
}

/// Standard deviations of the random intercepts and residuals, R² and information criteria.
pub(super) fn fits(
    models: &[Fitted],
    selected: &SelectedMeasurements,
    settings: &Settings,
) -> Result<Table, StageError> {
    let of_models: Vec<Row<'_, (String, f64)>> = parts(models, quantities);
    let mut columns = first_columns(&of_models, selected, settings);
    let rows = Rows(&of_models);
    columns.extend([
        rows.text("quantity", |r| Some(r.part.0.clone())),
        rows.number("value", |r| Some(r.part.1)),
        rows.count("n", |r| n_rows(r.of)),
        rows.count("n_subjects", |r| r.of.n_subjects),
        rows.repeated("formula", &settings.formula),
    ]);
    Table::new(columns).map_err(StageError::failure)
}

fn quantities(results: &Results) -> Vec<(String, f64)> {
    let model = &results.model;
    let total: f64 = model.residual_variance
        + model
            .random_intercepts
            .iter()
            .map(|r| r.variance)
            .sum::<f64>();
    let mut all = Vec::new();
    for random in &model.random_intercepts {
        all.push((format!("sd of {}", random.name), random.variance.sqrt()));
        all.push((
            format!("intraclass correlation of {}", random.name),
            random.variance / total,
        ));
        all.push((
            format!("number of {}", random.name),
            random.effects.len() as f64,
        ));
    }
    let r = r_squared(model);
    all.extend([
        ("sd of residuals".to_owned(), model.residual_variance.sqrt()),
        ("marginal R2".to_owned(), r.marginal),
        ("conditional R2".to_owned(), r.conditional),
        ("log likelihood".to_owned(), model.log_likelihood),
        ("AIC".to_owned(), model.aic),
        ("BIC".to_owned(), model.bic),
    ]);
    all
}

/// Fitted values and residuals of the rows that were used, with the quantiles of a normal distribution for a Q-Q plot.
pub(super) fn residuals(
    models: &[Fitted],
    (table, selected): (&Table, &SelectedMeasurements),
    settings: &Settings,
) -> Result<Table, StageError> {
    /// Fitted, residual, standardized residual, quantile, row of the input.
    type Residual = (f64, f64, f64, f64, usize);
    let mut of_models: Vec<Row<'_, Residual>> = Vec::new();
    for of in models {
        let Ok(results) = &of.result else { continue };
        let model = &results.model;
        let sd = model.residual_variance.sqrt();
        let quantiles = normal_quantiles(&model.residuals);
        for (place, row) in model.rows.iter().enumerate() {
            let residual = model.residuals[place];
            let part = (
                model.fitted[place],
                residual,
                residual / sd,
                quantiles[place],
                of.data.rows[*row],
            );
            of_models.push(Row { of, part });
        }
    }
    let mut columns = first_columns(&of_models, selected, settings);
    let rows = Rows(&of_models);
    columns.extend([
        rows.number("fitted", |r| Some(r.part.0)),
        rows.number("residual", |r| Some(r.part.1)),
        rows.number("standardized", |r| Some(r.part.2)),
        rows.number("normal_quantile", |r| Some(r.part.3)),
    ]);
    let places: Vec<usize> = of_models.iter().map(|r| r.part.4).collect();
    let of_rows = table.take(&places).map_err(StageError::failure)?;
    for name in [column::SUBJECT, column::SCAN, column::SLICE] {
        columns.extend(of_rows.column(name).cloned());
    }
    Table::new(columns).map_err(StageError::failure)
}

/// The normal quantile of each value by its rank: Φ⁻¹((rank − ½)/n).
fn normal_quantiles(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut quantiles = vec![0.0; values.len()];
    for (rank, place) in order.into_iter().enumerate() {
        let p = (rank as f64 + 0.5) / values.len() as f64;
        quantiles[place] = normal::quantile(p);
    }
    quantiles
}

/// The models as JSON.
pub(super) fn json(models: &[Fitted], settings: &Settings) -> Value {
    let models = models.iter().map(|m| {
        let mut row = quantity_json(&m.data.quantity);
        let results = m.result.as_ref().ok();
        let coefficients: serde_json::Map<String, Value> = results
            .map_or(&[][..], |r| r.coefficients.as_slice())
            .iter()
            .map(|c| {
                let e = c.estimate;
                (
                    c.name.clone(),
                    value!({ "estimate": e.estimate, "p_value": e.p_value }),
                )
            })
            .collect();
        let entries = [
            ("group", group_json(&m.data.group, &settings.group_by)),
            ("n", value!(n_rows(m))),
            ("coefficients", Value::Object(coefficients)),
            ("note", value!(note(m))),
        ];
        row.extend(entries.map(|(name, entry)| (name.to_owned(), entry)));
        Value::Object(row)
    });
    models.collect()
}

/// The models as text: coefficients and F tests.
pub(super) fn text(models: &[Fitted], settings: &Settings) -> String {
    let p = |p: f64| p_value(p, settings.alpha);
    let of_model = |m: &Fitted| {
        let group = group_text(&m.data.group, &settings.group_by);
        let notes = note(m).map_or(String::new(), |note| format!(" ({note})"));
        let Ok(results) = &m.result else {
            return format!("{}: {group}no model{notes}\n", m.data.quantity);
        };
        let subjects = m
            .n_subjects
            .map_or(String::new(), |n| format!(" of {n} subjects"));
        let coefficients = results.coefficients.iter().map(|c| {
            let e = c.estimate;
            format!(
                "  {}: {} ({} to {}), t({:.1}) = {:.3}, p {}\n",
                c.name,
                readable(e.estimate, 4),
                readable(e.interval.low, 4),
                readable(e.interval.high, 4),
                e.df,
                e.t,
                p(e.p_value)
            )
        });
        let terms = results
            .terms
            .iter()
            .zip(&results.p_adjusted)
            .map(|(t, adjusted)| {
                format!(
                    "  term {}: F({}, {:.1}) = {:.3}, p {}, adjusted {}\n",
                    t.term,
                    t.numerator_df,
                    t.denominator_df,
                    t.f,
                    p(t.p_value),
                    adjusted.map_or("–".to_owned(), p)
                )
            });
        format!(
            "{}: {group}{} rows{subjects}{notes}\n{}{}",
            m.data.quantity,
            results.model.n_rows,
            coefficients.collect::<String>(),
            terms.collect::<String>()
        )
    };
    models.iter().map(of_model).collect()
}
