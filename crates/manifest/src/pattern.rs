//! Patterns of file paths with named parts: `images/Subject{subject}_{slice}.png`.

use std::collections::BTreeMap;

/// A pattern of a relative path: literal text, `{name}` for a named part, `*` for any part, `{ext}` for the ending of a file
/// that this program reads; several patterns with `|` between them.
///
/// Parts match one or more characters except `/`. `{name:digits}` matches digits only, `{name:word}` letters and digits only:
/// a restriction decides which of two readings of a path is meant. A name that occurs twice must match the same text. Of several
/// patterns, the first one that matches counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    alternatives: Vec<Vec<Piece>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Literal(String),
    Part {
        name: String,
        class: Class,
    },
    Any,
    /// One of [`ENDINGS`].
    Ending,
}

/// The name of a part that matches the ending of a file.
const ENDING: &str = "ext";

/// Endings of files with scans, pictures and tables, without the first point.
const ENDINGS: [&str; 13] = [
    "nii.gz", "nii", "hdr", "h5", "hdf5", "mat", "tif", "tiff", "png", "csv", "tsv", "txt",
    "parquet",
];

/// The characters that a part matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Any,
    Digits,
    Word,
}

/// The named parts of a path, or the ways to read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match {
    /// The path does not match.
    No,
    /// The named parts.
    Parts(BTreeMap<String, String>),
    /// Two different sets of named parts that both match.
    Ambiguous(Box<[BTreeMap<String, String>; 2]>),
}

impl Class {
    fn of(word: &str) -> Option<Self> {
        match word {
            "digits" => Some(Self::Digits),
            "word" => Some(Self::Word),
            _ => None,
        }
    }

    fn accepts(self, c: char) -> bool {
        match self {
            Self::Any => c != '/',
            Self::Digits => c.is_ascii_digit(),
            Self::Word => c.is_alphanumeric(),
        }
    }
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// An unmatched brace, a part without a valid name, two adjacent parts, or nothing next to a `|`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let alternatives = text.split('|').map(pieces).collect::<Result<_, _>>()?;
        Ok(Self {
            text: text.to_owned(),
            alternatives,
        })
    }

    /// The named parts of a path, or two ways to read it if there are several.
    #[must_use]
    pub fn matches(&self, path: &str) -> Match {
        let readings = self.alternatives.iter().map(|pieces| reading(pieces, path));
        let mut matching = readings.filter(|reading| *reading != Match::No);
        matching.next().unwrap_or(Match::No)
    }

    /// The names of its parts, from left to right.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.alternatives
            .iter()
            .flatten()
            .filter_map(|piece| match piece {
                Piece::Part { name, .. } => Some(name.as_str()),
                Piece::Literal(_) | Piece::Any | Piece::Ending => None,
            })
    }

    /// The first of its patterns whose named parts are all known, with these parts filled in. `None` if there is none, or if it
    /// contains `*` or `{ext}`.
    #[must_use]
    pub fn fill(&self, parts: &BTreeMap<String, String>) -> Option<String> {
        let piece = |piece: &Piece| match piece {
            Piece::Literal(text) => Some(text.clone()),
            Piece::Part { name, .. } => parts.get(name).cloned(),
            Piece::Any | Piece::Ending => None,
        };
        let filled = |pieces: &Vec<Piece>| pieces.iter().map(piece).collect();
        self.alternatives.iter().find_map(filled)
    }
}

impl std::fmt::Display for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

/// The pieces of one pattern.
fn pieces(text: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(['{', '}', '*']) {
        if start > 0 {
            pieces.push(Piece::Literal(rest[..start].to_owned()));
        }
        rest = &rest[start..];
        if let Some(after) = rest.strip_prefix('*') {
            pieces.push(Piece::Any);
            rest = after;
        } else if let Some((inside, after)) = rest.strip_prefix('{').and_then(|r| r.split_once('}'))
        {
            pieces.push(part(inside, text)?);
            rest = after;
        } else {
            return Err(format!("'{text}' has an unmatched brace"));
        }
    }
    if !rest.is_empty() {
        pieces.push(Piece::Literal(rest.to_owned()));
    }
    if pieces.is_empty() {
        return Err("a pattern is empty; write one on each side of '|'".to_owned());
    }
    let free = |piece: &Piece| !matches!(piece, Piece::Literal(_));
    if pieces
        .windows(2)
        .any(|pair| free(&pair[0]) && free(&pair[1]))
    {
        return Err(format!(
            "'{text}' has two adjacent parts; write text between them"
        ));
    }
    Ok(pieces)
}

/// How a path reads by one pattern.
fn reading(pieces: &[Piece], path: &str) -> Match {
    let mut search = Search::default();
    search.visit(pieces, path);
    let mut found = search.found.into_iter();
    match (found.next(), found.next()) {
        (None, _) => Match::No,
        (Some(parts), None) => Match::Parts(parts),
        (Some(one), Some(other)) => Match::Ambiguous(Box::new([one, other])),
    }
}

/// A part from the text between its braces: `name` or `name:class`.
fn part(inside: &str, text: &str) -> Result<Piece, String> {
    if inside == ENDING {
        return Ok(Piece::Ending);
    }
    let (name, class) = match inside.split_once(':') {
        None => (inside, Class::Any),
        Some((name, word)) => {
            let class = Class::of(word).ok_or_else(|| {
                format!(
                    "'{word}' in '{text}' is not known; write {{{name}:digits}} or {{{name}:word}}"
                )
            })?;
            (name, class)
        }
    };
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Err(format!(
            "'{{{name}}}' in '{text}' is not a valid part; use letters, digits and '_'"
        ));
    }
    Ok(Piece::Part {
        name: name.to_owned(),
        class,
    })
}

/// The search for the first two different readings of a path.
#[derive(Default)]
struct Search {
    parts: BTreeMap<String, String>,
    found: Vec<BTreeMap<String, String>>,
}

impl Search {
    fn visit(&mut self, pieces: &[Piece], text: &str) {
        let Some((piece, rest)) = pieces.split_first() else {
            if text.is_empty() && !self.found.contains(&self.parts) {
                self.found.push(self.parts.clone());
            }
            return;
        };
        let (name, class) = match piece {
            Piece::Literal(literal) => {
                if let Some(after) = text.strip_prefix(literal.as_str()) {
                    self.visit(rest, after);
                }
                return;
            }
            Piece::Ending => {
                let lower = text.to_ascii_lowercase();
                for ending in ENDINGS.iter().filter(|ending| lower.starts_with(**ending)) {
                    self.visit(rest, &text[ending.len()..]);
                }
                return;
            }
            Piece::Part { name, class } => (Some(name), *class),
            Piece::Any => (None, Class::Any),
        };
        let accepted = text.char_indices().take_while(|(_, c)| class.accepts(*c));
        for end in accepted.map(|(i, c)| i + c.len_utf8()) {
            if self.found.len() > 1 {
                return;
            }
            let known = name.and_then(|name| self.parts.get(name));
            if known.is_some_and(|known| known != &text[..end]) {
                continue;
            }
            let new = name.filter(|_| known.is_none());
            if let Some(name) = new {
                self.parts.insert(name.clone(), text[..end].to_owned());
            }
            self.visit(rest, &text[end..]);
            if let Some(name) = new {
                self.parts.remove(name);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(pattern: &Pattern, path: &str) -> Option<BTreeMap<String, String>> {
        match pattern.matches(path) {
            Match::Parts(parts) => Some(parts),
            _ => None,
        }
    }

    #[test]
    fn a_path_with_two_readings_shows_both_until_a_part_is_restricted() {
        let visits = Pattern::parse("{subject}_{visit}.nii").unwrap();
        let Match::Ambiguous(readings) = visits.matches("sub_01_1.nii") else {
            panic!("not ambiguous");
        };
        let texts = readings.map(|r| (r["subject"].clone(), r["visit"].clone()));
        let text = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(texts, [text("sub", "01_1"), text("sub_01", "1")]);
        let restricted = Pattern::parse("{subject}_{visit:digits}.nii").unwrap();
        assert_eq!(
            parts(&restricted, "sub_01_1.nii").unwrap()["subject"],
            "sub_01"
        );
        let restricted = Pattern::parse("{subject:word}_{visit}.nii").unwrap();
        assert_eq!(parts(&restricted, "sub_01_1.nii").unwrap()["visit"], "01_1");
        // Where only the text of '*' differs, the parts are the same.
        let star = Pattern::parse("{subject:word}_*_*.nii").unwrap();
        assert!(parts(&star, "a_b_c_d.nii").is_some());
    }

    #[test]
    fn parts_are_matched_and_filled_in() {
        let pattern = Pattern::parse("images/Subject{subject}_{slice}.png").unwrap();
        let found = parts(&pattern, "images/Subject12_03.png").unwrap();
        assert_eq!(
            (found["subject"].as_str(), found["slice"].as_str()),
            ("12", "03")
        );
        assert_eq!(pattern.fill(&found).unwrap(), "images/Subject12_03.png");
        assert_eq!(parts(&pattern, "images/Subject1/2_03.png"), None);
        assert_eq!(parts(&pattern, "images/Subject12_03.png.bak"), None);
    }

    #[test]
    fn a_name_that_occurs_twice_matches_the_same_text() {
        let pattern = Pattern::parse("{s}/{s}_*.nii").unwrap();
        assert!(parts(&pattern, "a/a_1.nii").is_some());
        assert!(parts(&pattern, "a/b_1.nii").is_none());
    }

    #[test]
    fn an_ending_is_one_that_can_be_read_and_whole() {
        let pattern = Pattern::parse("{subject}.{ext}").unwrap();
        for (path, subject) in [
            ("s1.nii.gz", "s1"),
            ("s1.NII", "s1"),
            ("s.1.h5", "s.1"),
            ("s1.tar.nii.gz", "s1.tar"),
        ] {
            assert_eq!(
                parts(&pattern, path).expect(path)["subject"],
                subject,
                "{path}"
            );
        }
        for path in ["s1.docx", "s1", "s1.gz", "s1.nii.gz.bak"] {
            assert_eq!(pattern.matches(path), Match::No, "{path}");
        }
        assert_eq!(pattern.names().collect::<Vec<_>>(), ["subject"]);
    }

    #[test]
    fn of_several_patterns_the_first_that_matches_counts() {
        let pattern =
            Pattern::parse("{subject}_v{visit:digits}.nii|old/{subject}.nii|{subject}.nii")
                .unwrap();
        let subject = |path: &str| parts(&pattern, path).unwrap()["subject"].clone();
        assert_eq!(subject("a_v2.nii"), "a");
        assert_eq!(subject("old/a_v2.nii"), "a_v2");
        assert_eq!(subject("a_vx.nii"), "a_vx");
        // A scan without a visit has the second name.
        let scan = Pattern::parse("{subject}_{visit}|{subject}").unwrap();
        let filled = |path: &str| scan.fill(&parts(&pattern, path).unwrap()).unwrap();
        assert_eq!(
            (filled("a_v2.nii"), filled("b.nii")),
            ("a_2".into(), "b".into())
        );
    }

    #[test]
    fn broken_patterns_are_refused() {
        for text in [
            "a{b", "a}b", "{}", "{a}{b}", "{a}*", "{a:b}", "{:word}", "", "a|", "|a", "{a}{ext}",
        ] {
            assert!(Pattern::parse(text).is_err(), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_filled_in_matches(a in "[a-z0-9]{1,6}", b in "[a-z0-9]{1,6}") {
            let pattern = Pattern::parse("x/{a}-{b}.nii.gz").unwrap();
            let filled = BTreeMap::from([("a".to_owned(), a), ("b".to_owned(), b)]);
            let path = pattern.fill(&filled).unwrap();
            proptest::prop_assert_eq!(pattern.matches(&path), Match::Parts(filled));
        }
    }
}
