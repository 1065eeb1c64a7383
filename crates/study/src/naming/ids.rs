//! The ids of a spreadsheet, and how parts of names are compared with them.

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization;

use super::form::is_separator;

/// The ids of a spreadsheet by row.
pub(super) struct Ids<'t> {
    texts: &'t [String],
    exact: BTreeMap<String, usize>,
    /// Without capitals, separators, and zeros before numbers; `None` where two ids would be the same.
    loose: BTreeMap<String, Option<usize>>,
    /// What all ids begin with, up to a separator, such as `sub-`.
    start: String,
}

impl<'t> Ids<'t> {
    pub(super) fn of(texts: &'t [String]) -> Self {
        let mut exact = BTreeMap::new();
        let mut loose = BTreeMap::new();
        for (row, text) in texts.iter().enumerate() {
            let key = composed(text);
            if key.is_empty() || exact.contains_key(&key) {
                continue;
            }
            let same = loose.entry(loosely(&key)).or_insert(Some(row));
            if *same != Some(row) {
                *same = None;
            }
            exact.insert(key, row);
        }
        let start = shared_start(exact.keys());
        Self {
            texts,
            exact,
            loose,
            start,
        }
    }

    /// The number of different ids.
    pub(super) fn len(&self) -> usize {
        self.exact.len()
    }

    /// The id of a row, as it is written.
    pub(super) fn text(&self, row: usize) -> &str {
        &self.texts[row]
    }

    /// The row of the id that a text is, also without what all ids begin with.
    pub(super) fn exact(&self, text: &str) -> Option<usize> {
        let key = composed(text);
        let with_start = || self.exact.get(&format!("{}{key}", self.start));
        let row = self.exact.get(&key);
        row.or_else(|| (!self.start.is_empty()).then(with_start).flatten())
            .copied()
    }

    /// The row of the id that a text may be if it was written otherwise: `S01`, `s1` and `S-01`.
    pub(super) fn loose(&self, text: &str) -> Option<usize> {
        let key = loosely(&composed(text));
        self.loose.get(&key).copied().flatten()
    }
}

/// A text in which each letter and its marks are one character: file systems and spreadsheets differ in this.
fn composed(text: &str) -> String {
    text.trim().nfc().collect()
}

fn loosely(text: &str) -> String {
    let mut result = String::new();
    let mut zeros = false;
    let mut is_in_number = false;
    for c in text.to_lowercase().chars() {
        if c == '0' && !is_in_number {
            zeros = true;
            continue;
        }
        if zeros && !c.is_ascii_digit() {
            result.push('0');
        }
        zeros = false;
        is_in_number = c.is_ascii_digit();
        if !is_separator(c) {
            result.push(c);
        }
    }
    if zeros {
        result.push('0');
    }
    result
}

fn shared_start<'t>(mut texts: impl Iterator<Item = &'t String>) -> String {
    let Some(first) = texts.next() else {
        return String::new();
    };
    let others: Vec<&String> = texts.collect();
    let ends = first.match_indices(['-', '_']).map(|(at, _)| &first[..=at]);
    let shared = ends.take_while(|start| others.iter().all(|text| text.starts_with(start)));
    match others.is_empty() {
        true => String::new(),
        false => shared.last().unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn ids_are_found_whole_and_without_what_all_begin_with() {
        let texts = owned(&["sub-01", "sub-02", "sub-01"]);
        let ids = Ids::of(&texts);
        assert_eq!(ids.len(), 2);
        let exact = ["sub-01", "02", "2"].map(|text| ids.exact(text));
        assert_eq!(exact, [Some(0), Some(1), None]);
        assert_eq!(ids.loose("SUB_2"), Some(1));
        let texts = owned(&["Müller"]);
        assert_eq!(Ids::of(&texts).exact("Mu\u{308}ller"), Some(0));
    }

    #[test]
    fn other_capitals_zeros_and_separators_may_be_the_same_id() {
        let texts = owned(&["S01", "7", "10", "0"]);
        let ids = Ids::of(&texts);
        let found = ["s1", "S-01", "007", "0010", "100", "00"].map(|text| ids.loose(text));
        assert_eq!(found, [Some(0), Some(0), Some(1), Some(2), None, Some(3)]);
        // 1 and 01 are two ids here.
        assert_eq!(Ids::of(&owned(&["1", "01"])).loose("001"), None);
    }
}
