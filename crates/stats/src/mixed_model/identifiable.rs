//! Whether the data determine the variances of a model.

use super::blocks::{Blocks, Ratios};
use super::cholesky::Cholesky;
use super::eigen::symmetric_eigen;
use super::matrix::{Matrix, dot};
use super::moments::Moments;
use crate::StatsError;

/// Values that agree in about 12 significant digits are equal, as in all tests of this crate.
const NOISE: f64 = 1e-12;
/// A share below this is none.
const NO_SHARE: f64 = 1e-9;

/// Refuses a constant outcome, and one without residuals from the fixed effects.
pub(crate) fn require_variation(
    name: &str,
    outcome: &[f64],
    residuals: &[f64],
) -> Result<(), StatsError> {
    let largest = outcome.iter().fold(0.0, |m: f64, y| m.max(y.abs()));
    let first = outcome.first().copied().unwrap_or(0.0);
    let noise = NOISE * largest;
    if outcome.iter().all(|y| (y - first).abs() <= noise) {
        return Err(StatsError::BadModel(format!(
            "the outcome {name} is {first} in every row that is used; there is nothing to explain"
        )));
    }
    if residuals.iter().all(|r| r.abs() <= noise) {
        return Err(StatsError::BadModel(format!(
            "the fixed effects explain the outcome {name} exactly, so there is no residual variance; remove the term that contains it"
        )));
    }
    Ok(())
}

/// Refuses random intercepts that cannot be told from the residual, from the fixed effects, or from each other.
pub(crate) fn require_identifiable(blocks: &Blocks, names: &[String]) -> Result<(), StatsError> {
    if names.is_empty() {
        return Ok(());
    }
    let group = names.join("/");
    require_residual(blocks, &group)?;
    let zero = Ratios {
        outer: 0.0,
        inner: 0.0,
    };
    let singular =
        || StatsError::BadModel("the columns of the model matrix are almost aliased".to_owned());
    let moments = Moments::at(blocks, zero).ok_or_else(singular)?;
    let inner = (1, group.as_str());
    let levels = match names {
        [subject, _] => vec![(2, subject.as_str()), inner],
        _ => vec![inner],
    };
    for (part, name) in &levels {
        if moments.trace_reml[*part] <= NO_SHARE * moments.trace[*part] {
            return Err(StatsError::BadModel(format!(
                "the fixed effects already distinguish every {name}, so it has no random intercept; remove it from the fixed or from the random effects"
            )));
        }
    }
    let parts: Vec<usize> = [0].into_iter().chain(levels.iter().map(|l| l.0)).collect();
    let traces = &moments.traces_reml;
    let correlations: Vec<Vec<f64>> = parts
        .iter()
        .map(|&r| {
            let of = |s: usize| traces[r][s] / (traces[r][r] * traces[s][s]).sqrt();
            parts.iter().map(|&s| of(s)).collect()
        })
        .collect();
    let factor = Cholesky::of(&Matrix::from_rows(&correlations));
    let smallest = |f: Cholesky| (0..parts.len()).map(|i| f.diagonal(i)).fold(1.0, f64::min);
    if factor.is_none_or(|f| smallest(f) < NO_SHARE.sqrt()) {
        return Err(StatsError::BadModel(format!(
            "the data cannot tell the random intercepts of {group} from each other or from the residual; remove one"
        )));
    }
    Ok(())
}

/// Refuses an outcome without variation within the groups, after the fixed effects.
fn require_residual(blocks: &Blocks, group: &str) -> Result<(), StatsError> {
    let fixed = blocks.columns - 1;
    let mut rank = 0;
    let total = blocks.within[(fixed, fixed)];
    let mut left = total;
    for (value, vector) in symmetric_eigen(&blocks.within.leading(fixed)) {
        if value > NO_SHARE {
            rank += 1;
            let along = dot(&blocks.within.row(fixed)[..fixed], &vector);
            left -= along * along / value;
        }
    }
    let free = (blocks.rows - blocks.sizes.len()).saturating_sub(rank);
    if free == 0 || left <= 1e-13 * total.max(f64::EPSILON) {
        return Err(StatsError::BadModel(format!(
            "within each {group} the outcome has no variation that the fixed effects leave, so there is no residual variance; use rows that are not averaged, or remove the innermost random intercept"
        )));
    }
    Ok(())
}
