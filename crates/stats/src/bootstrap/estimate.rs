//! What the bootstrap of a mean gives.

use crate::ConfidenceInterval;

/// An estimate with its bootstrap interval.
#[derive(Debug, Clone, PartialEq)]
pub struct MeanEstimate {
    /// The estimate from the sample.
    pub estimate: f64,
    /// The interval; `None` when it is not defined, see `note`.
    pub interval: Option<ConfidenceInterval>,
    /// Why there is no interval, or what limits it.
    pub note: Option<&'static str>,
    /// The bias correction z₀ of a BCa interval.
    pub bias_correction: Option<f64>,
    /// The acceleration a of a BCa interval.
    pub acceleration: Option<f64>,
    /// Number of units that were resampled: pairs, values or clusters.
    pub n_units: usize,
    /// The confidence level.
    pub confidence: f64,
}

impl MeanEstimate {
    pub(super) fn without_interval(estimate: f64, n_units: usize, confidence: f64) -> Self {
        Self {
            estimate,
            interval: None,
            note: None,
            bias_correction: None,
            acceleration: None,
            n_units,
            confidence,
        }
    }

    /// Sets the interval from the quantiles of sorted replicates at the places of both ends; `of` turns a replicate into a
    /// distance from the estimate. Without an interval, if an end is infinite.
    pub(super) fn set_ends(
        &mut self,
        replicates: &[f64],
        places: [f64; 2],
        of: impl Fn(f64) -> f64,
    ) {
        let count = replicates.len() as f64;
        let mut is_extreme = false;
        let ends = places.map(|place| {
            // The k-th smallest of B replicates is the quantile at k/(B + 1).
            let place = place * (count + 1.0);
            is_extreme |= place < 1.0 || place > count;
            let place = place.clamp(1.0, count) - 1.0;
            let below = replicates[place.floor() as usize];
            let above = replicates[place.ceil() as usize];
            let between = match place.fract() {
                0.0 => below,
                part => below + (above - below) * part,
            };
            self.estimate + of(between)
        });
        if !ends.iter().all(|end| end.is_finite()) {
            self.note = Some("too few units: too many resamples have no spread");
            return;
        }
        if is_extreme {
            self.note = Some("an end is the smallest or largest replicate: use more replicates");
        }
        self.interval = Some(ConfidenceInterval {
            low: ends[0],
            high: ends[1],
            confidence: self.confidence,
        });
    }
    /// An estimate or an end that differs from 0 by floating-point noise only is 0. Otherwise the last digit of a sum would decide
    /// whether an interval contains 0.
    pub(super) fn without_noise(&mut self, noise: f64) {
        let denoised = |value: f64| if value.abs() <= noise { 0.0 } else { value };
        self.estimate = denoised(self.estimate);
        if let Some(interval) = &mut self.interval {
            interval.low = denoised(interval.low);
            interval.high = denoised(interval.high);
        }
    }
}
