//! Splits a command line into words as a POSIX shell does, without starting a shell.

/// Splits a text into words; quotes and backslashes group and escape.
///
/// # Errors
/// An unclosed quote, or syntax that only a shell can run (`|`, `>`, `&&`, `;`, `*`, `$HOME`, …).
pub(crate) fn split(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            c if c.is_whitespace() => words.extend(word.take()),
            '\'' => single_quoted(&mut chars, word.get_or_insert_default())?,
            '"' => double_quoted(&mut chars, word.get_or_insert_default())?,
            '\\' => {
                let escaped = chars.next().ok_or("the \\ at the end escapes nothing")?;
                word.get_or_insert_default().push(escaped);
            }
            '|' | '<' | '>' | '&' | ';' | '`' | '*' | '?' => return Err(needs_shell(c)),
            // `${x}` is ours, and `$${x}` its escape; `$HOME` and `$(…)` are a shell's.
            '$' if !matches!(chars.peek(), Some('{' | '$')) => return Err(needs_shell(c)),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Ok(words)
}

fn single_quoted(chars: &mut impl Iterator<Item = char>, word: &mut String) -> Result<(), String> {
    loop {
        match chars.next().ok_or("a ' is not closed")? {
            '\'' => return Ok(()),
            c => word.push(c),
        }
    }
}

fn double_quoted(chars: &mut impl Iterator<Item = char>, word: &mut String) -> Result<(), String> {
    let unclosed = "a \" is not closed";
    loop {
        match chars.next().ok_or(unclosed)? {
            '"' => return Ok(()),
            '\\' => match chars.next().ok_or(unclosed)? {
                c @ ('"' | '\\') => word.push(c),
                c => word.extend(['\\', c]),
            },
            c => word.push(c),
        }
    }
}

fn needs_shell(c: char) -> String {
    format!("'{c}' needs a shell, but none is started; quote it, write sh -c '…', or call a script")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected words from `sh -c 'printf "%s\n" …'`.
    #[test]
    fn words_are_those_of_a_shell() {
        let cases: [(&str, &[&str]); 7] = [
            ("tool --in a  --out b", &["tool", "--in", "a", "--out", "b"]),
            ("a'b c'd \"e f\"", &["ab cd", "e f"]),
            ("\"a\\\"b\\c\\\\\" ''", &["a\"b\\c\\", ""]),
            ("a\\ b '\\n'", &["a b", "\\n"]),
            ("  ", &[]),
            ("x '|' \"*\" \\;", &["x", "|", "*", ";"]),
            ("sh -c 'a > b; c $d'", &["sh", "-c", "a > b; c $d"]),
        ];
        for (text, words) in cases {
            assert_eq!(split(text).unwrap(), words, "{text}");
        }
    }

    #[test]
    fn placeholders_pass() {
        assert_eq!(split("a ${in.x} $${y}").unwrap(), ["a", "${in.x}", "$${y}"]);
    }

    #[test]
    fn what_needs_a_shell_and_open_quotes_are_refused() {
        for text in [
            "a | b", "a>b", "a && b", "a;b", "a *.txt", "a $HOME", "a $(b)", "a `b`", "a 'b",
            "a \"b", "a \\",
        ] {
            assert!(split(text).is_err(), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_quoted_word_comes_back(word in "[^']{0,12}") {
            proptest::prop_assert_eq!(split(&format!("a '{word}'")).unwrap(), vec!["a".to_owned(), word]);
        }
    }
}
