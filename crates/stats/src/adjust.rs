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
    /// Hochberg (1988), step-up: never less powerful than Holm; valid for tests that are independent or positively
    /// dependent.
    Hochberg,
    /// Benjamini & Hochberg (1995), step-up: controls the false discovery rate of tests that are independent or positively
    /// dependent.
    BenjaminiHochberg,
    /// Benjamini & Yekutieli (2001), step-up: controls the false discovery rate under any dependence.
    BenjaminiYekutieli,
}

/// Adjusts the p-values of one family of m tests, in their order; equal to R's `p.adjust`.
///
/// With p₁ ≤ … ≤ pₘ and c = 1 + 1/2 + … + 1/m, each at most 1:
///
/// - Bonferroni: m·pᵢ
/// - Holm: maxⱼ≤ᵢ (m − j + 1)·pⱼ
/// - Hochberg: minⱼ≥ᵢ (m − j + 1)·pⱼ
/// - Benjamini–Hochberg: minⱼ≥ᵢ (m/j)·pⱼ
/// - Benjamini–Yekutieli: minⱼ≥ᵢ c·(m/j)·pⱼ
///
/// # Errors
/// A value that is not in [0, 1].
pub fn adjust(p_values: &[f64], adjustment: Adjustment) -> Result<Vec<f64>, StatsError> {
    if let Some(p) = p_values.iter().find(|p| !(0.0..=1.0).contains(*p)) {
        return Err(StatsError::NotAProbability(*p));
    }
    let m = p_values.len() as f64;
    // `place` counts from 1, smallest p-value first.
    let left = |place: f64| m - place + 1.0;
    Ok(match adjustment {
        Adjustment::None => p_values.to_vec(),
        Adjustment::Bonferroni => p_values.iter().map(|p| (m * p).min(1.0)).collect(),
        Adjustment::Holm => step_down(p_values, left),
        Adjustment::Hochberg => step_up(p_values, left),
        Adjustment::BenjaminiHochberg => step_up(p_values, |place| m / place),
        Adjustment::BenjaminiYekutieli => {
            let harmonic: f64 = (1..=p_values.len()).map(|j| 1.0 / j as f64).sum();
            step_up(p_values, |place| harmonic * m / place)
        }
    })
}

/// Adjusts the p-values of a family in which some planned tests could not be made (`None`).
///
/// Such a test keeps its place: it counts as a test with p = 1, so that a group that failed does not lower the adjusted p
/// of the others. Its own adjusted p stays `None`. R's `p.adjust` leaves out missing values unless its argument `n` counts
/// them; with `n` its results are equal.
///
/// # Errors
/// A value that is not in [0, 1].
pub fn adjust_family(
    p_values: &[Option<f64>],
    adjustment: Adjustment,
) -> Result<Vec<Option<f64>>, StatsError> {
    let counted: Vec<f64> = p_values.iter().map(|p| p.unwrap_or(1.0)).collect();
    let adjusted = adjust(&counted, adjustment)?;
    let kept = p_values.iter().zip(adjusted);
    Ok(kept.map(|(p, adjusted)| p.and(Some(adjusted))).collect())
}

/// The running maximum of factor · p from the smallest p-value on.
fn step_down(p_values: &[f64], factor: impl Fn(f64) -> f64) -> Vec<f64> {
    let mut adjusted = vec![0.0; p_values.len()];
    let mut largest = 0f64;
    for (smaller, index) in ascending(p_values).into_iter().enumerate() {
        largest = largest.max(factor((smaller + 1) as f64) * p_values[index]);
        adjusted[index] = largest.min(1.0);
    }
    adjusted
}

/// The running minimum of factor · p from the largest p-value on.
fn step_up(p_values: &[f64], factor: impl Fn(f64) -> f64) -> Vec<f64> {
    let mut adjusted = vec![0.0; p_values.len()];
    let mut smallest = 1f64;
    for (smaller, index) in ascending(p_values).into_iter().enumerate().rev() {
        smallest = smallest.min(p_values[index] * factor((smaller + 1) as f64));
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

    const FAMILY: [f64; 8] = [0.01, 0.04, 0.03, 0.005, 0.2, 0.04, 1.0, 0.5];

    // R 4.2: p.adjust(FAMILY, …), printed with 16 digits.
    #[test]
    fn adjusted_values_of_a_family_with_ties_are_those_of_r() {
        let expected = [
            (
                Adjustment::Bonferroni,
                [0.08, 0.32, 0.24, 0.04, 1.0, 0.32, 1.0, 1.0],
            ),
            (
                Adjustment::Holm,
                [0.07, 0.2, 0.18, 0.04, 0.6, 0.2, 1.0, 1.0],
            ),
            (
                Adjustment::Hochberg,
                [0.07, 0.16, 0.16, 0.04, 0.6, 0.16, 1.0, 1.0],
            ),
            (
                Adjustment::BenjaminiHochberg,
                [0.04, 0.064, 0.064, 0.04, 4.0 / 15.0, 0.064, 1.0, 4.0 / 7.0],
            ),
            (
                Adjustment::BenjaminiYekutieli,
                [
                    0.108_714_285_714_285_7,
                    0.173_942_857_142_857_1,
                    0.173_942_857_142_857_1,
                    0.108_714_285_714_285_7,
                    0.724_761_904_761_904_7,
                    0.173_942_857_142_857_1,
                    1.0,
                    1.0,
                ],
            ),
        ];
        for (adjustment, expected) in expected {
            let got = adjust(&FAMILY, adjustment).unwrap();
            for (a, b) in got.iter().zip(expected) {
                assert!((a - b).abs() < 2e-15, "{adjustment:?}: {got:?}");
            }
        }
    }

    // R 4.2: p.adjust(c(0.01, 0.04), "holm", n = 4) = 0.04, 0.12; "hochberg" gives 0.04, 0.12; "BY" gives
    // 0.0833333333333333, 0.1666666666666667.
    #[test]
    fn a_test_that_was_not_made_keeps_its_place_in_the_family() {
        let family = [Some(0.01), None, Some(0.04), None];
        for (adjustment, expected) in [
            (Adjustment::None, [0.01, 0.04]),
            (Adjustment::Bonferroni, [0.04, 0.16]),
            (Adjustment::Holm, [0.04, 0.12]),
            (Adjustment::Hochberg, [0.04, 0.12]),
            (Adjustment::BenjaminiHochberg, [0.04, 0.08]),
            (Adjustment::BenjaminiYekutieli, [1.0 / 12.0, 1.0 / 6.0]),
        ] {
            let got = adjust_family(&family, adjustment).unwrap();
            assert_eq!((got[1], got[3]), (None, None));
            for (value, expected) in [got[0].unwrap(), got[2].unwrap()].iter().zip(expected) {
                assert!((value - expected).abs() < 1e-15, "{adjustment:?} {got:?}");
            }
        }
    }

    #[test]
    fn an_empty_family_stays_empty_and_nan_is_refused() {
        assert_eq!(adjust(&[], Adjustment::Holm).unwrap(), Vec::<f64>::new());
        assert!(adjust(&[f64::NAN], Adjustment::Holm).is_err());
        assert!(adjust(&[1.5], Adjustment::Bonferroni).is_err());
        assert!(adjust(&[-0.1], Adjustment::BenjaminiYekutieli).is_err());
        assert!(adjust_family(&[None, Some(f64::NAN)], Adjustment::Hochberg).is_err());
    }
}
