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

    /// A number if the text is its shortest decimal form, such as `0`, `-2` or `0.25`; else the text, unchanged.
    ///
    /// So two texts are one level only if they are equal: `1.1` and `1.10`, `007` and `7`, and identifiers with more digits
    /// than a number can hold stay apart, and each is printed as it was written.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() && (value + 0.0).to_string() == text => {
                Self::number(value)
            }
            _ => Self::text(text),
        }
    }

    /// The value of a number, or of a text that is a number in any spelling (`0.0`, `1e-3`); identifiers such as `007` have
    /// none.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        let text = match self {
            Level::Number(value) => return Some(*value),
            Level::Text(text) => text,
        };
        let digits = text.trim_start_matches(['-', '+']).as_bytes();
        let named = digits.len() > 1 && digits[0] == b'0' && digits[1].is_ascii_digit();
        let value = text.parse::<f64>().ok()?;
        (value.is_finite() && !named).then_some(value)
    }

    /// Its index in a list; that after the last one when the list lacks it.
    #[must_use]
    pub fn place_in(&self, order: &[Level]) -> usize {
        let place = order.iter().position(|level| level == self);
        place.unwrap_or(order.len())
    }

    /// The level that a person means by a text: the equal one, else the only one of the same value, so that `0` finds
    /// `0.0`. `None` when there is none, or more than one.
    #[must_use]
    pub fn meant<'a>(text: &str, levels: impl IntoIterator<Item = &'a Level>) -> Option<&'a Level> {
        let wanted = Self::parse(text);
        let alike = levels.into_iter().filter(|level| {
            **level == wanted || wanted.value().is_some() && level.value() == wanted.value()
        });
        let alike: Vec<&Level> = alike.collect();
        let equal = alike.iter().find(|level| ***level == wanted);
        match (equal, alike.as_slice()) {
            (Some(level), _) => Some(level),
            (None, [level]) => Some(level),
            _ => None,
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
    fn texts_that_look_like_one_number_stay_apart() {
        for (one, other) in [
            ("1.1", "1.10"),
            ("0", "-0"),
            ("10", "1e1"),
            ("12345678901234567890", "12345678901234567891"),
        ] {
            assert_ne!(Level::parse(one), Level::parse(other));
            assert_eq!(Level::parse(one).to_string(), one);
            assert_eq!(Level::parse(other).to_string(), other);
        }
        assert_eq!(Level::parse("-0.25"), Level::number(-0.25));
    }

    #[test]
    fn a_person_means_the_equal_level_else_the_only_one_of_that_value() {
        let levels = ["0.0", "1.1", "1.10", "1.20", "1.200"].map(Level::parse);
        let meant = |text: &str| Level::meant(text, &levels).map(ToString::to_string);
        assert_eq!(meant("0").as_deref(), Some("0.0"));
        assert_eq!(meant("1.10").as_deref(), Some("1.10"));
        assert_eq!(meant("1.2"), None);
        assert_eq!(meant("7"), None);
    }

    #[test]
    fn names_that_look_like_numbers_stay_names() {
        for text in ["007", "nan", "inf", "-infinity", "unet", ""] {
            assert_eq!(Level::parse(text), Level::text(text));
            assert_eq!(Level::parse(text).value(), None);
        }
    }

    #[test]
    fn numbers_are_ordered_by_size_and_before_texts() {
        let mut levels = ["b", "100", "20", "a", "3"].map(Level::parse);
        levels.sort();
        assert_eq!(levels.map(|l| l.to_string()), ["3", "20", "100", "a", "b"]);
    }
}
