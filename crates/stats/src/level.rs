//! A value that distinguishes rows of a study: a factor's level, a group, a subject.

use std::cmp::Ordering;
use std::fmt;

/// A number or a text. Numbers are ordered by value and precede texts.
#[derive(Debug, Clone, PartialEq)]
pub enum Level {
    /// A finite number.
    Number(f64),
    /// Anything else.
    Text(String),
}

impl Level {
    /// A number; −0 becomes 0, NaN and infinities become texts.
    #[must_use]
    pub fn number(value: f64) -> Self {
        if value.is_finite() {
            Level::Number(value + 0.0)
        } else {
            Level::Text(value.to_string())
        }
    }

    /// A text, unchanged even if it looks like a number: `007` is a name.
    #[must_use]
    pub fn text(value: &str) -> Self {
        Level::Text(value.to_owned())
    }

    /// A number if the text is one, so that `0`, `0.0` and the number 0 are the same level.
    ///
    /// Digits after a leading zero (`007`), `inf` and `nan` stay text.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let digits = text.trim_start_matches(['-', '+']).as_bytes();
        let named = digits.len() > 1 && digits[0] == b'0' && digits[1].is_ascii_digit();
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() && !named => Self::number(value),
            _ => Self::text(text),
        }
    }
}

/// Numbers are written as the shortest text that reads back as the same number.
impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Level::Number(value) => write!(f, "{value}"),
            Level::Text(text) => f.write_str(text),
        }
    }
}

// A level is never NaN or negative zero, so equality is total.
impl Eq for Level {}

impl Ord for Level {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Level::Number(a), Level::Number(b)) => a.total_cmp(b),
            (Level::Text(a), Level::Text(b)) => a.cmp(b),
            (Level::Number(_), Level::Text(_)) => Ordering::Less,
            (Level::Text(_), Level::Number(_)) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Level {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_any_spelling_are_one_level() {
        for text in ["0", "0.0", "-0", "0e3"] {
            assert_eq!(Level::parse(text), Level::number(0.0), "{text}");
        }
    }

    #[test]
    fn names_that_look_like_numbers_stay_names() {
        for text in ["007", "nan", "inf", "-infinity", "unet", ""] {
            assert_eq!(Level::parse(text), Level::text(text));
        }
    }

    #[test]
    fn numbers_are_ordered_by_size_and_before_texts() {
        let mut levels = ["b", "100", "20", "a", "3"].map(Level::parse);
        levels.sort();
        assert_eq!(levels.map(|l| l.to_string()), ["3", "20", "100", "a", "b"]);
    }
}
