//! How far lists of numbers differ.

use super::degree::{Agreement, Distance};

/// More digits than a number in double precision has.
const MOST: u32 = 17;

/// Pairs of numbers, one after the other.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Numbers {
    /// The largest difference of a pair, as a part of its scale.
    largest: f64,
    different: usize,
    of: usize,
}

impl Numbers {
    /// Adds a pair. `scale` is the size of such numbers: a difference counts as a part of it. NaN equals NaN.
    pub fn add(&mut self, a: f64, b: f64, scale: f64) {
        self.of += 1;
        if a == b || (a.is_nan() && b.is_nan()) {
            return;
        }
        self.different += 1;
        let part = (a - b).abs() / scale;
        self.largest = match part.is_finite() {
            true => self.largest.max(part),
            false => f64::INFINITY,
        };
    }

    /// Adds two lists of the same length, on the scale of their largest number.
    pub fn add_all(&mut self, a: &[f64], b: &[f64]) {
        let sizes = a.iter().chain(b).map(|value| value.abs());
        let scale = sizes.filter(|size| size.is_finite()).fold(0.0, f64::max);
        for (a, b) in a.iter().zip(b) {
            self.add(*a, *b, scale);
        }
    }

    /// How far the files agree that these are all numbers of.
    pub fn agreement(self) -> Agreement {
        if self.different == 0 {
            return Agreement::Values;
        }
        let mut digits = 0;
        let mut next = 0.1;
        while digits < MOST && self.largest <= next {
            digits += 1;
            next /= 10.0;
        }
        Agreement::Digits(Distance {
            digits,
            different: self.different,
            of: self.of,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(a: &[f64], b: &[f64]) -> Option<u32> {
        let mut numbers = Numbers::default();
        numbers.add_all(a, b);
        match numbers.agreement() {
            Agreement::Digits(distance) => Some(distance.digits),
            _ => None,
        }
    }

    #[test]
    fn digits_count_from_the_largest_number() {
        assert_eq!(digits(&[1.0, f64::NAN], &[1.0, f64::NAN]), None);
        assert_eq!(digits(&[1000.0, 0.1], &[1000.0, 0.2]), Some(4));
        assert_eq!(digits(&[1.0], &[1.0 + 1.1e-6]), Some(5));
        assert_eq!(digits(&[1.0], &[1.0 + 0.9e-6]), Some(6));
        assert_eq!(digits(&[0.0, 1.0], &[1.0, 1.0]), Some(0));
        assert_eq!(digits(&[1.0], &[f64::NAN]), Some(0));
        assert_eq!(digits(&[f64::INFINITY, 1.0], &[1.0, 1.0]), Some(0));
        assert_eq!(digits(&[1.0], &[1.0 + f64::EPSILON]), Some(15));
    }
}
