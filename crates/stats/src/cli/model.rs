//! `rsom-stats model`: linear mixed models, with analysis of covariance as a special case.

use std::collections::BTreeSet;

use rsom_io::ports;
use rsom_parameters::Parameters;
use rsom_stage::{Command, Invocation, Kind, Named, Port, StageError, Summary};

use super::factor::LOSS;
use super::fault::stage_error;
use super::fitted::{Fitted, Results};
use super::measurements::{Selection, select};
use super::model_data::{ModelData, model_data};
use super::model_means::{MEANS, means};
use super::model_settings::Settings;
use super::model_table::{
    COEFFICIENTS, FIT, RESIDUALS, TERMS, coefficients, fits, json, residuals, terms, text,
};
use super::table_contents::contents;
use crate::mixed_model::{Formula, MixedModel, coefficient_tests, fit, marginal_means, term_tests};
use crate::{Adjustment, StatsError, adjust_family};

pub(super) fn command() -> Command {
    Command::new("model", "Fit a linear mixed model: fixed effects by a formula, random intercepts for subjects", run)
        .input(Port::required("input", Kind::Table, "Tables of measures in long form").many())
        .output(Port::required("output", Kind::Table, "Table of coefficients: one row per metric, label, surface, group and coefficient").with_table(contents(COEFFICIENTS)))
        .output(Port::optional("terms", Kind::Table, "F tests of the terms").with_table(contents(TERMS)))
        .output(Port::optional("means", Kind::Table, "Estimated marginal means of the factors of --means-of, and their differences").with_table(contents(MEANS)))
        .output(Port::optional("fit", Kind::Table, "Variances, share of explained variance, and information criteria").with_table(contents(FIT)))
        .output(Port::optional("residuals", Kind::Table, "Fitted values and residuals of each row, for residual plots").with_table(contents(RESIDUALS)))
        .parameters(Settings::declare())
        .names_in_tables("input", Named::Column, &["group_by", "repeated_over", "where"])
        .derives(LOSS)
        .example("rsom-stats model --input m.parquet --formula 'ra_um@both ~ C(s) + (1|subject)' --output model.parquet")
        .example("rsom-stats model --input m.parquet --formula 'thickness_um ~ group + age + (1|subject/visit)' --reference group=control --means-of group --means means.parquet --output model.parquet")
        .example("rsom-stats model --input m.parquet --formula 'thickness_um ~ group + age' --output ancova.parquet")
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: Settings = invocation.settings()?;
    let formula = Formula::parse(&settings.formula).map_err(|e| stage_error(&e))?;
    let table = ports::read_table(invocation, "input")?;
    let selected = select(
        &table,
        &Selection {
            metrics: std::slice::from_ref(&formula.outcome),
            measured_per: settings.measured_per,
            filter: &settings.r#where,
            condition: &settings.group_by,
            unit: &[],
            unit_parameter: "--repeated-over",
            average_over: &settings.repeated_over,
        },
    )?;
    let all = model_data(&table, &selected, &formula)?;
    let models: Result<Vec<Fitted>, StageError> = all
        .into_iter()
        .map(|data| fitted(data, &formula, &settings))
        .collect();
    let mut models = models?;
    if models.iter().all(|m| m.result.is_err()) {
        let reason = models.iter().find_map(|m| m.result.as_ref().err());
        return Err(StageError::inputs(format_args!(
            "no model was fitted: {}",
            reason.map_or("there are no rows", String::as_str)
        )));
    }
    adjust_terms(&mut models, settings.adjust)?;
    ports::write_table(
        invocation,
        "output",
        &coefficients(&models, &selected, &settings)?,
    )?;
    if invocation.optional_output("terms").is_some() {
        ports::write_table(invocation, "terms", &terms(&models, &selected, &settings)?)?;
    }
    if invocation.optional_output("means").is_some() {
        ports::write_table(invocation, "means", &means(&models, &selected, &settings)?)?;
    }
    if invocation.optional_output("fit").is_some() {
        ports::write_table(invocation, "fit", &fits(&models, &selected, &settings)?)?;
    }
    if invocation.optional_output("residuals").is_some() {
        let rows = residuals(&models, (&table, &selected), &settings)?;
        ports::write_table(invocation, "residuals", &rows)?;
    }
    Ok(Summary::new()
        .with("models", json(&models, &settings))
        .text(text(&models, &settings)))
}

/// Fits the model of one quantity and group.
///
/// # Errors
/// Exit code 2: a column that the table lacks, a level that is no reference, rows of one subject without a random intercept.
fn fitted(data: ModelData, formula: &Formula, settings: &Settings) -> Result<Fitted, StageError> {
    let result = data.with_table(|table| {
        let model = fit(formula, table, &settings.config())?;
        Ok(Results {
            coefficients: coefficient_tests(&model, settings.df, settings.confidence)?,
            terms: term_tests(&model, settings.test_type, settings.df)?,
            p_adjusted: Vec::new(),
            means: (settings.means_of.iter())
                .map(|factor| {
                    let means = marginal_means(&model, factor, settings.df, settings.confidence)?;
                    Ok((factor.clone(), means))
                })
                .collect::<Result<_, StatsError>>()?,
            model,
        })
    });
    let result = match result {
        Err(e @ (StatsError::UnknownColumn { .. } | StatsError::BadFormula { .. })) => {
            return Err(stage_error(&e));
        }
        result => result.map_err(|e| e.to_string()),
    };
    let n_subjects = result
        .as_ref()
        .ok()
        .and_then(|r| n_subjects(&data, &r.model));
    let n_rows = result.as_ref().map_or(0, |r| r.model.n_rows);
    let mut notes = Vec::new();
    notes.extend(dependent(formula, n_rows, n_subjects, settings)?);
    match &result {
        Err(reason) => notes.push(format!("no model: {reason}")),
        Ok(results) => {
            if results.model.singular {
                notes.push("a variance is estimated as zero: the data do not support all random intercepts".to_owned());
            }
            if results.model.n_missing > 0 {
                notes.push(format!(
                    "{} rows with a missing value left out",
                    results.model.n_missing
                ));
            }
        }
    }
    Ok(Fitted {
        data,
        n_subjects,
        result,
        notes,
    })
}

/// The number of subjects of the rows that a model used, if known.
fn n_subjects(data: &ModelData, model: &MixedModel) -> Option<usize> {
    let subjects = data.subjects.as_ref()?;
    let used: BTreeSet<_> = model.rows.iter().map(|row| &subjects[*row]).collect();
    Some(used.len())
}

/// Refuses several rows of a subject without a random intercept for it, unless they shall count as independent; then the
/// result is a caveat.
fn dependent(
    formula: &Formula,
    n_rows: usize,
    n_subjects: Option<usize>,
    settings: &Settings,
) -> Result<Option<String>, StageError> {
    let has_subject = formula
        .random
        .iter()
        .any(|column| column == rsom_measures::column::SUBJECT);
    let Some(n) = n_subjects.filter(|n| !has_subject && *n < n_rows) else {
        return Ok(None);
    };
    if settings.treat_slices_as_independent {
        return Ok(Some(format!(
            "{n_rows} rows of {n} subjects are taken for independent; p may be far too small"
        )));
    }
    Err(StageError::usage(format_args!(
        "--formula: {n_rows} rows come from {n} subjects and are not independent; add a random intercept, + (1|subject), or \
         state that they shall count as independent: --treat-slices-as-independent"
    )))
}

/// Adjusts the p-values of the terms of all models together.
fn adjust_terms(models: &mut [Fitted], adjustment: Adjustment) -> Result<(), StageError> {
    let of_model = |m: &Fitted| -> Vec<Option<f64>> {
        let results = m.result.as_ref().ok();
        results.map_or(Vec::new(), |r| {
            r.terms.iter().map(|t| Some(t.p_value)).collect()
        })
    };
    let p_values: Vec<Option<f64>> = models.iter().flat_map(of_model).collect();
    let adjusted = adjust_family(&p_values, adjustment).map_err(StageError::failure)?;
    let mut adjusted = adjusted.into_iter();
    for results in models.iter_mut().filter_map(|m| m.result.as_mut().ok()) {
        results.p_adjusted = adjusted.by_ref().take(results.terms.len()).collect();
    }
    Ok(())
}
