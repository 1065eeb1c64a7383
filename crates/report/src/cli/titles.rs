//! Titles from the names of files.

use std::path::Path;

/// The name of a NIfTI file without its ending.
pub(super) fn stem(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = name.trim_end_matches(".gz").trim_end_matches(".nii");
    name.to_owned()
}

/// The parts in which names differ, cut at `_`: `unet s = 100` of `p1_unet_s100`. A letter with a number is a symbol and its value. `None` if
/// the names have not the same number of parts, or if two are equal.
pub(super) fn differing_parts(names: &[String]) -> Option<Vec<String>> {
    let cut: Vec<Vec<&str>> = names.iter().map(|name| name.split('_').collect()).collect();
    let first = cut.first().filter(|_| names.len() > 1)?;
    if cut.iter().any(|parts| parts.len() != first.len()) {
        return None;
    }
    let differs = |place: &usize| cut.iter().any(|parts| parts[*place] != first[*place]);
    let places: Vec<usize> = (0..first.len()).filter(differs).collect();
    let title = |parts: &Vec<&str>| {
        let words = places.iter().map(|place| with_symbol(parts[*place]));
        words.collect::<Vec<_>>().join(" ")
    };
    let titles: Vec<String> = cut.iter().map(title).collect();
    let all: std::collections::BTreeSet<&String> = titles.iter().collect();
    (all.len() == names.len()).then_some(titles)
}

/// A key that puts names in the order in which people count: `s = 10` before `s = 100`.
pub(super) fn natural(name: &str) -> Vec<(String, u64)> {
    let mut parts: Vec<(String, u64)> = vec![(String::new(), 0)];
    let mut before = false;
    for letter in name.chars() {
        let digit = letter.to_digit(10).map(u64::from);
        if digit.is_none() && before {
            parts.push((String::new(), 0));
        }
        if let Some((words, number)) = parts.last_mut() {
            match digit {
                Some(digit) => *number = number.saturating_mul(10).saturating_add(digit),
                None => words.push(letter),
            }
        }
        before = digit.is_some();
    }
    parts
}

/// `s = 100` of `s100`.
fn with_symbol(part: &str) -> String {
    let mut characters = part.chars();
    match characters.next() {
        Some(letter)
            if letter.is_ascii_lowercase() && characters.as_str().parse::<f64>().is_ok() =>
        {
            format!("{letter} = {}", characters.as_str())
        }
        _ => part.to_owned(),
    }
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
}
