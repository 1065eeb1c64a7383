//! The rule of masks, for every format: 0 and at most one other value, which is a whole number.

use crate::FormatError;

/// Largest number of values that a message lists.
const SHOWN: usize = 4;

/// Refuses the values of something that is not a mask: two values other than 0, or one that is not whole.
///
/// # Errors
/// The first few values.
pub fn require_mask(values: impl Iterator<Item = f64>) -> Result<(), FormatError> {
    let mut found: Vec<f64> = Vec::new();
    for value in values {
        if value != 0.0 && !found.contains(&value) {
            found.push(value);
            if found.len() == SHOWN {
                break;
            }
        }
    }
    if found.len() < 2 {
        return match found.first() {
            Some(value) if value.fract() != 0.0 => {
                Err(FormatError::NotAMaskValue { value: *value })
            }
            _ => Ok(()),
        };
    }
    found.sort_by(f64::total_cmp);
    Err(FormatError::NotBinary { values: found })
}
