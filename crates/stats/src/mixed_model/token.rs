//! The tokens of a formula.

use std::fmt;

/// A name, a number or a sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token {
    /// The name of a column.
    Name(String),
    /// Digits.
    Number(String),
    /// One of `~ + - * : ( ) | /`.
    Sign(char),
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Token::Name(text) | Token::Number(text) => f.write_str(text),
            Token::Sign(sign) => write!(f, "{sign}"),
        }
    }
}

/// Cuts a formula into tokens; the error says which character does not belong there.
pub(crate) fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if first.is_whitespace() {
            first.len_utf8()
        } else if "~+-*:()|/".contains(first) {
            tokens.push(Token::Sign(first));
            first.len_utf8()
        } else if first == '`' {
            let (name, length) = quoted(rest)?;
            tokens.push(Token::Name(name));
            length
        } else if first.is_alphanumeric() || first == '_' {
            let word = word(rest);
            tokens.push(if word.chars().all(|c| c.is_ascii_digit()) {
                Token::Number(word.to_owned())
            } else if first.is_ascii_digit() {
                return Err(format!("{word} must stand between backticks: `{word}`"));
            } else {
                Token::Name(word.to_owned())
            });
            word.len()
        } else {
            return Err(format!("the character {first} is not part of the syntax"));
        };
        rest = &rest[length..];
    }
    Ok(tokens)
}

fn word(rest: &str) -> &str {
    let end = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '@')));
    &rest[..end.unwrap_or(rest.len())]
}

/// The name between backticks, and the length with them.
fn quoted(rest: &str) -> Result<(String, usize), String> {
    match rest[1..].find('`') {
        Some(0) => Err("there is no name between two backticks".to_owned()),
        Some(end) => Ok((rest[1..=end].to_owned(), end + 2)),
        None => Err("a backtick has no partner".to_owned()),
    }
}
