//! Texts, such as tables in Markdown and figures as SVG: words, and the numbers between them.

use std::path::Path;

use rsom_stage::atomic;

use super::degree::Agreement;
use super::numbers::Numbers;

/// Compares two files as texts. Scale of the differences: the numbers themselves. Files that are no texts differ.
pub(super) fn compare(a: &Path, b: &Path) -> Result<Agreement, String> {
    let read = |path: &Path| -> Result<String, String> {
        let bytes = std::fs::read(path).map_err(|e| atomic::plain(&e))?;
        String::from_utf8(bytes).map_err(|_| "the bytes differ".to_owned())
    };
    of_texts(&read(a)?, &read(b)?)
}

fn of_texts(a: &str, b: &str) -> Result<Agreement, String> {
    let mut numbers = Numbers::default();
    let mut lines = 0;
    let (mut left, mut right) = (a.lines(), b.lines());
    loop {
        lines += 1;
        let (a, b) = match (left.next(), right.next()) {
            (None, None) => break,
            (Some(a), Some(b)) => (parts(a), parts(b)),
            _ => return Err(format!("line {lines} is in one of them only")),
        };
        let mut pairs = a.iter().zip(&b);
        let is_alike = a.len() == b.len()
            && pairs.all(|pair| match pair {
                (Part::Text(a), Part::Text(b)) => same_text(a, b),
                (Part::Number(a), Part::Number(b)) => {
                    numbers.add(*a, *b, a.abs().max(b.abs()));
                    true
                }
                _ => false,
            });
        if !is_alike {
            return Err(format!("line {lines} differs"));
        }
    }
    Ok(numbers.agreement())
}

/// Whether two texts have the same words. Runs of spaces, and of dashes as in the rules of a table, may have other lengths: they
/// follow the widths of numbers.
fn same_text(a: &str, b: &str) -> bool {
    let plain = |text: &str| -> String {
        let mut plain = String::new();
        for c in text.chars() {
            let repeats = matches!(c, ' ' | '-' | '─') && plain.ends_with(c);
            if !repeats {
                plain.push(c);
            }
        }
        plain
    };
    a == b || plain(a) == plain(b)
}

#[derive(Debug, PartialEq)]
enum Part<'a> {
    Text(&'a str),
    Number(f64),
}

/// The numbers of a line, and what stands between them. Digits in a word such as `h03` are text.
fn parts(line: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut text = 0;
    let mut at = 0;
    while at < line.len() {
        let (length, number) = token(&line[at..]);
        if let Some(number) = number {
            parts.push(Part::Text(&line[text..at]));
            parts.push(Part::Number(number));
            text = at + length;
        }
        at += length;
    }
    parts.push(Part::Text(&line[text..]));
    parts
}

/// The length in bytes of what a text begins with, a word or a character, and the number that it is, if any.
fn token(text: &str) -> (usize, Option<f64>) {
    let is_inside = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
    let sign = usize::from(text.starts_with(['-', '+']));
    let word = |from: usize| {
        let end = text[from..].find(|c: char| !is_inside(c));
        end.map_or(text.len(), |end| from + end)
    };
    let mut end = word(sign);
    // The sign of an exponent.
    let mantissa = &text[sign..end];
    let is_open = mantissa.ends_with(['e', 'E'])
        && mantissa.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    if is_open && text[end..].starts_with(['-', '+']) {
        end = word(end + 1);
    }
    // Names such as `001` are text.
    let digits = &text.as_bytes()[sign..end];
    let is_name = matches!(digits, [b'0', b'0'..=b'9', ..]);
    let is_number = matches!(digits, [b'0'..=b'9' | b'.', ..]);
    let number = (is_number && !is_name)
        .then(|| text[..end].parse::<f64>().ok())
        .flatten();
    match number {
        Some(number) => (end, Some(number)),
        None if end > sign => (end, None),
        None => (text.chars().next().map_or(1, char::len_utf8), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agreement::degree::Distance;

    #[test]
    fn numbers_are_found_between_words() {
        let found = |line: &str| -> Vec<f64> {
            parts(line)
                .iter()
                .filter_map(|part| match part {
                    Part::Number(number) => Some(*number),
                    Part::Text(_) => None,
                })
                .collect()
        };
        assert_eq!(
            found("| U-Net | 0.952 ± 0.01 | p = 1.5e-7 |"),
            [0.952, 0.01, 1.5e-7]
        );
        assert_eq!(found("M 1.5,-2 L-3 4e+2"), [1.5, -2.0, -3.0, 4e2]);
        assert_eq!(
            found("scan h03, 007, s1_2, a1b2, v0.1.0, 1.2.3, µ"),
            [0.0; 0]
        );
        assert_eq!(found("5 %, (7), x=\"8\""), [5.0, 7.0, 8.0]);
        assert_eq!(found(""), [0.0; 0]);
    }

    #[test]
    fn equal_words_and_near_numbers_agree_to_some_digits() {
        let a = "| U-Net | 0.952 |\n| FCN | 10 |\n";
        let of = |b: &str| of_texts(a, b);
        assert_eq!(of(&a.replace('\n', "\r\n")), Ok(Agreement::Values));
        let distance = Distance {
            digits: 2,
            different: 1,
            of: 2,
        };
        assert_eq!(
            of("| U-Net | 0.951 |\n| FCN | 10 |\n"),
            Ok(Agreement::Digits(distance))
        );
        assert_eq!(
            of("| U-Net | – |\n| FCN | 10 |\n"),
            Err("line 1 differs".into())
        );
        assert_eq!(
            of("| U-Net | 0.952 |\n"),
            Err("line 2 is in one of them only".into())
        );
        assert_eq!(
            of("| U-Net | 0.952 |\n| FCM | 10 |\n"),
            Err("line 2 differs".into())
        );
    }
}
