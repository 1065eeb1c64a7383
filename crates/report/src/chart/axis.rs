//! Axes: linear, logarithmic, and logarithmic on both sides of zero.

use crate::scale;

/// How values are spread along an axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Spacing {
    /// Evenly.
    Linear,
    /// By their decimal logarithm; all values are positive.
    Log,
    /// Evenly from 0 to the given value, and by the logarithm beyond it, on both sides of 0.
    Symlog(f64),
}

/// An axis from a low to a high value.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    spacing: Spacing,
    low: f64,
    high: f64,
    ticks: Vec<(f64, String)>,
}

impl Spacing {
    /// The place of a value; equal distances of places are equal lengths on the axis.
    #[must_use]
    pub fn place(self, value: f64) -> f64 {
        match self {
            Spacing::Linear => value,
            Spacing::Log => libm::log10(value),
            Spacing::Symlog(linear) => {
                let size = value.abs() / linear;
                let place = if size <= 1.0 {
                    size
                } else {
                    1.0 + libm::log10(size)
                };
                place.copysign(value)
            }
        }
    }
}

impl Axis {
    /// A linear axis around values, with round ticks, about so many.
    pub fn linear(values: impl IntoIterator<Item = f64>, ticks: usize) -> Self {
        let round = scale::Axis::around(values, ticks);
        let ticks = round.ticks();
        let ends = [ticks.first(), ticks.last()].map(|tick| tick.map_or(0.0, |(value, _)| *value));
        Self {
            spacing: Spacing::Linear,
            low: ends[0],
            high: ends[1],
            ticks,
        }
    }

    /// A linear axis that ends at the first and the last value, with round ticks between them.
    pub fn tight(values: impl IntoIterator<Item = f64>, ticks: usize) -> Self {
        let values: Vec<f64> = values.into_iter().filter(|v| v.is_finite()).collect();
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut axis = Self::linear(values, ticks);
        if low < high {
            (axis.low, axis.high) = (low, high);
            let slack = 1e-9 * (high - low);
            axis.ticks
                .retain(|(value, _)| (low - slack..=high + slack).contains(value));
        }
        axis
    }

    /// A logarithmic axis around positive values, with ticks at powers of ten, or at 1, 2 and 5 times them where these are few.
    pub fn log(values: impl IntoIterator<Item = f64>) -> Self {
        let values: Vec<f64> = values
            .into_iter()
            .filter(|v| *v > 0.0 && v.is_finite())
            .collect();
        let least = values.iter().copied().fold(f64::INFINITY, f64::min);
        let most = values.iter().copied().fold(0.0, f64::max);
        let (least, most) = if least <= most {
            (least, most)
        } else {
            (0.1, 1.0)
        };
        let (first, last) = (
            libm::log10(least).floor() as i32,
            libm::log10(most).ceil() as i32,
        );
        let last = last.max(first + 1);
        let factors: &[f64] = if last - first <= 2 {
            &[1.0, 2.0, 5.0]
        } else {
            &[1.0]
        };
        let all = (first..=last).flat_map(|power| {
            factors
                .iter()
                .map(move |factor| factor * libm::pow(10.0, f64::from(power)))
        });
        let all: Vec<f64> = all
            .filter(|v| *v <= libm::pow(10.0, f64::from(last)) * 1.000_001)
            .collect();
        let below = all
            .iter()
            .copied()
            .filter(|v| *v <= least * 1.000_001)
            .fold(0.0, f64::max);
        let above = all.iter().copied().filter(|v| *v >= most * 0.999_999);
        let above = above.fold(f64::INFINITY, f64::min);
        let within = |v: &f64| (below..=above).contains(v);
        Self {
            spacing: Spacing::Log,
            low: below,
            high: above,
            ticks: all
                .iter()
                .copied()
                .filter(within)
                .map(|v| (v, plain(v)))
                .collect(),
        }
    }

    /// An axis with given spacing and ticks, from a low to a high value.
    #[must_use]
    pub fn with_ticks(spacing: Spacing, [low, high]: [f64; 2], ticks: Vec<(f64, String)>) -> Self {
        Self {
            spacing,
            low,
            high,
            ticks,
        }
    }

    /// Position of a value between the low end (0) and the high end (1).
    #[must_use]
    pub fn share(&self, value: f64) -> f64 {
        let [low, high, place] = [self.low, self.high, value].map(|v| self.spacing.place(v));
        (place - low) / (high - low)
    }

    /// The lowest and the highest value.
    #[must_use]
    pub fn ends(&self) -> [f64; 2] {
        [self.low, self.high]
    }

    /// The positions of the ticks, with their labels.
    #[must_use]
    pub fn ticks(&self) -> Vec<(f64, String)> {
        let tick = |(value, label): &(f64, String)| (self.share(*value), label.clone());
        self.ticks.iter().map(tick).collect()
    }
}

/// A number as people write it: without trailing zeros, with a minus sign.
#[must_use]
pub fn plain(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-4..1e7).contains(&size) {
        // Five decimals hide the error of powers of ten.
        let text = format!("{value:.5e}");
        let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
        let digits = digits.trim_end_matches('0').trim_end_matches('.');
        return format!("{digits}e{power}").replace('-', "−");
    }
    // Twelve decimals hide the error of powers of ten.
    let text = format!("{value:.12}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    text.replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<String> {
        axis.ticks().into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn decades_are_equally_long() {
        let axis = Axis::log([0.02, 30.0]);
        assert_eq!(labels(&axis), ["0.01", "0.1", "1", "10", "100"]);
        assert!((axis.share(1.0) - 0.5).abs() < 1e-12);
        assert_eq!(labels(&Axis::log([0.3, 1.4])), ["0.2", "0.5", "1", "2"]);
    }

    #[test]
    fn a_symmetric_axis_is_even_to_its_first_value_and_logarithmic_beyond() {
        let spacing = Spacing::Symlog(10.0);
        let places = [-100.0, 0.0, 5.0, 10.0, 100.0, 1000.0].map(|v| spacing.place(v));
        assert_eq!(places, [-2.0, 0.0, 0.5, 1.0, 2.0, 3.0]);
    }

    #[test]
    fn a_tight_axis_has_no_ticks_beyond_its_values() {
        let axis = Axis::tight([1.0, 37.0], 4);
        assert_eq!(axis.ends(), [1.0, 37.0]);
        assert_eq!(labels(&axis), ["10", "20", "30"]);
    }

    #[test]
    fn numbers_are_short() {
        let shown = [0.1 + 0.2, 100.0, -0.5, 9.999_999_999_999e-6].map(plain);
        assert_eq!(shown, ["0.3", "100", "−0.5", "1e−5"]);
    }
}
