//! Learning rate schedule: reduce the learning rate on a plateau of the loss.

use rsom_parameters::Parameters;
use serde::{Deserialize, Serialize};

/// Constants of [`ReduceOnPlateau`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Parameters)]
pub struct PlateauConfig {
    /// Factor for the learning rate when the loss has stopped falling.
    #[parameter(default = 0.1, above = 0, max = 1, advanced)]
    pub factor: f64,
    /// Epochs without improvement before the learning rate falls: it falls after one more.
    #[parameter(skip)]
    pub patience: u32,
    /// Smallest relative decrease of the loss that counts as an improvement: below best · (1 − threshold).
    #[parameter(default = 1e-4, min = 0, below = 1, advanced)]
    pub threshold: f64,
    /// Lower bound of the learning rate.
    #[parameter(skip)]
    pub least_learning_rate: f64,
}

impl Default for PlateauConfig {
    /// Factor 0.1 after more than 3 epochs without a relative improvement of 1e-4, as in the paper.
    fn default() -> Self {
        Self {
            factor: 0.1,
            patience: 3,
            threshold: 1e-4,
            least_learning_rate: 0.0,
        }
    }
}

/// Reduces the learning rate if a loss has not improved for more than `patience` epochs, as PyTorch's `ReduceLROnPlateau`
/// with mode `min`, a relative threshold and no cooldown.
///
/// To save its state, serialize it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReduceOnPlateau {
    config: PlateauConfig,
    learning_rate: f64,
    best: Option<f64>,
    bad_epochs: u32,
}

impl ReduceOnPlateau {
    /// Creates a schedule with an initial learning rate.
    #[must_use]
    pub fn new(config: PlateauConfig, learning_rate: f64) -> Self {
        Self {
            config,
            learning_rate,
            best: None,
            bad_epochs: 0,
        }
    }

    /// Adds the loss of an epoch and returns the learning rate of the next epoch. NaN is not an improvement.
    pub fn step(&mut self, loss: f64) -> f64 {
        let bar = self
            .best
            .map_or(f64::INFINITY, |best| best * (1.0 - self.config.threshold));
        if loss < bar {
            self.best = Some(loss);
            self.bad_epochs = 0;
        } else {
            self.bad_epochs += 1;
        }
        if self.bad_epochs > self.config.patience {
            self.bad_epochs = 0;
            let reduced = self.learning_rate * self.config.factor;
            let reduced = reduced.max(self.config.least_learning_rate);
            // As PyTorch, ignore changes of at most 1e-8.
            if self.learning_rate - reduced > 1e-8 {
                self.learning_rate = reduced;
            }
        }
        self.learning_rate
    }

    /// The current learning rate.
    #[must_use]
    pub fn learning_rate(&self) -> f64 {
        self.learning_rate
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(losses: &[f64]) -> Vec<f64> {
        let mut schedule = ReduceOnPlateau::new(PlateauConfig::default(), 1.0);
        losses.iter().map(|loss| schedule.step(*loss)).collect()
    }

    #[test]
    fn the_rate_falls_after_more_than_patience_bad_epochs() {
        // By hand from the documentation of torch.optim.lr_scheduler.ReduceLROnPlateau, patience 3.
        assert_eq!(rates(&[1.0, 1.0, 1.0, 1.0]), [1.0; 4]);
        assert_eq!(rates(&[1.0; 5]), [1.0, 1.0, 1.0, 1.0, 0.1]);
        let fallen = rates(&[1.0; 9]);
        assert!((fallen[8] - 0.01).abs() < 1e-15 && fallen[7] == 0.1);
    }

    #[test]
    fn an_improvement_below_the_threshold_counts_as_none() {
        assert_eq!(rates(&[1.0, 0.99995, 0.99995, 0.99995, 0.99995])[4], 0.1);
        assert_eq!(rates(&[1.0, 0.9998, 1.0, 1.0, 1.0])[4], 1.0);
    }

    #[test]
    fn nan_is_no_improvement() {
        assert_eq!(rates(&[f64::NAN; 4])[3], 0.1);
        assert_eq!(rates(&[1.0, f64::NAN, f64::NAN, 0.5, f64::NAN])[4], 1.0);
    }

    #[test]
    fn tiny_reductions_are_left_out() {
        let mut schedule = ReduceOnPlateau::new(PlateauConfig::default(), 1e-8);
        assert_eq!((0..20).map(|_| schedule.step(1.0)).next_back(), Some(1e-8));
    }

    #[test]
    fn the_state_survives_serialization() {
        let mut schedule = ReduceOnPlateau::new(PlateauConfig::default(), 0.1 + 0.2);
        schedule.step(1.0 / 3.0);
        schedule.step(2.0);
        let text = serde_json::to_string(&schedule).unwrap();
        let back: ReduceOnPlateau = serde_json::from_str(&text).unwrap();
        assert_eq!(back, schedule);
        let fresh = ReduceOnPlateau::new(PlateauConfig::default(), 1.0);
        let text = serde_json::to_string(&fresh).unwrap();
        assert_eq!(
            serde_json::from_str::<ReduceOnPlateau>(&text).unwrap(),
            fresh
        );
    }
}
