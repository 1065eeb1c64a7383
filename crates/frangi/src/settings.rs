//! Settings of the vesselness filter.

use rsom_parameters::Choice;
use serde::{Deserialize, Serialize};

use crate::{FrangiError, Scales};

/// Brightness of vessels relative to their surroundings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Polarity {
    /// Brighter, as in optoacoustic scans.
    Bright,
    /// Darker.
    Dark,
}

/// Settings of [`vesselness`](crate::vesselness()).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Scales of the filter.
    pub scales: Scales,
    /// Suppression of plates: a smaller value suppresses less.
    pub alpha: f64,
    /// Suppression of blobs: a larger value suppresses less.
    pub beta: f64,
    /// The norm of the γ-normalized Hessian, in units of intensity, that separates structure from background. `None`:
    /// half of the largest norm of each channel at each scale, as in Frangi et al.
    pub c: Option<f64>,
    /// Polarity of the vessels.
    pub polarity: Polarity,
}

impl Settings {
    /// The constants of the paper, α = β = 0.5 and c half of the largest norm, for bright vessels.
    #[must_use]
    pub fn frangi1998(scales: Scales) -> Self {
        Self {
            scales,
            alpha: 0.5,
            beta: 0.5,
            c: None,
            polarity: Polarity::Bright,
        }
    }

    /// Checks that α, β and c are positive and finite, and the scales.
    ///
    /// # Errors
    /// [`FrangiError::Settings`].
    pub fn check(&self) -> Result<(), FrangiError> {
        self.scales.check()?;
        let constants = [
            ("alpha", Some(self.alpha)),
            ("beta", Some(self.beta)),
            ("c", self.c),
        ];
        for (name, value) in constants {
            if let Some(value) = value.filter(|v| !(v.is_finite() && *v > 0.0)) {
                return Err(FrangiError::Settings(format!(
                    "{name} is {value}, but it must be positive and finite"
                )));
            }
        }
        Ok(())
    }
}
