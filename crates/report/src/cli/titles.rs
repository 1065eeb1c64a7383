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

/// `s = 100` of `s100`.
fn with_symbol(part: &str) -> String {
    let mut characters = part.chars();
    match characters.next() {
        // A number that begins with a zero is a name: `p02`.
        Some(letter)
            if letter.is_ascii_lowercase()
                && characters.as_str().parse::<f64>().is_ok()
                && !is_padded(characters.as_str()) =>
        {
            format!("{letter} = {}", characters.as_str())
        }
        _ => part.to_owned(),
    }
}

/// `02`, but not `0` and `0.5`.
fn is_padded(number: &str) -> bool {
    let mut letters = number.chars();
    letters.next() == Some('0') && letters.next().is_some_and(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_with_a_number_is_a_symbol_unless_it_is_a_name() {
        let titled = ["s100", "s0", "s0.5", "p02", "unet"].map(with_symbol);
        assert_eq!(titled, ["s = 100", "s = 0", "s = 0.5", "p02", "unet"]);
    }
}
