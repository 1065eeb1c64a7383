//! Formats numbers for print.

/// Significant digits of a number in exponent form.
const DIGITS: usize = 3;
/// Numbers from here on are written in exponent form.
const LARGE: f64 = 1e15;
/// p-values below it are bounded, unless the significance level is lower.
const SMALL_P: f64 = 0.001;
/// Most decimals of a p-value next to the significance level; an f64 has no more digits.
const MOST_DECIMALS: usize = 17;

/// Rounds to `decimals`; a negative number that rounds to zero loses its sign. From 1e15 on in exponent form.
pub(crate) fn fixed(value: f64, decimals: usize) -> String {
    if value.abs() >= LARGE {
        return exponent(value);
    }
    let text = format!("{value:.decimals$}");
    match text.strip_prefix('-') {
        Some(rest) if !rest.contains(|c: char| ('1'..='9').contains(&c)) => rest.to_owned(),
        _ => text,
    }
}

/// Three significant digits and a power of ten: `5.12e-13`; zero is `0`.
pub(crate) fn exponent(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    format!("{value:.*e}", DIGITS - 1)
}

/// Whether a number is smaller than the last decimal, so that `decimals` show next to nothing of it.
pub(crate) fn vanishes(value: f64, decimals: usize) -> bool {
    value != 0.0 && value.abs() < 0.1f64.powi(i32::try_from(decimals).unwrap_or(i32::MAX))
}

#[cfg(any(feature = "cli", test))]
/// Rounds to `decimals`, or to three significant digits where the decimals would show next to nothing.
pub(crate) fn readable(value: f64, decimals: usize) -> String {
    if vanishes(value, decimals) {
        exponent(value)
    } else {
        fixed(value, decimals)
    }
}

/// A p-value with three decimals, `<0.001` below that and `>0.999` above.
///
/// It has more decimals where the rounded number would reach or cross the significance level `alpha`: 0.0496 at 0.05. For
/// an `alpha` below 0.001 the bound is the power of ten below it.
pub(crate) fn p_value(p: f64, alpha: f64) -> String {
    p_value_with(p, alpha, 3)
}

/// The same with another number of decimals for values that are not small.
pub(crate) fn p_value_with(p: f64, alpha: f64, least_decimals: usize) -> String {
    let mut bounded = 3;
    let mut bound = SMALL_P;
    while alpha < bound && bounded < MOST_DECIMALS {
        bounded += 1;
        bound = 0.1f64.powi(bounded as i32);
    }
    if p < bound && p < alpha {
        return format!("<{bound:.bounded$}");
    }
    let mut decimals = match alpha < SMALL_P {
        true => bounded.max(least_decimals),
        false => least_decimals,
    };
    loop {
        let text = fixed(p, decimals);
        let printed = text.parse::<f64>().unwrap_or(p);
        let is_told_from_alpha = p.total_cmp(&alpha) == printed.total_cmp(&alpha);
        if is_told_from_alpha || decimals >= MOST_DECIMALS {
            return match printed >= 1.0 {
                true => format!(">{}", "0.".to_owned() + &"9".repeat(decimals)),
                false => text,
            };
        }
        decimals += 1;
    }
}

/// The number of decimals that shows two significant digits of an interval of this width, from 0 to 6; `None` without a width.
pub(crate) fn decimals_of_width(width: f64) -> Option<usize> {
    if !(width > 0.0 && width.is_finite()) {
        return None;
    }
    let place = 1.0 - libm::log10(width).floor();
    Some(place.clamp(0.0, 6.0) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_negative_number_that_rounds_to_zero_loses_its_sign() {
        assert_eq!(fixed(-0.0004, 3), "0.000");
        assert_eq!(fixed(-0.0006, 3), "-0.001");
        assert_eq!(fixed(12.345, 0), "12");
        assert_eq!(readable(-0.0, 4), "0.0000");
    }

    #[test]
    fn numbers_beyond_the_decimals_are_written_with_a_power_of_ten() {
        assert_eq!(readable(-5.123e-13, 4), "-5.12e-13");
        assert_eq!(readable(0.00012, 4), "0.0001");
        assert_eq!(fixed(1e300, 3), "1.00e300");
        assert_eq!(exponent(0.0), "0");
    }

    #[test]
    fn small_p_values_are_bounded_not_rounded_to_zero() {
        assert_eq!(p_value(1e-9, 0.05), "<0.001");
        assert_eq!(p_value(0.001, 0.05), "0.001");
        assert_eq!(p_value(1.0, 0.05), ">0.999");
        assert_eq!(p_value(0.9994, 0.05), "0.999");
    }

    #[test]
    fn a_p_value_is_never_printed_on_the_other_side_of_alpha() {
        assert_eq!(p_value(0.0496, 0.05), "0.0496");
        assert_eq!(p_value(0.049_96, 0.05), "0.04996");
        assert_eq!(p_value(0.0504, 0.05), "0.0504");
        assert_eq!(p_value(0.05, 0.05), "0.050");
        assert_eq!(p_value(0.0494, 0.05), "0.049");
        assert_eq!(p_value(0.000_96, 0.001), "<0.001");
        assert_eq!(p_value(0.000_7, 0.0005), "0.0007");
        assert_eq!(p_value(0.000_47, 0.0005), "0.00047");
        assert_eq!(p_value(0.000_04, 0.0005), "<0.0001");
        assert_eq!(p_value_with(0.0473, 0.05, 2), "0.047");
        assert_eq!(p_value_with(0.31, 0.05, 2), "0.31");
    }

    #[test]
    fn two_digits_of_the_width_of_an_interval_are_shown() {
        assert_eq!(decimals_of_width(0.012), Some(3));
        assert_eq!(decimals_of_width(0.31), Some(2));
        assert_eq!(decimals_of_width(5.0), Some(1));
        assert_eq!(decimals_of_width(340.0), Some(0));
        assert_eq!(decimals_of_width(1e-12), Some(6));
        assert_eq!(decimals_of_width(0.0), None);
    }
}
