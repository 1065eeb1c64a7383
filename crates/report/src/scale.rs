//! Maps values to pixels: axes with round ticks, lengths of scale bars.

/// Narrowest range of an axis, relative to its largest value; a narrower one is widened, like that of a single value.
const NARROWEST: f64 = 1e-6;
/// Largest distance of a value from a tick, in steps, that is only rounding.
const ON_A_TICK: f64 = 1e-9;
/// Labels of smaller steps are written with a power of ten.
const SMALLEST_DECIMAL: f64 = 1e-6;

/// A linear axis over at least the range of some values, with round ticks.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    low: f64,
    high: f64,
    step: f64,
}

impl Axis {
    /// An axis that covers the values, with about `ticks` steps and a tick at each end.
    ///
    /// Values that are not finite are ignored. Without any, the axis goes from 0 to 1; a single value gets a range around it.
    pub fn around(values: impl IntoIterator<Item = f64>, ticks: usize) -> Self {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values.into_iter().filter(|v| v.is_finite()) {
            low = low.min(value);
            high = high.max(value);
        }
        if low > high {
            (low, high) = (0.0, 1.0);
        }
        let largest = low.abs().max(high.abs());
        if high - low <= NARROWEST * largest {
            let margin = if largest == 0.0 { 0.5 } else { 0.05 * largest };
            (low, high) = (low - margin, high + margin);
        }
        let step = round_step((high - low) / ticks.max(1) as f64);
        // A value on a tick, up to rounding, needs no further tick.
        let low = (low / step + ON_A_TICK).floor() * step;
        let high = (high / step - ON_A_TICK).ceil() * step;
        Self { low, high, step }
    }

    /// Position of a value between the low end (0) and the high end (1).
    #[must_use]
    pub fn share(&self, value: f64) -> f64 {
        (value - self.low) / (self.high - self.low)
    }

    /// Values of the ticks and their labels, from low to high, all with the same number of decimals; with one power of ten
    /// when steps are below 1e-6.
    #[must_use]
    pub fn ticks(&self) -> Vec<(f64, String)> {
        let count = ((self.high - self.low) / self.step).round() as usize;
        let largest = self.low.abs().max(self.high.abs());
        let power = if self.step < SMALLEST_DECIMAL {
            libm::log10(largest).floor() as i32
        } else {
            0
        };
        let step = self.step / 10f64.powi(power);
        let decimals = (-libm::log10(step) - ON_A_TICK).ceil().clamp(0.0, 12.0) as usize;
        (0..=count)
            .map(|i| {
                let value = self.low + i as f64 * self.step;
                (value, label(value, decimals, power))
            })
            .collect()
    }
}

/// A number with a minus sign; zero has none, and no power of ten.
fn label(value: f64, decimals: usize, power: i32) -> String {
    let digits = format!("{:.decimals$}", value / 10f64.powi(power));
    let text = digits.trim_start_matches('-');
    if text.chars().all(|c| c == '0' || c == '.') {
        return if power == 0 { text } else { "0" }.to_owned();
    }
    let text = match power {
        0 => digits,
        _ => format!("{digits}e{power}"),
    };
    text.replace('-', "−")
}

/// A round length (1, 2 or 5 times a power of ten) of at most `limit`, which is positive.
#[must_use]
pub fn round_length(limit: f64) -> f64 {
    let power = libm::pow(10.0, libm::log10(limit).floor());
    let factors = [5.0, 2.0, 1.0];
    let fits = |factor: &f64| factor * power <= limit * (1.0 + ON_A_TICK);
    factors.into_iter().find(fits).unwrap_or(1.0) * power
}

/// The smallest round step (1, 2 or 5 times a power of ten) that is at least `least`.
fn round_step(least: f64) -> f64 {
    let power = libm::pow(10.0, libm::log10(least).floor());
    let factors = [1.0, 2.0, 5.0];
    let reaches = |factor: &f64| factor * power >= least * (1.0 - ON_A_TICK);
    factors.into_iter().find(reaches).unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn labels(axis: &Axis) -> Vec<String> {
        axis.ticks().into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(
            labels(&Axis::around([0.853, 0.871], 4)),
            ["0.850", "0.855", "0.860", "0.865", "0.870", "0.875"]
        );
        assert_eq!(
            labels(&Axis::around([0.0, 100.0], 5)),
            ["0", "20", "40", "60", "80", "100"]
        );
        assert_eq!(labels(&Axis::around([-1.0, 1.0], 2)), ["−1", "0", "1"]);
    }

    #[test]
    fn an_axis_of_small_values_has_the_ticks_of_large_ones() {
        assert_eq!(
            labels(&Axis::around([4.1e-13, 5.9e-13], 4)),
            ["4.0e−13", "4.5e−13", "5.0e−13", "5.5e−13", "6.0e−13"]
        );
        assert_eq!(
            labels(&Axis::around([0.0, 1e-12], 2)),
            ["0", "0.5e−12", "1.0e−12"]
        );
        // A single value gets a range of its own size.
        let axis = Axis::around([5e-13], 2);
        assert!(axis.share(5e-13) > 0.1 && axis.share(5e-13) < 0.9);
        assert!(axis.share(6e-13) > 1.0, "{axis:?}");
    }

    #[test]
    fn an_axis_without_values_goes_from_zero_to_one() {
        let axis = Axis::around([f64::NAN], 2);
        assert_eq!(labels(&axis), ["0.0", "0.5", "1.0"]);
    }

    #[test]
    fn scale_bars_are_round() {
        assert_eq!(round_length(999.0), 500.0);
        assert_eq!(round_length(0.23), 0.2);
        assert!((round_length(1.0) - 1.0).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn values_stand_within_the_axis(values in prop::collection::vec(-1e6f64..1e6, 1..9), ticks in 1usize..12) {
            let axis = Axis::around(values.iter().copied(), ticks);
            for value in &values {
                prop_assert!((-1e-6..=1.0 + 1e-6).contains(&axis.share(*value)));
            }
            let found = axis.ticks();
            prop_assert!(found.len() >= 2 && found.len() <= ticks + 3, "{:?}", found);
            prop_assert!(axis.share(found[0].0).abs() < 1e-9);
            prop_assert!((axis.share(found[found.len() - 1].0) - 1.0).abs() < 1e-6);
        }

        #[test]
        fn a_larger_value_stands_higher(a in -1e3f64..1e3, b in -1e3f64..1e3) {
            let axis = Axis::around([a, b], 5);
            prop_assert_eq!(a < b, axis.share(a) < axis.share(b));
        }
    }
}
