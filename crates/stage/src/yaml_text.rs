//! Writes YAML that readers of YAML 1.1 and 1.2 understand alike.

use serde::Serialize;

/// The YAML text of a value.
///
/// Texts that a reader of YAML 1.1, such as PyYAML or R's yaml, would take for a truth value, a number, a date or nothing stand
/// in quotes: `'no'`, `'01_1'`, `'2024-01-01'`.
///
/// # Errors
/// The value cannot be represented in YAML.
pub(crate) fn to_string<T: Serialize>(value: &T) -> Result<String, serde_yaml::Error> {
    Ok(quoted(&serde_yaml::to_string(value)?))
}

/// Puts quotes around the plain texts of a document of `serde_yaml` that YAML 1.1 takes for something else.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    // Indentation of the key of a block text, whose lines are no YAML.
    let mut block: Option<usize> = None;
    for line in text.lines() {
        let indent = line.len() - line.trim_start_matches(' ').len();
        if block.is_some_and(|of_key| indent > of_key || line.trim().is_empty()) {
            out.push_str(line);
        } else {
            let (start, rest) = after_dashes(line);
            let (key, value) = split_key(rest);
            let of_item = start.len().saturating_sub(2);
            let column = if key.is_some() { start.len() } else { of_item };
            block = value.starts_with(['|', '>']).then_some(column);
            out.push_str(start);
            if let Some(key) = key {
                out.push_str(&scalar(key));
                out.push(':');
                if !value.is_empty() {
                    out.push(' ');
                }
            }
            out.push_str(&scalar(value));
        }
        out.push('\n');
    }
    out
}

/// Splits off the indentation and the dashes of list items.
fn after_dashes(line: &str) -> (&str, &str) {
    let mut at = line.len() - line.trim_start_matches(' ').len();
    while let Some(rest) = line[at..].strip_prefix("- ") {
        at += 2 + rest.len() - rest.trim_start_matches(' ').len();
    }
    line.split_at(at)
}

/// Splits `key: value` or `key:`.
fn split_key(text: &str) -> (Option<&str>, &str) {
    let from = match text.chars().next() {
        Some(quote @ ('\'' | '"')) => end_of_quotes(text, quote),
        Some('[' | '{' | '|' | '>') => return (None, text),
        _ => 0,
    };
    if let Some(at) = text[from..].find(": ") {
        return (Some(&text[..from + at]), &text[from + at + 2..]);
    }
    match text.strip_suffix(':') {
        Some(key) if key.len() >= from => (Some(key), ""),
        _ => (None, text),
    }
}

/// The index after the closing quote of a text that begins with a quote.
fn end_of_quotes(text: &str, quote: char) -> usize {
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = characters.next() {
        if quote == '"' && c == '\\' {
            characters.next();
        } else if c == quote {
            // In single quotes, a doubled quote is a quote.
            if quote == '\'' && characters.peek().is_some_and(|(_, next)| *next == quote) {
                characters.next();
            } else {
                return at + c.len_utf8();
            }
        }
    }
    text.len()
}

fn scalar(plain: &str) -> String {
    // Numbers, truth values and null stay; only texts that look like them in YAML 1.1 get quotes.
    let is_text = || {
        matches!(
            serde_yaml::from_str(plain),
            Ok(serde_yaml::Value::String(_))
        )
    };
    if is_special_in_yaml_1_1(plain) && is_text() {
        return format!("'{plain}'");
    }
    plain.to_owned()
}

/// Whether YAML 1.1 takes a plain scalar for something other than a text. Source: the types bool, int, float, null,
/// timestamp, merge and value of the YAML 1.1 type repository (yaml.org/type).
fn is_special_in_yaml_1_1(plain: &str) -> bool {
    const WORDS: [&str; 14] = [
        "y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", "=", "<<", ".nan", ".inf",
    ];
    if WORDS.contains(&plain.to_ascii_lowercase().as_str()) {
        return true;
    }
    let unsigned = plain.strip_prefix(['+', '-']).unwrap_or(plain);
    let Some(first) = unsigned.chars().next() else {
        return false;
    };
    // Numbers in all bases, with underscores and in base 60, dates and times: digits and these characters only.
    let of_number = |c: char| c.is_ascii_hexdigit() || "_.:+-eExXoOtTzZ ".contains(c);
    (first.is_ascii_digit() || first == '.')
        && unsigned.chars().any(|c| c.is_ascii_digit())
        && unsigned.chars().all(of_number)
        || unsigned.eq_ignore_ascii_case(".inf")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// What PyYAML 6 reads as a boolean, a number, a date or null when it stands without quotes.
    #[test]
    fn texts_that_yaml_1_1_takes_for_something_else_are_quoted() {
        for text in [
            "no",
            "Yes",
            "ON",
            "off",
            "y",
            "N",
            "01_1",
            "1_000",
            "2024-01-01",
            "1:30",
            "190:20:30",
            "0o17",
            "010",
            "0b1_0",
            "1e3",
            "1.5e+3",
            ".5",
            "~",
            "null",
            "Null",
            "=",
            "<<",
            ".inf",
            "-.INF",
            ".NaN",
            "2001-12-14t21:59:43.10-05:00",
            "0x_1F",
        ] {
            let written = to_string(&BTreeMap::from([("id", text)])).unwrap();
            assert_eq!(written, format!("id: '{text}'\n"));
            let written = to_string(&BTreeMap::from([(text, 1)])).unwrap();
            assert_eq!(written, format!("'{text}': 1\n"));
        }
    }

    #[test]
    fn names_numbers_and_truth_values_stay_plain() {
        let value: serde_yaml::Value =
            serde_yaml::from_str("{a: s01_1, b: 3, c: true, d: [no1, 1.5, null], e: a_1}").unwrap();
        let text = to_string(&value).unwrap();
        assert_eq!(
            text,
            "a: s01_1\nb: 3\nc: true\nd:\n- no1\n- 1.5\n- null\ne: a_1\n"
        );
    }

    fn value() -> impl Strategy<Value = serde_yaml::Value> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(serde_yaml::Value::from),
            any::<i32>().prop_map(serde_yaml::Value::from),
            "[yn0-9_:. \\-|>'\"#a-fx\n]{0,12}".prop_map(serde_yaml::Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(serde_yaml::Value::from),
                proptest::collection::btree_map("[yn0-9_: \\-]{1,6}", inner, 0..4).prop_map(
                    |map| {
                        let pairs = map.into_iter().map(|(k, v)| (k.into(), v));
                        serde_yaml::Value::Mapping(pairs.collect())
                    }
                ),
            ]
        })
    }

    proptest! {
        #[test]
        fn every_value_comes_back(value in value()) {
            let text = to_string(&value).unwrap();
            let back: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
            prop_assert_eq!(back, value, "{}", text);
        }
    }
}
