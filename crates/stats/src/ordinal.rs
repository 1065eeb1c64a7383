//! An integer for each f64, in the same order: for bisection over all numbers.

/// The place of a number among all f64s; −0 precedes 0.
fn ordinal(value: f64) -> u64 {
    let bits = value.to_bits();
    if bits >> 63 == 0 {
        bits | 1 << 63
    } else {
        !bits
    }
}

/// The number at a place.
fn from_ordinal(ordinal: u64) -> f64 {
    f64::from_bits(if ordinal >> 63 == 1 {
        ordinal & !(1 << 63)
    } else {
        !ordinal
    })
}

/// The smallest number from `first` to `last` that fulfills a condition which, once fulfilled, holds for all larger ones; it
/// must hold at `last`. Asks at most 64 times.
pub(crate) fn smallest_where(first: f64, last: f64, holds: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (ordinal(first), ordinal(last));
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(from_ordinal(middle)) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    from_ordinal(low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinals_keep_the_order_of_floats() {
        let values = [-1e300, -1.0, -1e-300, 0.0, 1e-300, 1.0, 1e300];
        for pair in values.windows(2) {
            assert!(ordinal(pair[0]) < ordinal(pair[1]));
            assert_eq!(from_ordinal(ordinal(pair[0])), pair[0]);
        }
    }

    #[test]
    fn bisection_finds_the_first_number_that_holds() {
        assert_eq!(smallest_where(-3.0, 1e9, |x| x >= 0.1), 0.1);
        assert_eq!(smallest_where(-3.0, 7.0, |_| true), -3.0);
        assert_eq!(smallest_where(-3.0, 7.0, |x| x > 6.5), 6.5f64.next_up());
    }
}
