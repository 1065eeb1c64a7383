//! What vesselness depends on.

use rsom_parameters::Choice;
use serde::{Deserialize, Serialize};

use crate::{FrangiError, Scales};

/// Whether vessels are brighter or darker than what is around them.
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
    /// Scales at which vessels are sought.
    pub scales: Scales,
    /// How much a plate is held back: smaller lets more plates through.
    pub alpha: f64,
    /// How much a blob is held back: larger lets more blobs through.
    pub beta: f64,
    /// The norm of the γ-normalized Hessian, in units of intensity, that tells structure from background. `None`: half of
    /// the largest norm of each channel at each scale, as Frangi et al. have it.
    pub c: Option<f64>,
    /// Bright or dark vessels.
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
                    "{name} is {value}, which is not positive and finite"
                )));
            }
        }
        Ok(())
    }
}
