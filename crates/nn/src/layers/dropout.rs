//! Dropout layer with a reproducible mask.

use candle_core::{Result, Tensor};

use crate::{Builder, Mode, NnError, ops, rng};

/// Dropout with a mask that depends only on the seed, the step and the name of the layer.
#[derive(Debug, Clone)]
pub struct Dropout {
    name: String,
    probability: f64,
}

impl Dropout {
    /// Creates a dropout layer with the name of the builder. It has no parameters.
    ///
    /// # Errors
    /// Returns an error if `probability` is outside [0, 1).
    pub fn new(builder: &Builder, probability: f64) -> std::result::Result<Self, NnError> {
        if !(0.0..1.0).contains(&probability) {
            return Err(NnError::Setting {
                name: "dropout",
                value: probability.to_string(),
                expected: "at least 0 and below 1",
            });
        }
        Ok(Self {
            name: builder.full_name(""),
            probability,
        })
    }

    /// In training, sets each element to 0 with `probability` and scales the others by 1/(1 − probability). In evaluation,
    /// returns its input.
    ///
    /// # Errors
    /// Returns an error if the elements are not floats.
    pub fn forward(&self, x: &Tensor, mode: &Mode) -> Result<Tensor> {
        match *mode {
            Mode::Training { seed, step } if self.probability > 0.0 => {
                let stream = rng::stream(seed, &format!("dropout {} {step}", self.name));
                ops::dropout(x, self.probability, &stream)
            }
            _ => Ok(x.clone()),
        }
    }
}
