//! Distributions from which planned studies are simulated.

use rsom_parameters::Choice;

use crate::random::Random;

/// Location and scale of the Dice-like distribution on the logit scale: median 0.88, mean 0.86, standard deviation
/// 0.096.
const LOGIT_MEAN: f64 = 2.0;
const LOGIT_SD: f64 = 0.8;

/// Shape of the values of a simulated study, in standard deviations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum EffectDistribution {
    /// Normal.
    Normal,
    /// Skewed to the left, as Dice coefficients near 1: 1/(1 + e^−Y) with Y normal, mean 2, standard deviation 0.8
    /// (median 0.88), standardized. A paired difference is the standardized difference of two such values: symmetric,
    /// with heavier tails than a normal.
    DiceLike,
}

/// Draws standardized numbers: mean 0, standard deviation 1.
pub(crate) struct Draws {
    distribution: EffectDistribution,
    mean: f64,
    sd: f64,
}

impl Draws {
    pub(crate) fn of(distribution: EffectDistribution) -> Self {
        let (mean, sd) = match distribution {
            EffectDistribution::Normal => (0.0, 1.0),
            EffectDistribution::DiceLike => logistic_normal_moments(),
        };
        Self {
            distribution,
            mean,
            sd,
        }
    }

    /// Values of independent subjects.
    pub(crate) fn values(&self, random: &mut Random, n: usize) -> Vec<f64> {
        let pairs = (0..n.div_ceil(2)).map(|_| random.normal_pair());
        let mut values: Vec<f64> = pairs
            .flat_map(|(a, b)| [self.value(a), self.value(b)])
            .collect();
        values.truncate(n);
        values
    }

    /// Paired differences; symmetric about 0.
    pub(crate) fn differences(&self, random: &mut Random, n: usize) -> Vec<f64> {
        if self.distribution == EffectDistribution::Normal {
            return self.values(random, n);
        }
        let difference = |(a, b)| (self.value(a) - self.value(b)) / std::f64::consts::SQRT_2;
        (0..n).map(|_| difference(random.normal_pair())).collect()
    }

    fn value(&self, z: f64) -> f64 {
        match self.distribution {
            EffectDistribution::Normal => z,
            EffectDistribution::DiceLike => (dice_like(z) - self.mean) / self.sd,
        }
    }
}

fn dice_like(z: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-(LOGIT_MEAN + LOGIT_SD * z)))
}

/// Mean and standard deviation, by the trapezoidal rule.
fn logistic_normal_moments() -> (f64, f64) {
    let nodes = || (-180..=180).map(|i| f64::from(i) * 0.05);
    let weight = |z: f64| libm::exp(-z * z / 2.0);
    let total: f64 = nodes().map(weight).sum();
    let mean = nodes().map(|z| weight(z) * dice_like(z)).sum::<f64>() / total;
    let square = |z: f64| (dice_like(z) - mean) * (dice_like(z) - mean);
    let variance = nodes().map(|z| weight(z) * square(z)).sum::<f64>() / total;
    (mean, variance.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    // R 4.2: integrate(function(z) dnorm(z) * plogis(2 + 0.8 * z), -Inf, Inf, rel.tol = 1e-12), and of its squared
    // deviation
    #[test]
    fn moments_are_those_of_r() {
        let (mean, sd) = logistic_normal_moments();
        assert!((mean - 0.856_648_733_384_065_1).abs() < 1e-11, "{mean}");
        assert!((sd - 0.096_343_906_171_397_85).abs() < 1e-11, "{sd}");
    }

    #[test]
    fn draws_are_standardized_and_skewed_as_named() {
        let draws = Draws::of(EffectDistribution::DiceLike);
        let moments = |values: Vec<f64>| {
            let power =
                |k| values.iter().map(|v: &f64| v.powi(k)).sum::<f64>() / values.len() as f64;
            [power(1), power(2), power(3)]
        };
        let values = moments(draws.values(&mut Random::stream(1, 0), 40_000));
        assert!(
            values[0].abs() < 0.02 && (values[1] - 1.0).abs() < 0.06,
            "{values:?}"
        );
        assert!(values[2] < -1.0, "{values:?}");
        let differences = moments(draws.differences(&mut Random::stream(2, 0), 40_000));
        assert!(
            (differences[1] - 1.0).abs() < 0.06 && differences[2].abs() < 0.3,
            "{differences:?}"
        );
        assert_eq!(draws.values(&mut Random::stream(1, 0), 3).len(), 3);
    }
}
