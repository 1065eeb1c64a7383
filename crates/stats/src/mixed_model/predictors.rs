//! Best linear unbiased predictors of the random intercepts.

use super::blocks::Blocks;
use super::formula::Formula;
use super::grouping::Grouping;
use super::matrix::dot;
use super::model::{RandomIntercept, State};

/// The predictors γ·Zᵀ·M⁻¹·(y − Xβ) of each level of random intercepts, the subject first, divided by the scale of the
/// model (Henderson 1975, Biometrics 31, 423–447).
pub(crate) fn predictors(blocks: &Blocks, state: &State) -> Vec<Vec<f64>> {
    let mut residual: Vec<f64> = state.moments.coefficients.iter().map(|b| -b).collect();
    residual.push(1.0);
    let means = |j: usize| dot(blocks.means.row(j), &residual);
    let (mut outer, mut inner) = (Vec::new(), Vec::new());
    for groups in &blocks.subjects {
        let weight = |j: usize| blocks.sizes[j] / (1.0 + state.ratios.inner * blocks.sizes[j]);
        let total: f64 = groups.clone().map(weight).sum();
        let center = groups
            .clone()
            .map(|j| weight(j) / total * means(j))
            .sum::<f64>();
        let left = 1.0 / (1.0 + state.ratios.outer * total);
        outer.push(state.ratios.outer * total * left * center);
        for j in groups.clone() {
            let deviation = if groups.len() > 1 {
                means(j) - center
            } else {
                0.0
            };
            inner.push(state.ratios.inner * weight(j) * (deviation + left * center));
        }
    }
    match state.levels {
        0 => Vec::new(),
        1 => vec![inner],
        _ => vec![outer, inner],
    }
}

/// The sum of the predictors of each row.
pub(crate) fn sum_by_row(effects: &[Vec<f64>], groups: &[Vec<usize>], rows: usize) -> Vec<f64> {
    let of_row = |row: usize| effects.iter().zip(groups).map(|(e, g)| e[g[row]]).sum();
    (0..rows).map(of_row).collect()
}

/// Variances and predictors with their names.
pub(crate) fn named(
    effects: &[Vec<f64>],
    formula: &Formula,
    grouping: &Grouping,
    state: &State,
) -> Vec<RandomIntercept> {
    let nested = formula.random.len() == 2;
    let (outer, inner) = (state.ratios.outer, state.ratios.inner);
    let parts = if nested {
        vec![
            (outer, &grouping.outer_names),
            (inner, &grouping.inner_names),
        ]
    } else {
        vec![(inner, &grouping.inner_names)]
    };
    let parts = parts.into_iter().zip(effects).enumerate();
    parts
        .map(|(level, ((ratio, names), effects))| RandomIntercept {
            name: formula.random[..=level].join("/"),
            variance: ratio * state.variance * state.scale * state.scale,
            effects: names
                .iter()
                .zip(effects)
                .map(|(name, effect)| (name.clone(), effect * state.scale))
                .collect(),
        })
        .collect()
}
