//! Whether another part of the names may be the subject.

use std::collections::{BTreeMap, BTreeSet};

use crate::naming::are_visits;

/// Another part of the names that tells more scans apart than the subject does, and does not look like visits.
pub(super) fn other_subject(parts: &[BTreeMap<String, String>]) -> Option<String> {
    let texts = |name: &str| -> BTreeSet<&str> {
        let texts = parts.iter().filter_map(|parts| parts.get(name));
        texts.map(String::as_str).collect()
    };
    let subjects = texts("subject");
    let names: BTreeSet<&String> = parts.iter().flat_map(BTreeMap::keys).collect();
    let mut others = names
        .into_iter()
        .filter(|name| !matches!(name.as_str(), "subject" | "group"));
    let other = others.find(|name| {
        let texts = texts(name);
        let all: Vec<&str> = texts.iter().copied().collect();
        texts.len() > subjects.len() && !are_visits(&all, None)
    })?;
    let first = |texts: &BTreeSet<&str>| {
        let texts: Vec<&str> = texts.iter().copied().take(3).collect();
        texts.join(", ")
    };
    Some(format!(
        "the subjects are taken to be {}; if they are {}, give a --table with these ids, or change 'create' in manifest.yaml",
        first(&subjects),
        first(&texts(other))
    ))
}

/// Subjects that differ in a letter behind a number alone, such as `S01a` and `S01b`: they may be two scans of one person.
pub(super) fn lettered(parts: &[BTreeMap<String, String>]) -> Option<String> {
    let subjects: BTreeSet<&str> = (parts.iter())
        .filter_map(|parts| parts.get("subject"))
        .map(String::as_str)
        .collect();
    let mut persons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for subject in &subjects {
        let person = subject.strip_suffix(|c: char| c.is_ascii_alphabetic())?;
        if !person.ends_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        persons.entry(person).or_default().push(subject);
    }
    let (person, both) = persons.into_iter().find(|(_, both)| both.len() > 1)?;
    let both = both.join(" and ");
    Some(format!(
        "{both} are taken for different subjects, which may be in different folds; if they are scans of one, write '_' before the letter, as in {person}_a"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_with_more_values_is_named_unless_it_is_a_visit() {
        let part = |subject: &str, visit: &str| {
            let pairs = [("subject", subject), ("visit", visit)];
            BTreeMap::from(pairs.map(|(name, text)| (name.to_owned(), text.to_owned())))
        };
        let groups = [
            part("control", "01"),
            part("control", "02"),
            part("pso", "03"),
        ];
        let said = other_subject(&groups).unwrap();
        assert!(
            said.contains("to be control, pso; if they are 01, 02, 03"),
            "{said}"
        );
        let visits = [part("S1", "v1"), part("S1", "v2")];
        assert_eq!(other_subject(&visits), None);
        assert_eq!(other_subject(&[part("S1", "1"), part("S2", "2")]), None);
    }

    #[test]
    fn letters_behind_numbers_may_be_scans_of_one_person() {
        let named = |subjects: &[&str]| {
            let parts = subjects
                .iter()
                .map(|subject| BTreeMap::from([("subject".to_owned(), (*subject).to_owned())]));
            lettered(&parts.collect::<Vec<_>>())
        };
        let said = named(&["S01a", "S01b", "S02a"]).unwrap();
        assert!(said.starts_with("S01a and S01b are taken"), "{said}");
        for subjects in [["S01", "S02"], ["S01a", "S02a"], ["anna", "annb"]] {
            assert_eq!(named(&subjects), None, "{subjects:?}");
        }
    }
}
