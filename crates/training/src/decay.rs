//! Decay of the learning rate towards the end of a training.

use rsom_parameters::{Choice, Parameters};
use serde::{Deserialize, Serialize};

/// Shape of the decay of the learning rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Choice)]
#[serde(rename_all = "snake_case")]
pub enum Decay {
    /// Only plateaus lower the learning rate.
    #[default]
    None,
    /// Half a cosine wave down to 0 at the end of the training.
    Cosine,
}

/// Decay of the learning rate. It multiplies the learning rate that plateaus give.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Parameters)]
pub struct DecayConfig {
    /// Decay of the learning rate over the steps: 'none' (only plateaus lower it, as in the paper) or 'cosine' (down to 0 at
    /// the last step).
    #[parameter(name = "decay", default = Decay::None, advanced)]
    pub decay: Decay,
    /// Share of the training steps before the decay begins.
    #[parameter(name = "decay_from", default = 0.5, min = 0, below = 1, advanced)]
    pub from: f64,
}

impl Default for DecayConfig {
    /// No decay.
    fn default() -> Self {
        Self {
            decay: Decay::None,
            from: 0.5,
        }
    }
}

impl DecayConfig {
    /// The factor for the learning rate at `progress`, the share of all training steps that are finished:
    /// (1 + cos(π · (progress − from) / (1 − from))) / 2 after `from`, and 1 before it.
    #[must_use]
    pub fn factor(&self, progress: f64) -> f64 {
        if self.decay == Decay::None || progress <= self.from {
            return 1.0;
        }
        let share = (progress - self.from) / (1.0 - self.from);
        f64::midpoint(1.0, libm::cos(std::f64::consts::PI * share.min(1.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cosine_goes_from_1_to_0_after_the_start_of_the_decay() {
        let config = DecayConfig {
            decay: Decay::Cosine,
            from: 0.5,
        };
        assert_eq!((config.factor(0.0), config.factor(0.5)), (1.0, 1.0));
        // cos(60°) = 1/2 at a third of the decay.
        assert!((config.factor(0.5 + 0.5 / 3.0) - 0.75).abs() < 1e-12);
        assert!((config.factor(0.75) - 0.5).abs() < 1e-12);
        assert!(config.factor(1.0).abs() < 1e-12);
    }

    #[test]
    fn without_decay_the_rate_stays() {
        assert_eq!(DecayConfig::default().factor(0.9), 1.0);
    }
}
