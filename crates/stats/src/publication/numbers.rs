//! Formats numbers for print.

/// Rounds to `decimals`; a negative number that rounds to zero loses its sign.
pub(crate) fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    match text.strip_prefix('-') {
        Some(rest) if !rest.contains(|c: char| ('1'..='9').contains(&c)) => rest.to_owned(),
        _ => text,
    }
}

/// A p-value with three decimals, `<0.001` below that.
pub(crate) fn p_value(p: f64) -> String {
    if p < 0.001 {
        return "<0.001".to_owned();
    }
    fixed(p, 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_negative_number_that_rounds_to_zero_loses_its_sign() {
        assert_eq!(fixed(-0.0004, 3), "0.000");
        assert_eq!(fixed(-0.0006, 3), "-0.001");
        assert_eq!(fixed(12.345, 0), "12");
    }

    #[test]
    fn small_p_values_are_bounded_not_rounded_to_zero() {
        assert_eq!(p_value(1e-9), "<0.001");
        assert_eq!(p_value(0.001), "0.001");
        assert_eq!(p_value(1.0), "1.000");
    }
}
