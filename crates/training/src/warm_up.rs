//! Warm-up of a loss weight: it grows geometrically from a first to its final value.

/// Growth of a loss weight during the first part of a training.
///
/// A penalty that outweighs the other terms while the network still predicts noise drives it to a constant mask. If the
/// weight grows, the network learns the mask first and smooths it afterwards (a continuation method).
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct WarmUp {
    /// Share of all training steps after which the weight has its final value, from 0 (no warm-up) to 1.
    pub share: f64,
    /// Weight at the first step, above 0.
    pub first: f64,
}

impl WarmUp {
    /// The weight at `progress`, the share of all training steps that are finished:
    /// first · (last / first)^(progress / share) up to `share`, then `last`. It never falls: a `last` of at most `first` is
    /// the weight of all steps.
    #[must_use]
    pub fn weight(&self, last: f64, progress: f64) -> f64 {
        if progress >= self.share || last <= self.first {
            return last;
        }
        let weight = self.first * libm::pow(last / self.first, progress / self.share);
        weight.min(last)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_weight_grows_by_one_factor_per_step() {
        let warm_up = WarmUp {
            share: 0.5,
            first: 1.0,
        };
        let weight = |progress| warm_up.weight(1000.0, progress);
        // By hand: three decades over half of the training.
        assert_eq!(weight(0.0), 1.0);
        assert!((weight(0.5 / 3.0) - 10.0).abs() < 1e-12);
        assert!((weight(1.0 / 3.0) - 100.0).abs() < 1e-11);
        assert_eq!((weight(0.5), weight(1.0)), (1000.0, 1000.0));
    }

    #[test]
    fn weights_below_the_first_value_do_not_change() {
        let warm_up = WarmUp {
            share: 0.5,
            first: 1.0,
        };
        for last in [0.0, 0.3, 1.0] {
            assert_eq!(warm_up.weight(last, 0.0), last);
        }
    }

    proptest! {
        #[test]
        fn the_weight_never_falls_and_ends_at_its_final_value(
            share in 0.0..=1.0, first in 1e-3..1e3, last in 0.0..1e5, a in 0.0..1.0, b in 0.0..1.0,
        ) {
            let warm_up = WarmUp { share, first };
            let (early, late) = (f64::min(a, b), f64::max(a, b));
            let weight = |progress| warm_up.weight(last, progress);
            prop_assert!(weight(early) <= weight(late) * (1.0 + 1e-12));
            prop_assert!(weight(late) <= last);
            prop_assert_eq!(weight(1.0), last);
        }
    }
}
