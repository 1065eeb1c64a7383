//! Seeded streams of random numbers, one per purpose and position.

use std::f64::consts::TAU;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// Purpose of random numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
pub(crate) enum Purpose {
    Cohort,
    Subject,
    Pose,
    Undulation,
    Thickness,
    Gaps,
    Pigment,
    UpperEdge,
    LowerEdge,
    Speckle,
    Loops,
    Vessels,
    Gain,
    Background,
    Streaks,
    TreeRoots,
    TreeTissue,
    TreeWobble,
    ArcHits,
    ArcKept,
    Sticks,
    RenderBackground,
    RenderForeground,
    Hair,
    Reflections,
    TreeBrightness,
    Grains,
}

/// The streams of one seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Streams {
    seed: u64,
}

impl Streams {
    pub fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// The stream for a purpose and an index, such as that of a B-scan; ChaCha8 with the seed as its key.
    pub fn open(self, purpose: Purpose, place: usize) -> Draw {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(((purpose as u64) << 48) | place as u64);
        Draw { rng, spare: None }
    }
}

/// Draws from the distributions that a scene needs.
#[derive(Debug, Clone)]
pub(crate) struct Draw {
    rng: ChaCha8Rng,
    spare: Option<f64>,
}

impl Draw {
    /// Uniform in [`low`, `high`).
    pub fn uniform(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.rng.random::<f64>()
    }

    /// A uniform 32-bit number.
    pub fn word(&mut self) -> u32 {
        self.rng.random()
    }

    /// Standard normal (mean 0, standard deviation 1), by Box and Muller.
    pub fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        let radius = (-2.0 * libm::log(1.0 - self.rng.random::<f64>())).sqrt();
        let (sin, cos) = libm::sincos(TAU * self.rng.random::<f64>());
        self.spare = Some(radius * sin);
        radius * cos
    }

    /// A positive factor with median 1 whose logarithm is normal with the given standard deviation.
    pub fn factor(&mut self, sd: f64) -> f64 {
        libm::exp(sd * self.normal())
    }

    /// A random integer with mean `mean`: its floor, or one more with the probability of the fractional part.
    pub fn count(&mut self, mean: f64) -> usize {
        (mean + self.rng.random::<f64>()).floor() as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_depends_on_seed_purpose_and_place_alone() {
        let first = |seed, purpose, place| Streams::new(seed).open(purpose, place).normal();
        let here = first(1, Purpose::Gaps, 2);
        assert_eq!(here, first(1, Purpose::Gaps, 2));
        assert_ne!(here, first(2, Purpose::Gaps, 2));
        assert_ne!(here, first(1, Purpose::Loops, 2));
        assert_ne!(here, first(1, Purpose::Gaps, 3));
    }

    #[test]
    fn normal_draws_have_mean_0_and_sd_1() {
        let mut draw = Streams::new(3).open(Purpose::Background, 0);
        let values: Vec<f64> = (0..100_000).map(|_| draw.normal()).collect();
        let mean = values.iter().sum::<f64>() / 1e5;
        let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / 1e5;
        // Four standard errors of each.
        assert!(mean.abs() < 0.0127 && (variance - 1.0).abs() < 0.018);
    }

    #[test]
    fn counts_have_the_mean_asked_for() {
        let mut draw = Streams::new(3).open(Purpose::Loops, 0);
        let sum: usize = (0..10_000).map(|_| draw.count(2.3)).sum();
        assert!((sum as f64 / 1e4 - 2.3).abs() < 0.02);
    }
}
