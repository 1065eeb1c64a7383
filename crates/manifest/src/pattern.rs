//! Patterns of file paths with named parts: `images/Subject{subject}_{slice}.png`.

use std::collections::BTreeMap;

/// A pattern of a relative path: literal text, `{name}` for a named part, `*` for any part.
///
/// Parts match one or more characters except `/`, as few as possible. A name that occurs twice must match the same text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Literal(String),
    Part(String),
    Any,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// An unmatched brace, a part without a valid name, or two adjacent parts.
    pub fn parse(text: &str) -> Result<Self, String> {
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
            } else if let Some((name, after)) =
                rest.strip_prefix('{').and_then(|r| r.split_once('}'))
            {
                if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
                    return Err(format!(
                        "'{{{name}}}' in '{text}' is not a valid part; use letters, digits and '_'"
                    ));
                }
                pieces.push(Piece::Part(name.to_owned()));
                rest = after;
            } else {
                return Err(format!("'{text}' has an unmatched brace"));
            }
        }
        if !rest.is_empty() {
            pieces.push(Piece::Literal(rest.to_owned()));
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
        Ok(Self { pieces })
    }

    /// The named parts of a path. `None` if the path does not match.
    #[must_use]
    pub fn matches(&self, path: &str) -> Option<BTreeMap<String, String>> {
        let mut parts = BTreeMap::new();
        matches(&self.pieces, path, &mut parts).then_some(parts)
    }

    /// The pattern with its named parts filled in. `None` if a part is missing, or if the pattern contains `*`.
    #[must_use]
    pub fn fill(&self, parts: &BTreeMap<String, String>) -> Option<String> {
        let piece = |piece: &Piece| match piece {
            Piece::Literal(text) => Some(text.clone()),
            Piece::Part(name) => parts.get(name).cloned(),
            Piece::Any => None,
        };
        self.pieces.iter().map(piece).collect()
    }
}

fn matches(pieces: &[Piece], text: &str, parts: &mut BTreeMap<String, String>) -> bool {
    let Some((piece, rest)) = pieces.split_first() else {
        return text.is_empty();
    };
    let name = match piece {
        Piece::Literal(literal) => {
            return text
                .strip_prefix(literal.as_str())
                .is_some_and(|t| matches(rest, t, parts));
        }
        Piece::Part(name) => Some(name),
        Piece::Any => None,
    };
    let ends = text
        .char_indices()
        .take_while(|(_, c)| *c != '/')
        .map(|(i, c)| i + c.len_utf8());
    for end in ends {
        let known = name.and_then(|name| parts.get(name));
        if known.is_some_and(|known| known != &text[..end]) {
            continue;
        }
        let new = known.is_none();
        if let (Some(name), true) = (name, new) {
            parts.insert(name.clone(), text[..end].to_owned());
        }
        if matches(rest, &text[end..], parts) {
            return true;
        }
        if let (Some(name), true) = (name, new) {
            parts.remove(name);
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_matched_and_filled_in() {
        let pattern = Pattern::parse("images/Subject{subject}_{slice}.png").unwrap();
        let parts = pattern.matches("images/Subject12_03.png").unwrap();
        assert_eq!(
            (parts["subject"].as_str(), parts["slice"].as_str()),
            ("12", "03")
        );
        assert_eq!(pattern.fill(&parts).unwrap(), "images/Subject12_03.png");
        assert_eq!(pattern.matches("images/Subject1/2_03.png"), None);
        assert_eq!(pattern.matches("images/Subject12_03.png.bak"), None);
    }

    #[test]
    fn a_name_that_occurs_twice_matches_the_same_text() {
        let pattern = Pattern::parse("{s}/{s}_*.nii").unwrap();
        assert!(pattern.matches("a/a_1.nii").is_some());
        assert!(pattern.matches("a/b_1.nii").is_none());
    }

    #[test]
    fn broken_patterns_are_refused() {
        for text in ["a{b", "a}b", "{}", "{a}{b}", "{a}*"] {
            assert!(Pattern::parse(text).is_err(), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_filled_in_matches(a in "[a-z0-9]{1,6}", b in "[a-z0-9]{1,6}") {
            let pattern = Pattern::parse("x/{a}-{b}.nii.gz").unwrap();
            let parts = BTreeMap::from([("a".to_owned(), a), ("b".to_owned(), b)]);
            let path = pattern.fill(&parts).unwrap();
            proptest::prop_assert_eq!(pattern.matches(&path), Some(parts));
        }
    }
}
