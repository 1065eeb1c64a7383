//! Extracts the tokens of a Rust source, without comments, documentation, layout and tests.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The tokens of a source as text; the source itself if it is not valid Rust.
pub(crate) fn of(source: &str) -> String {
    // Line ends may differ between checkouts.
    let source = source.replace("\r\n", "\n");
    match source.parse::<TokenStream>() {
        Ok(tokens) => {
            let mut text = String::with_capacity(source.len());
            write(tokens, &mut text);
            text
        }
        Err(_) => source,
    }
}

fn write(tokens: TokenStream, text: &mut String) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut rest = tokens.as_slice();
    while let Some(token) = rest.first() {
        if let Some(after) = after_documentation(rest) {
            rest = after;
            continue;
        }
        if let Some(after) = after_test(rest) {
            rest = after;
            continue;
        }
        rest = &rest[1..];
        match token {
            // A trailing comma is layout only.
            TokenTree::Punct(mark) if mark.as_char() == ',' && rest.is_empty() => {
                if commas(&tokens) < 2 {
                    text.push_str(",\n");
                }
            }
            TokenTree::Group(group) => {
                let (open, close) = delimiters(group.delimiter());
                text.push(open);
                write(group.stream(), text);
                text.push(close);
            }
            other => {
                text.push_str(&other.to_string());
                text.push('\n');
            }
        }
    }
}

fn commas(tokens: &[TokenTree]) -> usize {
    let is_comma = |t: &&TokenTree| matches!(t, TokenTree::Punct(mark) if mark.as_char() == ',');
    tokens.iter().filter(is_comma).count()
}

fn delimiters(delimiter: Delimiter) -> (char, char) {
    match delimiter {
        Delimiter::Parenthesis => ('(', ')'),
        Delimiter::Brace => ('{', '}'),
        Delimiter::Bracket => ('[', ']'),
        Delimiter::None => (' ', ' '),
    }
}

/// An attribute at the start of `tokens`, and the tokens after it.
fn attribute(tokens: &[TokenTree]) -> Option<(Vec<TokenTree>, &[TokenTree])> {
    let rest = after_mark(tokens, '#')?;
    let rest = after_mark(rest, '!').unwrap_or(rest);
    match rest.first() {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Bracket => {
            Some((group.stream().into_iter().collect(), &rest[1..]))
        }
        _ => None,
    }
}

fn after_mark(tokens: &[TokenTree], wanted: char) -> Option<&[TokenTree]> {
    match tokens.first() {
        Some(TokenTree::Punct(mark)) if mark.as_char() == wanted => Some(&tokens[1..]),
        _ => None,
    }
}

/// The tokens after `#[doc = …]`, the form of doc comments.
fn after_documentation(tokens: &[TokenTree]) -> Option<&[TokenTree]> {
    let (inner, rest) = attribute(tokens)?;
    let is_doc = matches!(inner.first(), Some(TokenTree::Ident(name)) if name == "doc");
    is_doc.then_some(rest)
}

/// The tokens after an item under `#[cfg(test)]`.
fn after_test(tokens: &[TokenTree]) -> Option<&[TokenTree]> {
    let (inner, mut rest) = attribute(tokens)?;
    let text: String = inner.iter().map(ToString::to_string).collect();
    if text != "cfg(test)" {
        return None;
    }
    let is_use = |rest: &[TokenTree]| rest.iter().take(4).any(|t| t.to_string() == "use");
    let is_use = is_use(rest);
    loop {
        let token = rest.first()?;
        rest = &rest[1..];
        match token {
            TokenTree::Punct(mark) if mark.as_char() == ';' => return Some(rest),
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace && !is_use => {
                return Some(rest);
            }
            _ => {}
        }
    }
}
