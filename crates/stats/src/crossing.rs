//! The point where a condition on numbers begins to hold.

/// Halvings after which an interval of f64 cannot become smaller.
const HALVINGS: usize = 2200;

/// The smallest f64 in [`low`, `high`] at which `holds` is true, for a condition that stays true once it is; `high`
/// if it holds nowhere below.
///
/// Bisection to neighboring f64: about 60 evaluations, more when the point is close to zero.
pub(crate) fn crossing(low: f64, high: f64, holds: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (low, high);
    if holds(low) {
        return low;
    }
    for _ in 0..HALVINGS {
        let middle = low / 2.0 + high / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        if holds(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}

/// The same on all positive numbers: doubles a bracket first. Infinity if the condition holds nowhere.
pub(crate) fn positive_crossing(holds: impl Fn(f64) -> bool) -> f64 {
    let mut high = 1.0;
    while !holds(high) {
        high *= 2.0;
        if high == f64::INFINITY {
            return high;
        }
    }
    crossing(0.0, high, holds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_square_root_of_two_is_found_to_the_last_bit() {
        let root = positive_crossing(|x| x * x >= 2.0);
        assert!((root - 2f64.sqrt()).abs() <= f64::EPSILON);
        assert_eq!(crossing(0.0, 1.0, |_| true), 0.0);
        assert_eq!(crossing(0.0, 1.0, |_| false), 1.0);
        assert_eq!(positive_crossing(|_| false), f64::INFINITY);
        assert_eq!(positive_crossing(|x| x >= 1e300), 1e300);
    }
}
