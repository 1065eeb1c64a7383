//! Intensity normalization: a linear stretch of each channel onto a fixed range.

use ndarray::{ArrayView3, ArrayViewMut3, Axis};
use rsom_parameters::Choice;
use rsom_volume::Scan;

use crate::PreprocessError;

/// The intensities that become bottom and top of the range, determined per channel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Window {
    /// From 0 to the channel's maximum.
    Max,
    /// Between two percentiles, 0 ≤ low < high ≤ 100, by linear interpolation between order statistics
    /// (NumPy's default).
    Percentile {
        /// Percentile that becomes the bottom.
        low: f64,
        /// Percentile that becomes the top.
        high: f64,
    },
    /// Mean ± `clip_sd` standard deviations (of the population): a clipped z-score, rescaled.
    ZScore {
        /// Half the window in standard deviations.
        clip_sd: f64,
    },
}

/// Range of the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Range {
    /// 0 to 1.
    Unit,
    /// 0 to 255, rounded to integers, halves away from zero.
    Byte,
}

/// Stretches each channel: `clip((v − low) / (high − low), 0, 1) · top`.
///
/// A channel without contrast (`high` not above `low`) becomes 0 everywhere.
///
/// # Errors
/// A voxel that is not finite; percentiles or standard deviations outside their range.
pub fn normalize(scan: Scan, window: Window, range: Range) -> Result<Scan, PreprocessError> {
    check(window)?;
    let (grid, names, mut intensities) = scan.into_parts();
    for (channel, name) in intensities.axis_iter_mut(Axis(3)).zip(&names) {
        if channel.iter().any(|v| !v.is_finite()) {
            return Err(PreprocessError::NotFinite {
                channel: name.clone(),
            });
        }
        let (low, high) = limits(&channel.view(), window);
        stretch(channel, low, high, range);
    }
    Ok(Scan::new(grid, names, intensities)?)
}

fn check(window: Window) -> Result<(), PreprocessError> {
    match window {
        Window::Max => Ok(()),
        Window::Percentile { low, high } => {
            for (name, value) in [("percentile_low", low), ("percentile_high", high)] {
                if !(0.0..=100.0).contains(&value) {
                    return Err(PreprocessError::BadSetting {
                        name,
                        value,
                        rule: "from 0 to 100",
                    });
                }
            }
            if low < high {
                return Ok(());
            }
            Err(PreprocessError::EmptyRange {
                name: "percentiles",
                start: low,
                end: high,
            })
        }
        Window::ZScore { clip_sd } if clip_sd.is_finite() && clip_sd > 0.0 => Ok(()),
        Window::ZScore { clip_sd } => Err(PreprocessError::BadSetting {
            name: "clip_sd",
            value: clip_sd,
            rule: "positive and finite",
        }),
    }
}

fn limits(channel: &ArrayView3<'_, f32>, window: Window) -> (f64, f64) {
    match window {
        Window::Max => (0.0, f64::from(channel.fold(f32::MIN, |a, b| a.max(*b)))),
        Window::Percentile { low, high } => {
            let mut values: Vec<f32> = channel.iter().copied().collect();
            (percentile(&mut values, low), percentile(&mut values, high))
        }
        Window::ZScore { clip_sd } => {
            let count = channel.len() as f64;
            let mean = channel.iter().map(|v| f64::from(*v)).sum::<f64>() / count;
            let squares = channel.iter().map(|v| (f64::from(*v) - mean).powi(2));
            let sd = (squares.sum::<f64>() / count).sqrt();
            (mean - clip_sd * sd, mean + clip_sd * sd)
        }
    }
}

/// Percentile of `values`, which must not be empty; the function reorders them.
fn percentile(values: &mut [f32], percent: f64) -> f64 {
    let rank = percent / 100.0 * (values.len() - 1) as f64;
    let below = (rank.floor() as usize).min(values.len() - 1);
    let (_, &mut lower, rest) = values.select_nth_unstable_by(below, f32::total_cmp);
    let upper = rest.iter().copied().min_by(f32::total_cmp).unwrap_or(lower);
    let share = rank - below as f64;
    f64::from(lower) + share * (f64::from(upper) - f64::from(lower))
}

fn stretch(mut channel: ArrayViewMut3<'_, f32>, low: f64, high: f64, range: Range) {
    if high <= low {
        channel.fill(0.0);
        return;
    }
    channel.par_mapv_inplace(|v| {
        let share = ((f64::from(v) - low) / (high - low)).clamp(0.0, 1.0);
        match range {
            Range::Unit => share as f32,
            Range::Byte => (share * 255.0).round() as f32,
        }
    });
}

#[cfg(test)]
mod tests {
    use ndarray::Array4;
    use proptest::prelude::*;
    use rsom_volume::{Grid, Spacing};

    use super::*;

    fn scan(values: Vec<f32>) -> Scan {
        let n = values.len();
        let grid = Grid::new([n, 1, 1], Spacing::Unknown).unwrap();
        let array = Array4::from_shape_vec((n, 1, 1, 1), values).unwrap();
        Scan::new(grid, vec!["LF".into()], array).unwrap()
    }

    fn run(values: Vec<f32>, window: Window, range: Range) -> Vec<f32> {
        let out = normalize(scan(values), window, range).unwrap();
        out.intensities().iter().copied().collect()
    }

    #[test]
    fn the_maximum_becomes_the_top_and_negatives_the_bottom() {
        assert_eq!(
            run(vec![-2.0, 0.0, 1.0, 4.0], Window::Max, Range::Unit),
            [0.0, 0.0, 0.25, 1.0]
        );
        assert_eq!(
            run(vec![-2.0, 0.0, 1.0, 4.0], Window::Max, Range::Byte),
            [0.0, 0.0, 64.0, 255.0]
        );
    }

    #[test]
    fn percentiles_equal_numpy() {
        // numpy.percentile([15, 20, 35, 40, 50], [0, 40, 75, 90, 100]) = 15, 29, 40, 46, 50
        let mut values = [50.0, 20.0, 15.0, 40.0, 35.0];
        for (percent, want) in [
            (0.0, 15.0),
            (40.0, 29.0),
            (75.0, 40.0),
            (90.0, 46.0),
            (100.0, 50.0),
        ] {
            assert!((percentile(&mut values, percent) - want).abs() < 1e-9);
        }
    }

    #[test]
    fn a_z_score_window_is_centered_on_the_mean() {
        // Mean 2, population sd 1: 2 ± 2 spans 0 to 4.
        let window = Window::ZScore { clip_sd: 2.0 };
        assert_eq!(
            run(vec![1.0, 3.0, 1.0, 3.0], window, Range::Unit),
            [0.25, 0.75, 0.25, 0.75]
        );
    }

    #[test]
    fn a_channel_without_contrast_becomes_zero() {
        for window in [
            Window::Max,
            Window::Percentile {
                low: 1.0,
                high: 99.0,
            },
            Window::ZScore { clip_sd: 3.0 },
        ] {
            assert_eq!(run(vec![0.0; 4], window, Range::Byte), [0.0; 4]);
        }
    }

    #[test]
    fn voxels_that_are_not_finite_and_odd_settings_are_refused() {
        assert!(matches!(
            normalize(scan(vec![0.0, f32::NAN]), Window::Max, Range::Unit),
            Err(PreprocessError::NotFinite { .. })
        ));
        for window in [
            Window::Percentile {
                low: 50.0,
                high: 50.0,
            },
            Window::Percentile {
                low: -1.0,
                high: 50.0,
            },
            Window::Percentile {
                low: 0.0,
                high: f64::NAN,
            },
            Window::ZScore { clip_sd: 0.0 },
        ] {
            assert!(normalize(scan(vec![0.0, 1.0]), window, Range::Unit).is_err());
        }
    }

    proptest! {
        #[test]
        fn the_result_is_in_range_and_keeps_the_order(values in prop::collection::vec(-1e6_f32..1e6, 2..40)) {
            let window = Window::Percentile { low: 5.0, high: 95.0 };
            let out = run(values.clone(), window, Range::Byte);
            for (i, a) in values.iter().enumerate() {
                prop_assert!((0.0..=255.0).contains(&out[i]) && out[i].fract() == 0.0);
                for (j, b) in values.iter().enumerate() {
                    prop_assert!(a > b || out[i] <= out[j]);
                }
            }
        }
    }
}
