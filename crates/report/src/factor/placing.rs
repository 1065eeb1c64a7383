//! Where the levels of a factor stand on the horizontal axis.

use rsom_parameters::Choice;

use crate::chart::axis::{Axis, Spacing, plain};

/// Kind of the horizontal axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum AxisKind {
    /// Linear, log or symlog for numbers, by their range; category for words and for two levels.
    Auto,
    /// Levels at equal distances.
    Category,
    /// By value.
    Linear,
    /// By the logarithm of the value; for positive numbers.
    Log,
    /// By the logarithm beyond the smallest level other than 0, by value below it: for 0, 10, 100, 1000.
    Symlog,
}

/// The places of levels.
#[derive(Debug, Clone, PartialEq)]
pub struct Placing {
    /// Kind of the axis, not `Auto`.
    pub kind: AxisKind,
    /// Whether the levels are numbers, so that lines between them mean something.
    pub is_ordered: bool,
    /// The place of each level, as a share of the axis.
    pub shares: Vec<f64>,
    /// Smallest distance of two levels, or of a level to an end, as a share of the axis.
    pub room: f64,
    /// Round numbers for the axis where there are too many levels to name each, as shares with labels; `None`: each level is named.
    pub ticks: Option<Vec<(f64, String)>>,
    /// What a reader must know of the axis, such as where it is linear; empty if nothing.
    pub note: String,
}

/// Range of positive levels, as a ratio, from which a logarithmic axis is chosen.
const WIDE: f64 = 30.0;
/// The same, if each positive level is at least as many times the one below.
const STEEP: f64 = 5.0;
/// Most levels of a linear axis that are named. Of more, labels would touch.
const MOST_NAMED: usize = 8;
/// About how many round ticks take their place.
const TICKS: usize = 6;
/// Margin of an axis by value at both ends, as a share of the range.
const MARGIN: f64 = 0.12;

impl Placing {
    /// Places levels, which are in their order.
    ///
    /// # Errors
    /// One line: an axis by value for levels that are no numbers, or a logarithmic one for levels that are not positive.
    pub fn of(levels: &[&str], wanted: AxisKind) -> Result<Self, String> {
        let numbers: Option<Vec<f64>> = levels.iter().map(|level| number(level)).collect();
        let kind = match wanted {
            AxisKind::Auto => chosen(numbers.as_deref()),
            wanted => wanted,
        };
        let is_ordered = numbers.is_some();
        if kind == AxisKind::Category {
            let count = levels.len().max(1) as f64;
            return Ok(Self {
                kind,
                is_ordered,
                shares: (0..levels.len())
                    .map(|i| (i as f64 + 0.5) / count)
                    .collect(),
                room: 1.0 / count,
                ticks: None,
                note: String::new(),
            });
        }
        let word = kind.as_str();
        let Some(numbers) = numbers else {
            let words = levels.iter().find(|level| number(level).is_none());
            return Err(format!(
                "'{}' is no number, but --axis {word} needs numbers; take --axis category",
                words.unwrap_or(&"")
            ));
        };
        let mut note = String::new();
        let spacing = match kind {
            AxisKind::Log if numbers.iter().any(|v| *v <= 0.0) => {
                return Err(
                    "--axis log needs positive levels; take --axis symlog for levels with 0"
                        .to_owned(),
                );
            }
            AxisKind::Log => Spacing::Log,
            AxisKind::Symlog => {
                let sizes = numbers.iter().map(|v| v.abs()).filter(|v| *v > 0.0);
                let least = sizes.fold(f64::INFINITY, f64::min);
                let least = if least.is_finite() { least } else { 1.0 };
                note = format!(
                    "horizontal axis: linear up to {}, logarithmic beyond",
                    plain(least)
                );
                Spacing::Symlog(least)
            }
            _ => Spacing::Linear,
        };
        let places: Vec<f64> = numbers.iter().map(|v| spacing.place(*v)).collect();
        Ok(Self {
            note,
            ticks: (kind == AxisKind::Linear && numbers.len() > MOST_NAMED)
                .then(|| axis(&places).ticks()),
            kind,
            is_ordered,
            room: room(&places),
            shares: shares(&places),
        })
    }
}

/// Places as shares of an axis with margins.
fn shares(places: &[f64]) -> Vec<f64> {
    let axis = axis(places);
    places.iter().map(|place| axis.share(*place)).collect()
}

/// An axis with margins around places, and with round ticks.
fn axis(places: &[f64]) -> Axis {
    let low = places.iter().copied().fold(f64::INFINITY, f64::min);
    let high = places.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let margin = if low < high {
        MARGIN * (high - low)
    } else {
        1.0
    };
    Axis::tight([low - margin, high + margin], TICKS)
}

fn room(places: &[f64]) -> f64 {
    let shares = shares(places);
    let gaps = shares.windows(2).map(|pair| (pair[1] - pair[0]).abs());
    gaps.fold(2.0 * MARGIN / (1.0 + 2.0 * MARGIN), f64::min)
}

fn number(level: &str) -> Option<f64> {
    level.parse().ok().filter(|v: &f64| v.is_finite())
}

fn chosen(numbers: Option<&[f64]>) -> AxisKind {
    let Some(numbers) = numbers.filter(|numbers| numbers.len() > 2) else {
        return AxisKind::Category;
    };
    let positive = || numbers.iter().copied().filter(|v| *v > 0.0);
    let mut rising: Vec<f64> = positive().collect();
    rising.sort_by(f64::total_cmp);
    let (least, most) = (rising.first(), rising.last());
    let is_wide = least
        .zip(most)
        .is_some_and(|(least, most)| most / least >= WIDE);
    // Such as 0, 10 and 100.
    let is_steep = rising.len() > 1 && rising.windows(2).all(|pair| pair[1] / pair[0] >= STEEP);
    let has_others = numbers.iter().any(|v| *v <= 0.0);
    match (is_wide || is_steep, has_others) {
        (true, false) => AxisKind::Log,
        (true, true) => AxisKind::Symlog,
        _ => AxisKind::Linear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(levels: &[&str]) -> AxisKind {
        Placing::of(levels, AxisKind::Auto).unwrap().kind
    }

    #[test]
    fn the_axis_follows_the_levels() {
        assert_eq!(kind(&["fcn7", "unet"]), AxisKind::Category);
        assert_eq!(kind(&["0", "100"]), AxisKind::Category);
        assert_eq!(kind(&["0", "10", "100", "1000"]), AxisKind::Symlog);
        assert_eq!(kind(&["0.01", "1", "100"]), AxisKind::Log);
        assert_eq!(kind(&["1", "2", "3"]), AxisKind::Linear);
    }

    #[test]
    fn levels_of_the_paper_are_equally_far_apart() {
        let placing = Placing::of(&["0", "10", "100", "1000"], AxisKind::Symlog).unwrap();
        let gaps: Vec<f64> = placing.shares.windows(2).map(|p| p[1] - p[0]).collect();
        assert!(
            gaps.iter().all(|gap| (gap - gaps[0]).abs() < 1e-12),
            "{gaps:?}"
        );
        assert!(placing.note.contains("linear up to 10"));
    }

    #[test]
    fn a_linear_axis_keeps_distances() {
        let shares = Placing::of(&["0", "1", "10"], AxisKind::Linear)
            .unwrap()
            .shares;
        assert!(((shares[2] - shares[1]) / (shares[1] - shares[0]) - 9.0).abs() < 1e-9);
    }

    #[test]
    fn levels_that_do_not_fit_the_axis_are_refused() {
        let said = |levels: &[&str], kind| Placing::of(levels, kind).unwrap_err();
        assert!(said(&["a", "1"], AxisKind::Linear).contains("'a' is no number"));
        assert!(said(&["0", "1"], AxisKind::Log).contains("--axis symlog"));
    }

    #[test]
    fn many_values_have_round_ticks() {
        let ages: Vec<String> = (0..19).map(|i| (23 + 2 * i).to_string()).collect();
        let ages: Vec<&str> = ages.iter().map(String::as_str).collect();
        let placing = Placing::of(&ages, AxisKind::Auto).unwrap();
        let ticks = placing.ticks.unwrap();
        let labels: Vec<&str> = ticks.iter().map(|(_, label)| label.as_str()).collect();
        assert_eq!(labels, ["20", "30", "40", "50", "60"]);
        // The level 23 lies at three tenths between the ticks 20 and 30.
        let [first, second] = [ticks[0].0, ticks[1].0];
        assert!((placing.shares[0] - (first + 0.3 * (second - first))).abs() < 1e-12);
        assert_eq!(Placing::of(&ages[..8], AxisKind::Auto).unwrap().ticks, None);
    }
}
