//! Order of levels and groups.

use std::cmp::Ordering;

use crate::natural::natural;

/// Distinct names, sorted by value when all are numbers, else by letters and the numbers in them: `week 4` before `week 12`.
pub fn ordered<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut names: Vec<&str> = names.into_iter().collect();
    names.sort_unstable();
    names.dedup();
    let number = |name: &str| name.parse::<f64>().ok().filter(|v| !v.is_nan());
    if names.iter().all(|name| number(name).is_some()) {
        names.sort_by(|a, b| {
            let (a, b) = (number(a), number(b));
            a.partial_cmp(&b).unwrap_or(Ordering::Equal)
        });
    } else {
        names.sort_by_key(|name| natural(name));
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_words_count() {
        assert_eq!(
            ordered(["week 12", "week 4", "baseline"]),
            ["baseline", "week 4", "week 12"]
        );
    }

    #[test]
    fn numbers_are_ordered_by_value() {
        assert_eq!(
            ordered(["100", "0", "3", "30", "0"]),
            ["0", "3", "30", "100"]
        );
    }

    #[test]
    fn words_are_ordered_by_the_alphabet() {
        assert_eq!(ordered(["unet", "10", "fcn"]), ["10", "fcn", "unet"]);
    }
}
