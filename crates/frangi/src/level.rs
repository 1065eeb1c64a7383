//! Thresholds with eleven significant bits, the candidates of a search.

/// Number of fraction bits of a single-precision number that a level drops.
const DROPPED: u32 = 13;

/// A positive number with eleven significant bits: neighbors differ by less than a thousandth.
///
/// For v ≥ 0, v ≥ level exactly when [`Level::below`]\(v) ≥ level: a search over levels is exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Level(u32);

impl Level {
    /// The largest level that does not exceed a value ≥ 0.
    pub(crate) fn below(value: f32) -> Self {
        // Positive numbers have the same order as their bit patterns.
        Self(value.to_bits() >> DROPPED)
    }

    /// The number itself.
    pub(crate) fn value(self) -> f32 {
        f32::from_bits(self.0 << DROPPED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparing_levels_is_comparing_values() {
        let values = [1e-6_f32, 0.001, 0.3, 0.499_999, 0.5, 0.500_001, 0.77, 1.0];
        for threshold in values {
            let level = Level::below(threshold);
            assert!(level.value() <= threshold && level.value() > threshold * 0.999);
            assert_eq!(Level::below(level.value()), level);
            for value in values {
                assert_eq!(value >= level.value(), Level::below(value) >= level);
            }
        }
    }
}
