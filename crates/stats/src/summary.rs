//! Location and spread of a sample, and the number of missing values.

/// Location and spread of the values of a sample.
///
/// Missing values are excluded from every number but `n_missing`; a number that cannot be computed is `None`, never
/// zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SampleSummary {
    /// Number of values.
    pub n: usize,
    /// Number of missing values.
    pub n_missing: usize,
    /// Arithmetic mean.
    pub mean: Option<f64>,
    /// Standard deviation with n − 1 in the denominator; `None` below two values.
    pub sd: Option<f64>,
    /// Smallest value.
    pub min: Option<f64>,
    /// First quartile.
    pub q1: Option<f64>,
    /// Median.
    pub median: Option<f64>,
    /// Third quartile.
    pub q3: Option<f64>,
    /// Largest value.
    pub max: Option<f64>,
}

impl SampleSummary {
    /// Summarizes values; `None`, NaN and infinities count as missing.
    ///
    /// Quartiles interpolate linearly between order statistics, h = (n − 1)·q (type 7 of Hyndman & Fan 1996, the default of
    /// numpy and R).
    #[must_use]
    pub fn of(values: &[Option<f64>]) -> Self {
        let mut present: Vec<f64> = values
            .iter()
            .copied()
            .flatten()
            .filter(|v| v.is_finite())
            .collect();
        present.sort_by(f64::total_cmp);
        let mean = mean(&present);
        Self {
            n: present.len(),
            n_missing: values.len() - present.len(),
            mean,
            sd: mean.and_then(|m| sd(&present, m)),
            min: present.first().copied(),
            q1: quantile(&present, 0.25),
            median: quantile(&present, 0.5),
            q3: quantile(&present, 0.75),
            max: present.last().copied(),
        }
    }
}

/// The mean; `None` without values.
pub(crate) fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The median of values in any order; `None` without values.
pub(crate) fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    quantile(&sorted, 0.5)
}

fn sd(values: &[f64], mean: f64) -> Option<f64> {
    let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    (values.len() > 1).then(|| (squares / (values.len() - 1) as f64).sqrt())
}

fn quantile(sorted: &[f64], q: f64) -> Option<f64> {
    let place = sorted.len().checked_sub(1)? as f64 * q;
    let below = sorted[place.floor() as usize];
    let above = sorted[place.ceil() as usize];
    Some(below + (above - below) * place.fract())
}

#[cfg(test)]
mod tests {
    use super::*;

    // numpy 2.4: np.mean, np.std(ddof=1), np.percentile([25, 50, 75]) of [4, 1, 7, 2]
    #[test]
    fn numbers_are_those_of_numpy() {
        let s = SampleSummary::of(&[Some(4.0), None, Some(1.0), Some(7.0), Some(2.0)]);
        assert_eq!((s.n, s.n_missing), (4, 1));
        assert_eq!(s.mean, Some(3.5));
        assert!((s.sd.unwrap() - 2.645_751_311_064_590_7).abs() < 1e-15);
        assert_eq!((s.q1, s.median, s.q3), (Some(1.75), Some(3.0), Some(4.75)));
        assert_eq!((s.min, s.max), (Some(1.0), Some(7.0)));
    }

    #[test]
    fn one_value_has_no_sd_and_none_has_nothing() {
        assert_eq!(SampleSummary::of(&[Some(1.0)]).sd, None);
        let nothing = SampleSummary::of(&[None, Some(f64::NAN)]);
        assert_eq!((nothing.n, nothing.n_missing), (0, 2));
        assert_eq!((nothing.mean, nothing.median), (None, None));
    }
}
