//! What one cell of a spreadsheet can be.

/// Texts that stand for a missing value, next to the empty cell.
pub const MISSING: [&str; 8] = ["NA", "N/A", "n/a", "#N/A", "NaN", "nan", "null", "NULL"];
/// Texts that stand for a missing value in a column of numbers. In other columns they may be meant, as `-` next to `+`.
pub const MISSING_AMONG_NUMBERS: [&str; 10] = [
    "None",
    "-",
    ".",
    "?",
    "n.a.",
    "k.A.",
    "k. A.",
    "unknown",
    "unbekannt",
    "missing",
];

/// What a cell is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Cell {
    /// A whole number.
    Integer(i64),
    /// A number with a decimal point, or an exponent.
    Point {
        value: f64,
        /// One point, with one to three digits before and three after it.
        may_be_thousands: bool,
    },
    /// A number with a decimal comma.
    Comma {
        value: f64,
        /// One comma, with one to three digits before and three after it.
        may_be_thousands: bool,
    },
    /// A number with separators of thousands.
    Thousands,
    Boolean(bool),
    Date,
    /// One of [`MISSING_AMONG_NUMBERS`].
    Doubtful,
    Text,
}

/// The decimal separator of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decimals {
    Point,
    Comma,
    /// Programs that write semicolons or tabs between cells may use the comma: a point may separate thousands.
    Unknown,
}

/// A cell, or none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum MissingOr {
    Missing,
    Cell(Cell),
}

impl Cell {
    /// Reads a cell without spaces around it.
    pub(super) fn of(text: &str) -> MissingOr {
        if text.is_empty() || MISSING.contains(&text) {
            return MissingOr::Missing;
        }
        MissingOr::Cell(Self::present(text))
    }

    /// The value, if the cell is a number.
    pub(super) fn number(self) -> Option<f64> {
        match self {
            Self::Integer(value) => Some(value as f64),
            Self::Point { value, .. } | Self::Comma { value, .. } => Some(value),
            _ => None,
        }
    }

    /// Whether the cell is a number with a comma that cannot separate thousands.
    pub(super) fn is_clear_comma(self) -> bool {
        matches!(
            self,
            Self::Comma {
                may_be_thousands: false,
                ..
            }
        )
    }

    /// Whether the cell is a number with a point that cannot separate thousands.
    pub(super) fn is_clear_point(self) -> bool {
        matches!(
            self,
            Self::Point {
                may_be_thousands: false,
                ..
            }
        )
    }

    /// Whether the cell is a number with a point that can separate thousands.
    pub(super) fn is_point_of_thousands(self) -> bool {
        matches!(
            self,
            Self::Point {
                may_be_thousands: true,
                ..
            }
        )
    }

    fn present(text: &str) -> Self {
        match text.to_ascii_lowercase().as_str() {
            "true" => return Self::Boolean(true),
            "false" => return Self::Boolean(false),
            _ => {}
        }
        if MISSING_AMONG_NUMBERS.contains(&text) {
            return Self::Doubtful;
        }
        if is_date(text) {
            return Self::Date;
        }
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        let is_number = digits.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '.' | ','))
            && digits.chars().any(|c| c.is_ascii_digit())
            && (digits.chars()).all(|c| {
                c.is_ascii_digit() || matches!(c, '.' | ',' | '\'' | 'e' | 'E' | '-' | '+')
            });
        // A leading zero belongs to a name such as 007.
        let is_name =
            digits.len() > 1 && digits.starts_with('0') && digits.as_bytes()[1].is_ascii_digit();
        if !is_number || is_name {
            return Self::Text;
        }
        numeric(text, digits).unwrap_or(Self::Text)
    }
}

/// A number from a text of digits, signs and separators.
fn numeric(text: &str, digits: &str) -> Option<Cell> {
    let count = |c| digits.matches(c).count();
    let finite = |text: &str| text.parse::<f64>().ok().filter(|value| value.is_finite());
    match (count('.'), count(','), count('\'')) {
        (0, 0, 0) if digits.bytes().all(|b| b.is_ascii_digit()) => {
            // Longer numbers are names: a double would change their digits.
            text.parse().ok().map(Cell::Integer)
        }
        (0 | 1, 0, 0) => finite(text).map(|value| Cell::Point {
            value,
            may_be_thousands: is_group(digits, '.'),
        }),
        (0, 1, 0) => finite(&text.replace(',', ".")).map(|value| Cell::Comma {
            value,
            may_be_thousands: is_group(digits, ','),
        }),
        _ => is_grouped(digits).then_some(Cell::Thousands),
    }
}

/// Whether digits have the form of one to three digits, a separator and three digits.
fn is_group(digits: &str, separator: char) -> bool {
    let all = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    digits.split_once(separator).is_some_and(|(before, after)| {
        (1..=3).contains(&before.len())
            && after.len() == 3
            && all(before)
            && all(after)
            && before != "0"
    })
}

/// Whether digits are groups of three after the first, with a decimal part at most.
fn is_grouped(digits: &str) -> bool {
    let parts: Vec<&str> = digits.split(['.', ',', '\'']).collect();
    let [first, middle @ .., last] = parts.as_slice() else {
        return false;
    };
    let all = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let of_three = middle.iter().all(|part| part.len() == 3);
    (1..=3).contains(&first.len()) && of_three && all(first) && all(last) && middle.iter().all(all)
}

/// The months as spreadsheet programs write them: short in English, German, French, Italian and Spanish, and in full in English
/// and German.
const MONTHS: &str = "jan feb mar apr may jun jul aug sep sept oct nov dec mär mrz mai okt dez janv févr fév mars avr avril \
    juin juil août aoû déc gen mag giu lug ago set ott dic ene abr january february march april june july august september \
    october november december januar februar märz juni juli oktober dezember";

/// Whether a cell is a date: three numbers such as 2020-05-02, 2.5.2020 or 5/2/20, or a number and the name of a month such as
/// 2-May, Jan 05 or 1. Mai.
#[must_use]
pub fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text
        .split(['-', '/', '.', ' '])
        .filter(|part| !part.is_empty())
        .collect();
    let is_number = |part: &str, most: usize| {
        (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
    };
    let is_month = |part: &str| {
        let part = part.to_lowercase();
        MONTHS.split(' ').any(|month| month == part)
    };
    match parts.as_slice() {
        [a, b] => (is_month(a) && is_number(b, 4)) || (is_number(a, 4) && is_month(b)),
        [a, b, c] => {
            let year_first = is_number(a, 4) && a.len() == 4 && is_number(b, 2) && is_number(c, 2);
            let year_last = is_number(a, 2)
                && (is_number(b, 2) || is_month(b))
                && is_number(c, 4)
                && c.len().is_multiple_of(2);
            let month_first = is_month(a) && is_number(b, 2) && is_number(c, 4);
            year_first || year_last || month_first
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str) -> Cell {
        match Cell::of(text) {
            MissingOr::Cell(cell) => cell,
            MissingOr::Missing => panic!("{text} is missing"),
        }
    }

    #[test]
    fn numbers_are_told_from_names_dates_and_texts() {
        let point = |value, may_be_thousands| Cell::Point {
            value,
            may_be_thousands,
        };
        let comma = |value, may_be_thousands| Cell::Comma {
            value,
            may_be_thousands,
        };
        for (text, expected) in [
            ("12", Cell::Integer(12)),
            ("-3", Cell::Integer(-3)),
            ("0", Cell::Integer(0)),
            ("1.5", point(1.5, false)),
            (".5", point(0.5, false)),
            ("2e-3", point(0.002, false)),
            ("1.234", point(1.234, true)),
            ("0.125", point(0.125, false)),
            ("1,5", comma(1.5, false)),
            ("1,234", comma(1.234, true)),
            ("0,125", comma(0.125, false)),
            ("1.234,5", Cell::Thousands),
            ("1,234,567", Cell::Thousands),
            ("1'234", Cell::Thousands),
            ("007", Cell::Text),
            ("1-2", Cell::Text),
            ("12345678901234567890", Cell::Text),
            ("34y", Cell::Text),
            ("e5", Cell::Text),
            ("-", Cell::Doubtful),
            ("None", Cell::Doubtful),
            ("TRUE", Cell::Boolean(true)),
            ("2-May", Cell::Date),
            ("1. Mai", Cell::Date),
            ("Jan 05", Cell::Date),
            ("Okt 12", Cell::Date),
            ("2020-05-02", Cell::Date),
            ("2.5.2020", Cell::Date),
            ("5/2/20", Cell::Date),
            ("1.2.3", Cell::Text),
            ("mark 2", Cell::Text),
        ] {
            assert_eq!(cell(text), expected, "{text}");
        }
        for text in MISSING.iter().chain(&[""]) {
            assert_eq!(Cell::of(text), MissingOr::Missing);
        }
    }
}
