//! What a spreadsheet writes in front of subjects.

use std::collections::{BTreeMap, BTreeSet};

/// What the spreadsheet writes in front of the subjects, such as the `sub-` of `sub-01`, where the names of files give `01`.
pub(super) fn prefix(parts: &[BTreeMap<String, String>], known: &[String]) -> String {
    let texts = || parts.iter().filter_map(|parts| parts.get("subject"));
    if texts().any(|text| known.contains(text)) {
        return String::new();
    }
    let before = |(known, text): (&String, &String)| {
        let start = known.strip_suffix(text.as_str())?;
        start.ends_with(['-', '_']).then(|| start.to_owned())
    };
    let pairs = known
        .iter()
        .flat_map(|known| texts().map(move |text| (known, text)));
    let found: BTreeSet<String> = pairs.filter_map(before).collect();
    match found.len() {
        1 => found.into_iter().next().unwrap_or_default(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spreadsheet_may_write_more_in_front_of_a_subject() {
        let part = |text: &str| BTreeMap::from([("subject".to_owned(), text.to_owned())]);
        let parts = [part("01"), part("02")];
        let of = |known: &[&str]| {
            let known: Vec<String> = known.iter().map(|name| (*name).to_owned()).collect();
            prefix(&parts, &known)
        };
        assert_eq!(of(&["sub-01", "sub-02", "sub-09"]), "sub-");
        assert_eq!(of(&["01", "sub-02"]), "");
        assert_eq!(of(&["a-01", "b-02"]), "");
        assert_eq!(of(&["101", "102"]), "");
        assert_eq!(of(&[]), "");
    }
}
