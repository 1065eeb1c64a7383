//! Adjusts p-values for the number of tests in a family.

use rsom_parameters::Choice;

use crate::StatsError;

/// Method of adjustment of the p-values of a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Adjustment {
    /// No adjustment.
    None,
    /// Bonferroni: m·p. Controls the family-wise error rate.
    Bonferroni,
    /// Holm (1979), step-down: never less powerful than Bonferroni under the same control.
    Holm,
    /// Benjamini & Hochberg (1995), step-up: controls the false discovery rate.
    BenjaminiHochberg,
}

/// Adjusts the p-values of one family of m tests, in their order; equal to R's `p.adjust`.
///
/// With p₁ ≤ … ≤ pₘ: Holm maxⱼ≤ᵢ (m − j + 1)·pⱼ, Benjamini–Hochberg minⱼ≥ᵢ (m/j)·pⱼ, Bonferroni m·pᵢ, each at most 1.
///
/// # Errors
/// A value that is not in [0, 1].
pub fn adjust(p_values: &[f64], adjustment: Adjustment) -> Result<Vec<f64>, StatsError> {
    if let Some(p) = p_values.iter().find(|p| !(0.0..=1.0).contains(*p)) {
        return Err(StatsError::NotAProbability(*p));
    }
    let m = p_values.len() as f64;
    Ok(match adjustment {
        Adjustment::None => p_values.to_vec(),
        Adjustment::Bonferroni => p_values.iter().map(|p| (m * p).min(1.0)).collect(),
        Adjustment::Holm => holm(p_values),
        Adjustment::BenjaminiHochberg => benjamini_hochberg(p_values),
    })
}

fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut adjusted = vec![0.0; p_values.len()];
    let mut largest = 0f64;
    for (smaller, index) in ascending(p_values).into_iter().enumerate() {
        let left = (p_values.len() - smaller) as f64;
        largest = largest.max(left * p_values[index]);
        adjusted[index] = largest.min(1.0);
    }
    adjusted
}

fn benjamini_hochberg(p_values: &[f64]) -> Vec<f64> {
    let m = p_values.len() as f64;
    let mut adjusted = vec![0.0; p_values.len()];
    let mut smallest = 1f64;
    for (smaller, index) in ascending(p_values).into_iter().enumerate().rev() {
        smallest = smallest.min(p_values[index] * (m / (smaller + 1) as f64));
        adjusted[index] = smallest;
    }
    adjusted
}

fn ascending(p_values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    // R 4.2: p.adjust(c(0.01, 0.04, 0.03, 0.005), …)
    #[test]
    fn adjusted_values_are_those_of_r() {
        let p = [0.01, 0.04, 0.03, 0.005];
        let close = |adjustment, expected: [f64; 4]| {
            let got = adjust(&p, adjustment).unwrap();
            assert!(
                got.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-15),
                "{got:?}"
            );
        };
        close(Adjustment::Holm, [0.03, 0.06, 0.06, 0.02]);
        close(Adjustment::BenjaminiHochberg, [0.02, 0.04, 0.04, 0.02]);
        close(Adjustment::Bonferroni, [0.04, 0.16, 0.12, 0.02]);
        close(Adjustment::None, p);
    }

    #[test]
    fn an_empty_family_stays_empty_and_nan_is_refused() {
        assert_eq!(adjust(&[], Adjustment::Holm).unwrap(), Vec::<f64>::new());
        assert!(adjust(&[f64::NAN], Adjustment::Holm).is_err());
        assert!(adjust(&[1.5], Adjustment::Bonferroni).is_err());
    }
}
