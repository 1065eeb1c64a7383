//! Slope and intercept of a header, and whole numbers that were stored with them.

use super::header::Header;

/// Largest difference of a scaled value from a whole number, in units of the precision of slope and intercept: both are
/// in single precision, so each term of the sum is known to 2⁻²⁴ of its size.
const WHOLE_UNITS: f64 = 4.0;
/// The relative precision of single precision, 2⁻²⁴.
const SINGLE: f64 = f32::EPSILON as f64 / 2.0;
/// Largest difference at any size: where single precision is coarser, a whole number cannot be told from others.
const WHOLE_AT_MOST: f64 = 0.01;

/// The conversion of stored values: `slope × stored + intercept`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scaling {
    pub slope: f64,
    pub intercept: f64,
}

impl Scaling {
    /// The scaling of a header; `None` for none.
    pub(super) fn of(header: &Header) -> Option<Self> {
        let (slope, intercept) = header.scaling?;
        Some(Self { slope, intercept })
    }

    /// The scaled value.
    pub(super) fn value(self, stored: f64) -> f64 {
        stored * self.slope + self.intercept
    }

    /// The scaled value, or the whole number that it is but for the precision of slope and intercept.
    ///
    /// The tolerance follows the size of the values: 2⁻²² of `|slope × stored| + |intercept|`, at most 0.01.
    pub(super) fn whole(self, stored: f64) -> f64 {
        let value = self.value(stored);
        let size = (stored * self.slope).abs() + self.intercept.abs();
        let tolerance = (WHOLE_UNITS * SINGLE * size).min(WHOLE_AT_MOST);
        let nearest = value.round();
        match (value - nearest).abs() <= tolerance {
            // Adding zero turns -0 into 0.
            true => nearest + 0.0,
            false => value,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Labels `0, 1, 2, 3` times a factor, stored in 16 bits over their whole range as nibabel does, with slope and
    /// intercept rounded to single precision.
    #[test]
    fn labels_come_back_whole_at_any_scale() {
        for factor in [1.0, 5.0, 1e3, 1e4] {
            let slope = f64::from((3.0 * factor / 65535.0) as f32);
            let intercept = f64::from((1.5 * factor + 0.5 * slope) as f32);
            let scaling = Scaling { slope, intercept };
            for label in 0..4 {
                let stored = f64::from(label * 21845 - 32768);
                let expected = f64::from(label) * factor;
                assert_eq!(scaling.whole(stored), expected, "{label} × {factor}");
            }
        }
    }

    #[test]
    fn values_between_labels_stay_as_they_are() {
        let scaling = Scaling {
            slope: 0.5,
            intercept: 0.0,
        };
        assert_eq!(scaling.whole(3.0), 1.5);
        // 7 labels in 8 bits: the steps of the storage are coarser than single precision.
        let coarse = Scaling {
            slope: f64::from(7.0_f32 / 255.0),
            intercept: 0.0,
        };
        assert_ne!(coarse.whole(36.0), 1.0);
        // At 1e7 single precision does not tell whole numbers apart, but an exact sum does.
        let large = Scaling {
            slope: f64::from(0.1_f32),
            intercept: 1e7,
        };
        assert_ne!(large.whole(1.0).fract(), 0.0);
        assert_eq!(
            Scaling {
                slope: 2.0,
                intercept: 1e7
            }
            .whole(3.0),
            10_000_006.0
        );
    }

    proptest::proptest! {
        /// The same data in another unit get the same answer.
        #[test]
        fn the_tolerance_follows_the_size(label in 1_i32..100, exponent in -20_i32..20) {
            let unit = 2_f64.powi(exponent);
            let slope = f64::from((unit / 3.0) as f32);
            let scaling = Scaling { slope, intercept: 0.0 };
            let stored = 3.0 * f64::from(label) / unit;
            proptest::prop_assert_eq!(scaling.whole(stored), f64::from(label));
        }
    }
}
