//! An integer for each f64, in the same order: for bisection over all numbers.

/// The place of a number among all f64s; −0 precedes 0.
pub(crate) fn ordinal(value: f64) -> u64 {
    let bits = value.to_bits();
    if bits >> 63 == 0 {
        bits | 1 << 63
    } else {
        !bits
    }
}

/// The number at a place.
pub(crate) fn from_ordinal(ordinal: u64) -> f64 {
    f64::from_bits(if ordinal >> 63 == 1 {
        ordinal & !(1 << 63)
    } else {
        !ordinal
    })
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
}
