//! Estimated marginal means of a factor.

use super::coding::{Cell, Coding};
use super::contrast_test::{Estimate, Tests};
use super::degrees_of_freedom::DfMethod;
use super::model::MixedModel;
use crate::{Level, StatsError};

/// Means of a factor's levels, and their differences.
#[derive(Debug, Clone, PartialEq)]
pub struct MarginalMeans {
    /// The mean of each level, the reference first.
    pub means: Vec<MarginalMean>,
    /// The difference of each pair of levels.
    pub contrasts: Vec<MeanContrast>,
}

/// The mean of a level; its test is that against zero.
#[derive(Debug, Clone, PartialEq)]
pub struct MarginalMean {
    /// The level.
    pub level: Level,
    /// Its mean.
    pub estimate: Estimate,
}

/// The difference level − baseline of two marginal means.
#[derive(Debug, Clone, PartialEq)]
pub struct MeanContrast {
    /// The later level.
    pub level: Level,
    /// The earlier level, with which it is compared.
    pub baseline: Level,
    /// The difference; its p-value is not adjusted for the number of pairs.
    pub estimate: Estimate,
}

/// The expected outcome at each level of a factor, other factors averaged over their levels with equal weights and numbers
/// at their mean over the rows that were used (Searle, Speed & Milliken 1980, American Statistician 34, 216–221).
///
/// Equal to `lmerTest::ls_means` and to `emmeans::emmeans` without weights. Those name a difference "A - B", for two levels
/// in their order; here it is B − A, as everywhere in this crate. Adjust the p-values with [`crate::adjust`]; emmeans
/// applies Tukey's method unless told otherwise.
///
/// # Errors
/// A column that is no factor of the formula; as [`coefficient_tests`](super::coefficient_tests).
pub fn marginal_means(
    model: &MixedModel,
    factor: &str,
    method: DfMethod,
    confidence: f64,
) -> Result<MarginalMeans, StatsError> {
    let variables = &model.state.design.variables;
    let wanted = variables.iter().enumerate().find_map(|(index, v)| {
        let levels = v.levels.as_ref()?;
        (v.variable.column == factor).then_some((index, levels))
    });
    let Some((index, levels)) = wanted else {
        return Err(no_factor(model, factor));
    };
    let cells: Vec<Cell> = variables
        .iter()
        .map(|v| match v.levels {
            Some(_) => Cell::MeanOfLevels,
            None => Cell::Number(v.mean),
        })
        .collect();
    let rows = (0..levels.len()).map(|level| {
        let mut cells = cells.clone();
        cells[index] = Cell::Level(level);
        model.state.design.row(&cells, Coding::Model)
    });
    let rows: Vec<Vec<f64>> = rows.collect();
    let tests = Tests::of(model, method)?;
    let (mut means, mut contrasts) = (Vec::new(), Vec::new());
    for (place, row) in rows.iter().enumerate() {
        means.push(MarginalMean {
            level: levels[place].clone(),
            estimate: tests.estimate(row, confidence)?,
        });
        for (later, other) in rows.iter().enumerate().skip(place + 1) {
            let difference: Vec<f64> = other.iter().zip(row).map(|(a, b)| a - b).collect();
            contrasts.push(MeanContrast {
                level: levels[later].clone(),
                baseline: levels[place].clone(),
                estimate: tests.estimate(&difference, confidence)?,
            });
        }
    }
    Ok(MarginalMeans { means, contrasts })
}

fn no_factor(model: &MixedModel, factor: &str) -> StatsError {
    let factors = model.state.design.variables.iter();
    let factors = factors.filter(|v| v.levels.is_some());
    let names: Vec<String> = factors.map(|v| v.variable.column.clone()).collect();
    let known = if names.is_empty() {
        "it has none".to_owned()
    } else {
        format!("its factors are {}", names.join(", "))
    };
    StatsError::BadModel(format!(
        "{factor} is no factor of the model; {known}; write C({factor}) to make a column of numbers a factor"
    ))
}
