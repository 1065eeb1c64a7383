//! Scans that are stored as one picture for each B-scan, such as `S01_001.png`, `S01_002.png`.
//!
//! The number of the B-scan is the last run of digits in a name. With `#` in its place, the pictures of a scan have one name.

use std::collections::BTreeMap;

/// Stands for the number of a B-scan in the name of a scan.
pub(super) const NUMBER: char = '#';
/// The same in a pattern of a manifest.
const PART: &str = "{slice:digits}";

/// The names of the scans with the number of their pictures. Pictures without a number, or that would all be one scan, are scans of one
/// B-scan each.
pub(super) fn scans(pictures: &[String]) -> BTreeMap<String, usize> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for picture in pictures {
        let name = numbered(picture).unwrap_or_else(|| picture.clone());
        *counts.entry(name).or_default() += 1;
    }
    let is_whole = counts.len() > 1 || pictures.len() == 1;
    match is_whole && counts.keys().all(|name| name.contains(NUMBER)) {
        true => counts,
        false => pictures.iter().map(|name| (name.clone(), 1)).collect(),
    }
}

/// The pattern of a manifest of a pattern with `#`.
pub(super) fn pattern(text: &str) -> String {
    text.replace(NUMBER, PART)
}

/// The name of a picture with `#` in place of the number of its B-scan. `None` if it has no number that stands at the end of its name, after
/// a separator or after letters.
pub(super) fn numbered(picture: &str) -> Option<String> {
    let dot = picture.rfind('.')?;
    let (stem, ending) = picture.split_at(dot);
    let before = stem.trim_end_matches(|c: char| c.is_ascii_digit());
    (before.len() < stem.len() && !picture.contains(NUMBER))
        .then(|| format!("{before}{NUMBER}{ending}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(names: &[&str]) -> Vec<(String, usize)> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        scans(&names).into_iter().collect()
    }

    #[test]
    fn pictures_of_one_scan_have_one_name() {
        let found = of(&["a/S01_001.png", "a/S01_002.png", "a/S02_001.png"]);
        assert_eq!(
            found,
            [("a/S01_#.png".to_owned(), 2), ("a/S02_#.png".to_owned(), 1)]
        );
        let found = of(&["S01/slice1.png", "S01/slice2.png", "S02/slice1.png"]);
        assert_eq!(found.len(), 2);
        assert_eq!(
            pattern("{subject}/slice#.png"),
            "{subject}/slice{slice:digits}.png"
        );
    }

    #[test]
    fn pictures_that_are_scans_of_their_own_are_told_apart() {
        assert_eq!(of(&["S01.png", "S02.png"]).len(), 2);
        assert_eq!(of(&["ann.png", "bob.png"]).len(), 2);
        assert_eq!(of(&["ann1.png", "bob.png"]).len(), 2);
        assert_eq!(of(&["S01_1.png"]), [("S01_#.png".to_owned(), 1)]);
    }
}
