//! The order in which people count.

/// A key that puts names in the order in which people count: `s = 10` before `s = 100`, `0.25 mg` before `0.5 mg`.
#[must_use]
pub fn natural(name: &str) -> Vec<(String, u64)> {
    let mut parts: Vec<(String, u64)> = Vec::new();
    let mut rest = name;
    while !rest.is_empty() {
        let (words, after) = rest.split_at(rest.find(is_digit).unwrap_or(rest.len()));
        let end = after.find(|c| !is_digit(c)).unwrap_or(after.len());
        let (digits, after) = after.split_at(end);
        // Digits behind a point are tenths, hundredths and so on.
        let is_fraction = words == "." && !parts.is_empty();
        let number = match (digits.is_empty(), is_fraction) {
            (true, _) => 0,
            (_, false) => digits.parse().unwrap_or(u64::MAX),
            (_, true) => {
                let known = &digits[..digits.len().min(PLACES)];
                format!("{known:0<PLACES$}").parse().unwrap_or(u64::MAX)
            }
        };
        parts.push((words.to_owned(), number));
        rest = after;
    }
    parts
}

/// Digits of a fraction that count.
const PLACES: usize = 18;

fn is_digit(letter: char) -> bool {
    letter.is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use super::natural;

    #[test]
    fn numbers_in_names_are_in_the_order_of_their_values() {
        let mut names = ["fcn s = 100", "fcn s = 9", "unet", "fcn s = 10", "fcn"];
        names.sort_by_key(|name| natural(name));
        assert_eq!(
            names,
            ["fcn", "fcn s = 9", "fcn s = 10", "fcn s = 100", "unet"]
        );
    }

    #[test]
    fn digits_behind_a_point_are_a_fraction() {
        let mut doses = ["1.5 mg", "0.5 mg", "1.25 mg", "0.25 mg", "10 mg"];
        doses.sort_by_key(|name| natural(name));
        assert_eq!(doses, ["0.25 mg", "0.5 mg", "1.25 mg", "1.5 mg", "10 mg"]);
    }
}
