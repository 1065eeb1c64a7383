//! A statistic with the interval that is asked for.

use super::bca::bca;
use super::config::{BootstrapConfig, MeanInterval};
use super::estimate::MeanEstimate;
use super::resampling::Resampled;
use super::student::student;
use super::studentized::studentized;
use super::units::{Units, sign};

/// The statistic of one sample, or the difference first − second of those of two independent samples, with the interval of the
/// configuration.
pub(super) fn with_interval(samples: &[Units], config: BootstrapConfig) -> MeanEstimate {
    let statistics: Vec<f64> = samples.iter().map(Units::statistic).collect();
    let signed = statistics.iter().enumerate().map(|(i, s)| sign(i) * s);
    let n_units = samples.iter().map(|units| units.sums.len()).sum();
    let mut result = MeanEstimate::without_interval(signed.sum(), n_units, config.confidence);
    if samples.iter().any(|units| units.sums.len() < 2) {
        result.note = Some("an interval needs at least two units");
        return result;
    }
    let centered = samples.iter().zip(&statistics);
    let centered: Vec<Units> = centered.map(|(units, s)| units.centered(*s)).collect();
    let noise = samples.iter().zip(&centered);
    let noise = noise.map(|(units, c)| units.noise(c)).fold(0.0, f64::max);
    // An influence is a deviation divided by the number of units.
    let influences = centered.iter().flat_map(Units::influences);
    let largest = influences.map(f64::abs).fold(0.0, f64::max);
    if largest * n_units as f64 <= noise || largest == 0.0 {
        result.note = Some("all units have the same value: no spread to resample");
        return result;
    }
    let resampled = Resampled { centered, noise };
    match config.interval {
        MeanInterval::Bca | MeanInterval::ExpandedBca => bca(&resampled, config, &mut result),
        MeanInterval::Studentized => studentized(&resampled, config, &mut result),
        MeanInterval::StudentT => student(&resampled, config, &mut result),
    }
    result.without_noise(noise);
    result
}
