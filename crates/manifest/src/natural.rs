//! Natural order of names: 2 before 10.

/// A part of a name in natural order: numbers are sorted by value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Token {
    /// Digits: the value and the text.
    Number(u64, String),
    /// Any other text.
    Text(String),
}

/// Splits a name into numbers and text, as a sort key for natural order (2 before 10).
pub fn natural(name: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = name;
    while let Some(first) = rest.chars().next() {
        let digits = first.is_ascii_digit();
        let end = rest
            .find(|c: char| c.is_ascii_digit() != digits)
            .unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        tokens.push(match piece.parse() {
            Ok(number) if digits => Token::Number(number, piece.to_owned()),
            _ => Token::Text(piece.to_owned()),
        });
        rest = after;
    }
    tokens
}
