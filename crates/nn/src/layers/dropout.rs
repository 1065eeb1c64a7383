//! Dropout at a named place of a network.

use candle_core::{Result, Tensor};

use crate::{Builder, Mode, NnError, ops, rng};

/// Dropout whose mask is fixed by seed, step and the layer's name.
#[derive(Debug, Clone)]
pub struct Dropout {
    name: String,
    probability: f64,
}

impl Dropout {
    /// Dropout at the builder's place; it adds no parameters.
    ///
    /// # Errors
    /// `probability` outside [0, 1).
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

    /// In training, zeroes elements and scales the others by 1/(1 − probability); in evaluation, returns its input.
    ///
    /// # Errors
    /// None that a float tensor can cause.
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
