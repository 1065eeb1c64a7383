//! Finds what the names of files have in common: the pattern of a manifest.
//!
//! Names are cut at `/`, `_`, `-` and `.`. Pieces that are equal in all names are literal text, the others become parts of the
//! pattern: the subject, a group (a folder with several subjects), a visit.

use std::collections::{BTreeMap, BTreeSet};

use crate::naming::{Doubt, are_visits, column_of_ids};

/// The patterns of a study, as in the section `create` of a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Naming {
    /// Pattern of the scans.
    pub image: String,
    /// Pattern of the id of a scan.
    pub scan: String,
    /// The parts and their texts in each file, in the order of the files.
    pub parts: Vec<BTreeMap<String, String>>,
}

/// A name cut into pieces: the separators around them, and the pieces.
struct Cut<'n> {
    separators: Vec<char>,
    pieces: Vec<&'n str>,
}

/// A column of pieces: equal in all names, or a part of the pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Column {
    Literal(String),
    /// A part after a text that all its pieces begin with.
    Part {
        prefix: String,
        name: String,
    },
}

/// Names of another form are named if there are at least so many times more of the usual one.
const MOST_ODD: usize = 3;
/// Most groups that a folder can stand for.
const MOST_GROUPS: usize = 8;

/// Words that name the part after them, as in `sub-01_ses-2`.
const NAMED: [(&str, &str); 8] = [
    ("sub", "subject"),
    ("subject", "subject"),
    ("patient", "subject"),
    ("ses", "visit"),
    ("session", "visit"),
    ("visit", "visit"),
    ("run", "run"),
    ("scan", "run"),
];

/// The patterns of scans from their names below a folder. `known` are the subjects of a spreadsheet.
///
/// `None` if the names have no common form; then each name is a subject of its own only if the user says so.
///
/// # Errors
/// Two parts of the names may be the subject.
pub(super) fn naming(
    names: &[String],
    endings: &[&str],
    known: &[String],
) -> Result<Option<Naming>, Doubt> {
    let Some((stems, ending)) = stems(names, endings) else {
        return Ok(None);
    };
    let cuts: Vec<Cut<'_>> = stems.iter().map(|stem| cut(stem)).collect();
    let Some(first) = cuts.first() else {
        return Ok(None);
    };
    if let Some(doubt) = odd_form(&stems, &cuts) {
        return Err(doubt);
    }
    if cuts.iter().any(|cut| cut.separators != first.separators) {
        return Ok(whole_names(&stems, &ending));
    }
    let columns: Vec<Vec<&str>> = (0..first.pieces.len())
        .map(|place| cuts.iter().map(|cut| cut.pieces[place]).collect())
        .collect();
    let Some(subject) = subject_column(&columns, first, (&stems, known))? else {
        return Ok(None);
    };
    let parts = named(&columns, first, subject);
    let image = pattern(&parts, &columns, &first.separators) + &ending;
    let texts = (0..names.len())
        .map(|row| texts(&parts, &columns, row))
        .collect();
    Ok(Some(Naming {
        image,
        scan: scan(&parts),
        parts: texts,
    }))
}

/// A name of another form than nearly all others.
fn odd_form(stems: &[&str], cuts: &[Cut<'_>]) -> Option<Doubt> {
    let mut counts: BTreeMap<&[char], usize> = BTreeMap::new();
    for cut in cuts {
        *counts.entry(&cut.separators).or_default() += 1;
    }
    let (usual, count) = counts.into_iter().max_by_key(|(_, count)| *count)?;
    let odd: Vec<usize> = (0..cuts.len())
        .filter(|place| cuts[*place].separators != usual)
        .collect();
    let is_few = !odd.is_empty() && MOST_ODD * odd.len() <= count;
    let example = (0..cuts.len()).find(|place| cuts[*place].separators == usual)?;
    is_few.then(|| Doubt::Odd {
        name: stems[odd[0]].to_owned(),
        more: odd.len() - 1,
        usual: stems[example].to_owned(),
    })
}

/// The names without their endings, and the text of the ending in a pattern.
fn stems<'n>(names: &'n [String], endings: &[&str]) -> Option<(Vec<&'n str>, String)> {
    let mut found = BTreeSet::new();
    let mut stems = Vec::new();
    for name in names {
        let ending = endings.iter().find(|ending| name.ends_with(**ending))?;
        found.insert(*ending);
        stems.push(name.strip_suffix(ending)?);
    }
    let ending = match found.len() {
        1 => found.first().map_or("", |ending| ending).to_owned(),
        _ => ".{ext}".to_owned(),
    };
    Some((stems, ending))
}

fn cut(stem: &str) -> Cut<'_> {
    let is_separator = |c: char| matches!(c, '/' | '_' | '-' | '.');
    Cut {
        separators: stem.chars().filter(|c| is_separator(*c)).collect(),
        pieces: stem.split(is_separator).collect(),
    }
}

/// Names without a common form in one folder: each is a subject.
fn whole_names(stems: &[&str], ending: &str) -> Option<Naming> {
    let folder = |stem: &str| {
        stem.rfind('/')
            .map_or("", |slash| &stem[..=slash])
            .to_owned()
    };
    let shared = folder(stems.first()?);
    if stems.iter().any(|stem| folder(stem) != shared) {
        return None;
    }
    let parts = stems
        .iter()
        .map(|stem| BTreeMap::from([("subject".to_owned(), stem[shared.len()..].to_owned())]));
    Some(Naming {
        image: format!("{shared}{{subject}}{ending}"),
        scan: "{subject}".to_owned(),
        parts: parts.collect(),
    })
}

/// The column with the subject: named by the piece before it, or with the most subjects of the spreadsheet, or the first that
/// varies, is no visit, side, run or date, and no folder of groups.
///
/// # Errors
/// Two columns may be the subject.
fn subject_column(
    columns: &[Vec<&str>],
    cut: &Cut<'_>,
    (stems, known): (&[&str], &[String]),
) -> Result<Option<usize>, Doubt> {
    let named = (1..columns.len()).find(|place| name_before(columns, *place) == Some("subject"));
    if named.is_some() {
        return Ok(named);
    }
    let of_known = column_of_ids(columns, stems, known)?;
    if of_known.is_some() {
        return Ok(of_known);
    }
    let varies = |place: &usize| distinct(&columns[*place]) > 1;
    let candidates: Vec<usize> = (0..columns.len()).filter(varies).collect();
    let before = |place: usize| {
        let before = &columns[place.checked_sub(1)?];
        (distinct(before) == 1).then(|| before[0])
    };
    let is_person = |place: &usize| !are_visits(&columns[*place], before(*place));
    let after_groups = |candidates: &[usize]| {
        let mut candidates = candidates.iter().copied();
        candidates.find(|place| !is_group(columns, cut, *place))
    };
    let persons: Vec<usize> = candidates.iter().copied().filter(is_person).collect();
    // Several visits of one person.
    let is_one = |place: &usize| {
        !candidates.is_empty()
            && !varies(place)
            && is_person(place)
            && columns[*place][0].contains(|c: char| c.is_ascii_digit())
    };
    let found = after_groups(&persons)
        .or_else(|| (0..columns.len()).find(is_one))
        .or_else(|| after_groups(&candidates));
    // A single scan.
    Ok(found
        .or(candidates.first().copied())
        .or(columns.len().checked_sub(1)))
}

fn distinct(column: &[&str]) -> usize {
    column.iter().collect::<BTreeSet<_>>().len()
}

/// Whether a column is a folder with several names in each of its few values: a group.
fn is_group(columns: &[Vec<&str>], cut: &Cut<'_>, place: usize) -> bool {
    let column = &columns[place];
    let is_folder = cut.separators.get(place) == Some(&'/');
    let is_word = column
        .iter()
        .all(|piece| !piece.contains(|c: char| c.is_ascii_digit()));
    let values = distinct(column);
    let later = (place + 1..columns.len())
        .map(|other| distinct(&columns[other]))
        .max();
    is_folder && is_word && values > 1 && values <= MOST_GROUPS && later.is_some_and(|l| l > values)
}

/// The name that the piece before a column gives it.
fn name_before(columns: &[Vec<&str>], place: usize) -> Option<&'static str> {
    let before = columns.get(place.checked_sub(1)?)?;
    let word = before.first()?.to_ascii_lowercase();
    let is_one = distinct(before) == 1;
    let named = NAMED.iter().find(|(known, _)| is_one && *known == word);
    named.map(|(_, name)| *name)
}

/// Each column as literal text or as a named part.
fn named(columns: &[Vec<&str>], cut: &Cut<'_>, subject: usize) -> Vec<Column> {
    let mut taken = BTreeSet::new();
    let mut parts = Vec::new();
    for (place, column) in columns.iter().enumerate() {
        let is_subject = place == subject || *column == columns[subject];
        if !is_subject && distinct(column) == 1 {
            parts.push(Column::Literal(column[0].to_owned()));
            continue;
        }
        // The same pieces in another place are the same part.
        if let Some(same) = (0..place).find(|other| columns[*other] == *column) {
            parts.push(parts[same].clone());
            continue;
        }
        let (prefix, name) = match is_subject {
            true => (String::new(), "subject"),
            false
                if is_group(columns, cut, place)
                    && place < subject
                    && !are_visits(column, None) =>
            {
                (String::new(), "group")
            }
            false => (
                prefix(column),
                name_before(columns, place).unwrap_or("visit"),
            ),
        };
        let mut name = name.to_owned();
        while !is_subject && !taken.insert(name.clone()) {
            name = format!("part{}", place + 1);
        }
        parts.push(Column::Part { prefix, name });
    }
    parts
}

/// The letters that all pieces begin with, before digits: the `v` of `v1` and `v2`.
fn prefix(column: &[&str]) -> String {
    let letters =
        |piece: &str| -> String { piece.chars().take_while(|c| c.is_alphabetic()).collect() };
    let first = letters(column.first().unwrap_or(&""));
    let fits = |piece: &&str| {
        piece
            .strip_prefix(first.as_str())
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    if column.iter().all(fits) {
        first
    } else {
        String::new()
    }
}

/// The text of the pattern without the ending.
fn pattern(parts: &[Column], columns: &[Vec<&str>], separators: &[char]) -> String {
    let mut text = String::new();
    for (place, part) in parts.iter().enumerate() {
        match part {
            Column::Literal(literal) => text += literal,
            Column::Part { prefix, name } => {
                let rest = columns[place].iter().map(|piece| &piece[prefix.len()..]);
                text += &format!("{prefix}{{{name}{}}}", class(rest));
            }
        }
        text.extend(separators.get(place));
    }
    text
}

/// The restriction of a part, so that a path can be read in one way.
pub(super) fn class<'t>(mut texts: impl Iterator<Item = &'t str> + Clone) -> &'static str {
    if texts
        .clone()
        .all(|text| text.chars().all(|c| c.is_ascii_digit()))
    {
        return ":digits";
    }
    match texts.all(|text| text.chars().all(char::is_alphanumeric)) {
        true => ":word",
        false => "",
    }
}

/// The texts of the parts in one name.
fn texts(parts: &[Column], columns: &[Vec<&str>], row: usize) -> BTreeMap<String, String> {
    let of = |(place, part): (usize, &Column)| match part {
        Column::Literal(_) => None,
        Column::Part { prefix, name } => {
            Some((name.clone(), columns[place][row][prefix.len()..].to_owned()))
        }
    };
    parts.iter().enumerate().filter_map(of).collect()
}

/// The id of a scan: the subject, and whatever else tells scans apart.
fn scan(parts: &[Column]) -> String {
    let mut names = vec!["subject"];
    for part in parts {
        if let Column::Part { name, .. } = part
            && name != "group"
            && !names.contains(&name.as_str())
        {
            names.push(name);
        }
    }
    let parts: Vec<String> = names.iter().map(|name| format!("{{{name}}}")).collect();
    parts.join("_")
}

/// The pattern of masks, from their names and the parts of the scans that they belong to: pieces that are equal in all masks are
/// literal, pieces that are a part of their scan are that part, others are `*`.
pub(super) fn of_masks(
    names: &[String],
    endings: &[&str],
    parts: &[BTreeMap<String, String>],
) -> Option<String> {
    let (stems, ending) = stems(names, endings)?;
    let cuts: Vec<Cut<'_>> = stems.iter().map(|stem| cut(stem)).collect();
    let first = cuts.first()?;
    if cuts.iter().any(|cut| cut.separators != first.separators) {
        return None;
    }
    let mut text = String::new();
    for place in 0..first.pieces.len() {
        let column: Vec<&str> = cuts.iter().map(|cut| cut.pieces[place]).collect();
        text += &match piece(&column, parts) {
            Some(piece) => piece,
            None if distinct(&column) == 1 => column[0].to_owned(),
            None => "*".to_owned(),
        };
        text.extend(first.separators.get(place));
    }
    Some(text + &ending)
}

/// A piece of the pattern of masks: a part of the scans, after the letters that all begin with.
fn piece(column: &[&str], parts: &[BTreeMap<String, String>]) -> Option<String> {
    let names: BTreeSet<&String> = parts.iter().flat_map(BTreeMap::keys).collect();
    // The subject first: with one visit of each, both fit.
    let ordered = names
        .iter()
        .filter(|n| **n == "subject")
        .chain(names.iter().filter(|n| **n != "subject"));
    for name in ordered {
        for prefix in [String::new(), prefix(column)] {
            let fits = column.iter().zip(parts).all(|(piece, parts)| {
                piece
                    .strip_prefix(prefix.as_str())
                    .is_some_and(|rest| parts.get(*name).is_some_and(|t| t == rest))
            });
            if fits {
                let texts = parts
                    .iter()
                    .filter_map(|parts| parts.get(*name))
                    .map(String::as_str);
                return Some(format!("{prefix}{{{name}{}}}", class(texts)));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENDINGS: [&str; 2] = [".nii.gz", ".nii"];

    fn owned(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn found(names: &[&str], known: &[&str]) -> (String, String) {
        let naming = naming(&owned(names), &ENDINGS, &owned(known))
            .unwrap()
            .unwrap();
        (naming.image, naming.scan)
    }

    fn is(image: &str, scan: &str) -> (String, String) {
        (image.to_owned(), scan.to_owned())
    }

    #[test]
    fn subjects_visits_and_groups_are_found_in_names() {
        for (names, image, scan) in [
            (
                vec!["S01.nii.gz", "S02.nii.gz"],
                "{subject:word}.nii.gz",
                "{subject}",
            ),
            (
                vec!["S01_v1.nii.gz", "S01_v2.nii.gz", "S02_v1.nii.gz"],
                "{subject:word}_v{visit:digits}.nii.gz",
                "{subject}_{visit}",
            ),
            (
                vec!["control/S01.nii", "control/S02.nii", "patient/S03.nii"],
                "{group:word}/{subject:word}.nii",
                "{subject}",
            ),
            (
                vec!["S01/scan.nii", "S02/scan.nii"],
                "{subject:word}/scan.nii",
                "{subject}",
            ),
            (
                vec!["S01/S01_v1.nii", "S02/S02_v1.nii"],
                "{subject:word}/{subject:word}_v1.nii",
                "{subject}",
            ),
            (
                vec![
                    "sub-01/ses-1/sub-01_ses-1_rsom.nii.gz",
                    "sub-01/ses-2/sub-01_ses-2_rsom.nii.gz",
                    "sub-02/ses-1/sub-02_ses-1_rsom.nii.gz",
                ],
                "sub-{subject:digits}/ses-{visit:digits}/sub-{subject:digits}_ses-{visit:digits}_rsom.nii.gz",
                "{subject}_{visit}",
            ),
            (
                vec!["arm_S01.nii.gz", "arm_S02.nii"],
                "arm_{subject:word}.{ext}",
                "{subject}",
            ),
            (vec!["only.nii"], "{subject:word}.nii", "{subject}"),
        ] {
            assert_eq!(found(&names, &[]), is(image, scan), "{names:?}");
        }
    }

    #[test]
    fn a_spreadsheet_tells_which_piece_is_the_subject() {
        let names = ["20240101_P7.nii", "20240102_P8.nii", "20240103_P7.nii"];
        let expected = is("{visit:digits}_{subject:word}.nii", "{subject}_{visit}");
        assert_eq!(found(&names, &["P7", "P8", "P9"]), expected);
    }

    #[test]
    fn visits_sides_and_dates_are_no_subjects() {
        for (names, image) in [
            (
                vec!["visit1/S01.nii", "visit2/S01.nii"],
                "visit{visit:digits}/{subject:word}.nii",
            ),
            (
                vec![
                    "baseline/S01.nii",
                    "baseline/S02.nii",
                    "followup/S01.nii",
                    "baseline/S03.nii",
                ],
                "{visit:word}/{subject:word}.nii",
            ),
            (
                vec!["20240101_S01_v1.nii", "20240102_S01_v2.nii"],
                "{visit:digits}_{subject:word}_v{part3:digits}.nii",
            ),
            (
                vec!["left/S01.nii", "right/S01.nii", "right/S02.nii"],
                "{visit:word}/{subject:word}.nii",
            ),
        ] {
            assert_eq!(found(&names, &[]).0, image, "{names:?}");
        }
        let numbers = ["1_1.nii", "1_2.nii", "2_1.nii", "3_2.nii"];
        assert_eq!(
            found(&numbers, &["1", "2", "3"]).0,
            "{subject:digits}_{visit:digits}.nii"
        );
        let doubt = naming(
            &owned(&["S01_1.nii", "S02_2.nii", "S03_1.nii"]),
            &ENDINGS,
            &owned(&["1", "2", "3"]),
        );
        assert!(
            doubt
                .unwrap_err()
                .to_string()
                .contains("may be '1' or 'S01'")
        );
    }

    #[test]
    fn names_without_a_common_form_are_subjects_in_one_folder_only() {
        assert_eq!(
            found(&["in/a_1.nii", "in/b.nii"], &[]),
            is("in/{subject}.nii", "{subject}")
        );
        assert_eq!(
            naming(&owned(&["a/b_1.nii", "c.nii"]), &ENDINGS, &[]),
            Ok(None)
        );
    }

    #[test]
    fn the_odd_name_is_named() {
        let names = ["S01_v1.nii", "S02_v1.nii", "S03_v1.nii", "test.nii"];
        let doubt = naming(&owned(&names), &ENDINGS, &[])
            .unwrap_err()
            .to_string();
        assert!(
            doubt.contains("'test' has another form than most names, such as 'S01_v1'"),
            "{doubt}"
        );
    }

    #[test]
    fn masks_have_the_parts_of_their_scans() {
        let scans = ["S01_v1.nii", "S01_v2.nii", "S02_v1.nii"];
        let parts = naming(&owned(&scans), &ENDINGS, &[])
            .unwrap()
            .unwrap()
            .parts;
        let masks = owned(&[
            "drawn/S01/mask_v1_ab.nii",
            "drawn/S01/mask_v2_cd.nii",
            "drawn/S02/mask_v1_ab.nii",
        ]);
        let pattern = of_masks(&masks, &ENDINGS, &parts).unwrap();
        assert_eq!(pattern, "drawn/{subject:word}/mask_v{visit:digits}_*.nii");
    }
}
