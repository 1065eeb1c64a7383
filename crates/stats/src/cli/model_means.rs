//! Marginal means of `model` as a table.

use rsom_formats::table::Table;
use rsom_parameters::Choice;
use rsom_stage::StageError;

use super::contrast_columns::level_column;
use super::fitted::{Fitted, Results};
use super::measurements::SelectedMeasurements;
use super::model_settings::Settings;
use super::model_table::{Row, estimate_columns, first_columns, n_rows};
use super::rows::Rows;
use crate::mixed_model::Estimate;
use crate::{Level, adjust};

/// Columns of the marginal means.
pub(super) const MEANS: &str = "metric unit label surface factor kind level baseline estimate standard_error ci_low ci_high \
    ci_level df t p_value p_adjusted adjustment n n_subjects formula";
/// A mean of a level, or the difference of two.
struct Mean<'a> {
    factor: &'a str,
    level: &'a Level,
    baseline: Option<&'a Level>,
    estimate: Estimate,
    p_adjusted: Option<f64>,
}

/// The means of each factor, followed by their differences.
fn means_of<'a>(results: &'a Results, settings: &Settings) -> Result<Vec<Mean<'a>>, StageError> {
    let mut all = Vec::new();
    for (factor, means) in &results.means {
        all.extend(means.means.iter().map(|mean| Mean {
            factor,
            level: &mean.level,
            baseline: None,
            estimate: mean.estimate,
            p_adjusted: None,
        }));
        let p_values: Vec<f64> = means.contrasts.iter().map(|c| c.estimate.p_value).collect();
        let adjusted = adjust(&p_values, settings.adjust).map_err(StageError::failure)?;
        let differences = means.contrasts.iter().zip(adjusted);
        all.extend(differences.map(|(contrast, p_adjusted)| Mean {
            factor,
            level: &contrast.level,
            baseline: Some(&contrast.baseline),
            estimate: contrast.estimate,
            p_adjusted: Some(p_adjusted),
        }));
    }
    Ok(all)
}

/// The marginal means and their differences; the p-values of the differences are adjusted within a factor.
pub(super) fn means(
    models: &[Fitted],
    selected: &SelectedMeasurements,
    settings: &Settings,
) -> Result<Table, StageError> {
    let mut of_models: Vec<Row<'_, Mean<'_>>> = Vec::new();
    for of in models {
        let Ok(results) = &of.result else { continue };
        let found = means_of(results, settings)?;
        of_models.extend(found.into_iter().map(|part| Row { of, part }));
    }
    let levels = |of: &dyn Fn(&Mean<'_>) -> Option<Level>| -> Vec<Option<Level>> {
        of_models.iter().map(|r| of(&r.part)).collect()
    };
    let (level, baseline) = (
        levels(&|m| Some(m.level.clone())),
        levels(&|m| m.baseline.cloned()),
    );
    let texts = level.iter().flatten().any(|l| matches!(l, Level::Text(_)));
    let mut columns = first_columns(&of_models, selected, settings);
    let rows = Rows(&of_models);
    columns.extend([
        rows.text("factor", |r| Some(r.part.factor.to_owned())),
        rows.text("kind", |r| {
            let kind = if r.part.baseline.is_some() {
                "difference"
            } else {
                "mean"
            };
            Some(kind.to_owned())
        }),
        level_column("level", &level, texts),
        level_column("baseline", &baseline, texts),
    ]);
    columns.extend(estimate_columns(
        &rows,
        |m: &Mean<'_>| Some(m.estimate),
        settings,
    ));
    columns.extend([
        rows.number("p_adjusted", |r| r.part.p_adjusted),
        rows.repeated("adjustment", settings.adjust.as_str()),
        rows.count("n", |r| n_rows(r.of)),
        rows.count("n_subjects", |r| r.of.n_subjects),
        rows.repeated("formula", &settings.formula),
    ]);
    Table::new(columns).map_err(StageError::failure)
}
