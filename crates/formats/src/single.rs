//! What single precision, in which scans are read, changes about their values.

/// Number of values that single precision changes more than is usual for measured ones.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Changed {
    rounded: usize,
    vanished: usize,
}

/// Largest size below which double precision represents every integer.
const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;

impl Changed {
    /// Counts integers that are rounded, when the values are `integers`, and values other than 0 that become 0.
    #[must_use]
    pub fn of(values: impl Iterator<Item = f64>, integers: bool) -> Self {
        let mut changed = Self::default();
        for value in values.filter(|value| value.is_finite()) {
            let single = value as f32;
            let rounds = f64::from(single) != value || value.abs() > LARGEST_EXACT;
            changed.rounded += usize::from(integers && rounds);
            changed.vanished += usize::from(single == 0.0 && value != 0.0);
        }
        changed
    }

    /// One sentence for each kind of change.
    #[must_use]
    pub fn notes(self) -> Vec<String> {
        let Self { rounded, vanished } = self;
        let mut notes = Vec::new();
        if rounded > 0 {
            notes.push(format!(
                "{rounded} integers are rounded to single precision (24 bits)"
            ));
        }
        if vanished > 0 {
            notes.push(format!(
                "{vanished} values are too small for single precision and become 0"
            ));
        }
        notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounded_integers_and_vanished_values_are_counted() {
        let large = [16_777_216.0, 16_777_217.0, 0.1];
        assert_eq!(Changed::of(large.into_iter(), true).rounded, 2);
        assert_eq!(Changed::of(large.into_iter(), false), Changed::default());
        let small = [1e-300, 0.0, 1e-40, f64::NAN];
        let changed = Changed::of(small.into_iter(), false);
        assert_eq!((changed.vanished, changed.notes().len()), (1, 1));
    }
}
