//! What in a name is a visit, a side, a run or a date, and not a person.

use std::collections::{BTreeMap, BTreeSet};

use super::form::is_separator;

/// Words before a number that make it a visit or a run.
const TAGS: [(&str, &str); 16] = [
    ("v", "visit"),
    ("visit", "visit"),
    ("besuch", "visit"),
    ("ses", "visit"),
    ("session", "visit"),
    ("t", "visit"),
    ("tp", "visit"),
    ("timepoint", "visit"),
    ("fu", "visit"),
    ("followup", "visit"),
    ("day", "time"),
    ("week", "time"),
    ("month", "time"),
    ("run", "run"),
    ("rep", "run"),
    ("scan", "run"),
];

/// Words that are a visit or a side: the word, what it is of, and the word that it stands for.
const WORDS: [(&str, &str, &str); 16] = [
    ("baseline", "time", "baseline"),
    ("bl", "time", "baseline"),
    ("followup", "time", "followup"),
    ("fu", "time", "followup"),
    ("pre", "time", "pre"),
    ("before", "time", "pre"),
    ("post", "time", "post"),
    ("after", "time", "post"),
    ("left", "side", "left"),
    ("l", "side", "left"),
    ("links", "side", "left"),
    ("right", "side", "right"),
    ("r", "side", "right"),
    ("rechts", "side", "right"),
    ("test", "repeat", "test"),
    ("retest", "repeat", "retest"),
];

/// Whether all texts look like visits, sides, runs or dates. `before` is the piece before them, if it is the same in all names.
pub(crate) fn are_visits(texts: &[&str], before: Option<&str>) -> bool {
    let is_after_tag = before.is_some_and(|word| tag(&word.to_lowercase()).is_some());
    texts
        .iter()
        .all(|text| mark(text).is_some() || is_date(text) || is_after_tag && is_number(text))
}

fn tag(word: &str) -> Option<&'static str> {
    let found = TAGS.iter().find(|(known, _)| *known == word);
    found.map(|(_, kind)| *kind)
}

pub(super) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// What a piece of a name is a visit, side or run of, and which one.
fn mark(piece: &str) -> Option<(&'static str, String)> {
    let lower = piece.to_lowercase();
    if let Some((_, kind, word)) = WORDS.iter().find(|(word, _, _)| *word == lower) {
        return Some((kind, (*word).to_owned()));
    }
    let letters = lower.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = &lower[letters.len()..];
    let kind = tag(letters).filter(|_| !number.is_empty())?;
    Some((kind, without_zeros(number)))
}

fn without_zeros(number: &str) -> String {
    match number.trim_start_matches('0') {
        "" => "0".to_owned(),
        rest => rest.to_owned(),
    }
}

/// Whether a text is a date: `20240308`, `2024-03-08`, `08.03.2024`, or a stamp of date and time in 14 digits.
pub(super) fn is_date(text: &str) -> bool {
    let is_day = |year: &str, month: &str, day: &str| {
        let number = |text: &str| is_number(text).then(|| text.parse::<u32>().ok()).flatten();
        year.len() == 4
            && number(year).is_some_and(|y| (1950..2100).contains(&y))
            && number(month).is_some_and(|m| (1..=12).contains(&m))
            && number(day).is_some_and(|d| (1..=31).contains(&d))
    };
    let parts: Vec<&str> = text.split(is_separator).collect();
    match parts.as_slice() {
        [a, b, c] => is_day(a, b, c) || is_day(c, b, a),
        [whole] if is_number(whole) && matches!(whole.len(), 8 | 14) => {
            is_day(&whole[..4], &whole[4..6], &whole[6..8])
                || whole.len() == 8 && is_day(&whole[4..], &whole[2..4], &whole[..2])
        }
        _ => false,
    }
}

/// The visits, sides, runs, dates and plain numbers that a name states.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Marks(BTreeMap<&'static str, BTreeSet<String>>);

impl Marks {
    /// Those of a name without its ending.
    pub(crate) fn of(stem: &str) -> Self {
        let mut marks = Self::default();
        let pieces = stem.split(is_separator).filter(|piece| !piece.is_empty());
        let mut before: Option<&str> = None;
        for piece in pieces {
            let after_tag = before.and_then(|word| tag(&word.to_lowercase()));
            let found = match after_tag {
                Some(kind) if is_number(piece) => Some((kind, without_zeros(piece))),
                _ if is_date(piece) => Some(("date", piece.to_owned())),
                _ if is_number(piece) => Some(("number", without_zeros(piece))),
                _ => mark(piece),
            };
            if let Some((kind, value)) = found {
                marks.0.entry(kind).or_default().insert(value);
            }
            before = Some(piece);
        }
        marks
    }

    /// Whether both state something of one kind, such as a visit, and each what the other does not.
    pub(crate) fn contradict(&self, other: &Self) -> bool {
        self.0.iter().any(|(kind, values)| {
            let others = other.0.get(kind);
            others.is_some_and(|others| !others.is_subset(values) && !values.is_subset(others))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visits_sides_and_dates_are_told_from_persons() {
        for visits in [
            vec!["v1", "V2"],
            vec!["visit1", "visit2"],
            vec!["baseline", "followup"],
            vec!["left", "right"],
            vec!["20240308", "20240401"],
            vec!["2024-03-08"],
            vec!["08.03.2024"],
            vec!["20170828154106"],
        ] {
            assert!(are_visits(&visits, None), "{visits:?}");
        }
        for persons in [
            vec!["S01", "S02"],
            vec!["1", "2"],
            vec!["control", "pso"],
            vec!["v1", "S2"],
            vec!["20249999"],
        ] {
            assert!(!are_visits(&persons, None), "{persons:?}");
        }
        assert!(are_visits(&["1", "2"], Some("ses")));
        assert!(!are_visits(&["1", "2"], Some("sub")));
    }

    #[test]
    fn names_of_two_visits_contradict() {
        for (one, other, expected) in [
            ("S01_v1", "S01_v2_mask", true),
            ("S01_v01_mask", "S01_V1", false),
            ("sub-1_ses-1", "sub-1_visit2", true),
            ("S01_left", "S01_R", true),
            ("S01_pre", "S01_post_seg", true),
            ("visit1/S01", "visit2/S01", true),
            ("3_1", "3_2", true),
            ("S01_unet_s0", "S01_fcn_s100", false),
            ("S01_v1", "S01_left", false),
            ("S01_mask", "S01_v2", false),
            ("2024/01/S01", "masks/S01", false),
        ] {
            let [a, b] = [one, other].map(Marks::of);
            assert_eq!(a.contradict(&b), expected, "{one}, {other}");
        }
    }
}
