//! The tokens of a source file, without comments, without what stands in quotes and without tests.

/// Words, `::`, and all other characters one by one.
pub fn tokens(text: &str) -> Vec<&str> {
    without_tests(&all(text))
}

fn all(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = length_of_word(rest);
        let (length, is_token) = match first {
            _ if first.is_whitespace() => (first.len_utf8(), false),
            _ if rest.starts_with("//") => (rest.find('\n').unwrap_or(rest.len()), false),
            _ if rest.starts_with("/*") => (length_of_comment(rest), false),
            '"' => (length_of_text(rest), false),
            '\'' => (length_of_character(rest), false),
            _ if matches!(&rest[..word], "r" | "br" | "cr") && is_raw_text(&rest[word..]) => {
                (word + length_of_raw_text(&rest[word..]), false)
            }
            _ if word > 0 => (word, true),
            _ if rest.starts_with("::") => (2, true),
            _ => (first.len_utf8(), true),
        };
        if is_token {
            tokens.push(&rest[..length]);
        }
        rest = &rest[length..];
    }
    tokens
}

fn length_of_word(text: &str) -> usize {
    let other = |c: char| !(c.is_alphanumeric() || c == '_');
    text.find(other).unwrap_or(text.len())
}

/// Comments stand within each other.
fn length_of_comment(text: &str) -> usize {
    let (mut depth, mut place) = (0, 0);
    while place < text.len() {
        let rest = &text[place..];
        let step = match rest {
            _ if rest.starts_with("/*") => 1,
            _ if rest.starts_with("*/") => -1,
            _ => 0,
        };
        depth += step;
        place += if step == 0 { length_of_first(rest) } else { 2 };
        if depth == 0 {
            break;
        }
    }
    place
}

fn length_of_text(text: &str) -> usize {
    let mut escaped = false;
    let end = text.char_indices().skip(1).find(|(_, c)| {
        let is_end = *c == '"' && !escaped;
        escaped = *c == '\\' && !escaped;
        is_end
    });
    end.map_or(text.len(), |(place, _)| place + 1)
}

/// A character in quotes, or the quote alone where a lifetime begins.
fn length_of_character(text: &str) -> usize {
    let inside = &text[1..];
    if inside.starts_with('\\') {
        // The quote may itself be what is escaped.
        return inside[2..].find('\'').map_or(text.len(), |end| end + 4);
    }
    let first = length_of_first(inside);
    if inside[first..].starts_with('\'') {
        first + 2
    } else {
        1
    }
}

fn length_of_first(text: &str) -> usize {
    text.chars().next().map_or(0, char::len_utf8)
}

fn is_raw_text(behind_r: &str) -> bool {
    behind_r.trim_start_matches('#').starts_with('"')
}

fn length_of_raw_text(behind_r: &str) -> usize {
    let hashes = behind_r.find('"').unwrap_or(0);
    let end = format!("\"{}", &behind_r[..hashes]);
    let inside = &behind_r[hashes + 1..];
    let length = inside.find(&end).unwrap_or(inside.len());
    hashes + 1 + length + end.len()
}

/// The tokens without the items that only tests see.
fn without_tests<'a>(tokens: &[&'a str]) -> Vec<&'a str> {
    const MARK: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let (mut kept, mut rest) = (Vec::new(), tokens);
    while let Some((first, behind)) = rest.split_first() {
        rest = match rest.strip_prefix(&MARK) {
            Some(item) => &item[length_of_item(item)..],
            None => {
                kept.push(*first);
                behind
            }
        };
    }
    kept
}

/// An item ends with its semicolon or its braces.
fn length_of_item(tokens: &[&str]) -> usize {
    let mut depth = 0;
    let end = tokens.iter().position(|token| {
        match *token {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth -= 1,
            _ => {}
        }
        depth == 0 && matches!(*token, ";" | "}")
    });
    end.map_or(tokens.len(), |end| end + 1)
}

#[test]
fn comments_texts_and_tests_are_left_out() {
    let text = r##"
        use a::b; // use c::d;
        /* use e::f; /* use g::h; */ use i::j; */
        const TEXT: &str = "use k::l; \" use m::n;";
        const RAW: &str = r#"use o::p; " use q::r;"#;
        fn first<'a>(c: char) -> bool { c == '"' || c == '\'' || c == '\\' }
        #[cfg(test)]
        #[path = "elsewhere.rs"]
        mod tests { use s::t; fn f() { u::v() } }
        #[cfg(test)]
        use w::{x, y};
        use z::end;
    "##;
    let tokens = tokens(text);
    let paths: Vec<&str> = (tokens.windows(3))
        .filter(|three| three[1] == "::")
        .map(|three| three[2])
        .collect();
    assert_eq!(paths, ["b", "end"], "{tokens:?}");
}
