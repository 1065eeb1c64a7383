//! The comments of an entry of a manifest.

/// The lines of an entry that is written anew, with the comments of its old lines: each behind or above the line of its key. Comments of keys
/// that are gone stand above the entry.
pub(crate) fn moved(old: &str, new: &str) -> String {
    let mut lines: Vec<Line<'_>> = new.lines().map(Line::new).collect();
    let (mut above, mut waiting) = (Vec::new(), Vec::new());
    let mut from = 0;
    for text in old.lines() {
        let comment = comment(text);
        let is_alone = text.trim_start().starts_with('#');
        if is_alone {
            waiting.extend(comment);
            continue;
        }
        let key = key(text);
        let place = |from: usize| (from..lines.len()).find(|at| self::key(lines[*at].text) == key);
        match key.and_then(|_| place(from).or_else(|| place(0))) {
            Some(at) => {
                lines[at].above.append(&mut waiting);
                lines[at].behind.extend(comment);
                from = at;
            }
            None => {
                above.append(&mut waiting);
                above.extend(comment);
            }
        }
    }
    let indent = |text: &str| text.len() - text.trim_start().len();
    let own = |comment: &str, indent: usize| format!("{}{comment}\n", " ".repeat(indent));
    let first = new.lines().next().map_or(0, indent);
    let mut out: String = above.iter().map(|comment| own(comment, first)).collect();
    for line in &lines {
        let above = line.above.iter();
        out.extend(above.map(|comment| own(comment, indent(line.text))));
        let behind = line.behind.iter().map(|comment| format!(" {comment}"));
        out.push_str(&format!("{}{}\n", line.text, behind.collect::<String>()));
    }
    out.extend(waiting.iter().map(|comment| own(comment, first + 2)));
    out
}

/// A new line with its comments.
struct Line<'t> {
    text: &'t str,
    above: Vec<&'t str>,
    behind: Vec<&'t str>,
}

impl<'t> Line<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            above: Vec::new(),
            behind: Vec::new(),
        }
    }
}

/// The first key of a line, also in braces.
fn key(line: &str) -> Option<&str> {
    let is_mark = |c: char| c.is_whitespace() || matches!(c, '-' | '{' | '[' | '"' | '\'');
    let (key, _) = line.trim_start_matches(is_mark).split_once(':')?;
    Some(key.trim_end_matches(is_mark))
}

/// The comment of a line.
pub(crate) fn comment(line: &str) -> Option<&str> {
    if line.trim_start().starts_with('#') {
        return Some(line.trim());
    }
    let at = line.rfind(" #")?;
    let is_outside = ['"', '\'']
        .iter()
        .all(|quote| line[..at].matches(*quote).count() % 2 == 0);
    is_outside.then(|| line[at..].trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_stay_at_their_keys() {
        let old = "- id: s1  # moved a little\n  # asked twice\n  subject: ann\n  files:\n    image:\n    - path: a # the first\n      sha256: b\n    - path: c # the second\n      sha256: d\n  group: x # gone\n";
        let new = "- id: s1\n  subject: ann\n  files:\n    image:\n    - path: a\n      sha256: b\n    - path: c\n      sha256: d\n  attributes:\n    age: 3\n";
        let expected = "# gone\n- id: s1 # moved a little\n  # asked twice\n  subject: ann\n  files:\n    image:\n    - path: a # the first\n      sha256: b\n    - path: c # the second\n      sha256: d\n  attributes:\n    age: 3\n";
        assert_eq!(moved(old, new), expected);
    }

    #[test]
    fn an_entry_on_one_line_keeps_its_comment_behind_its_name() {
        let old = "  - { id: s1, subject: ann } # looked at\n";
        let new = "  - id: s1\n    subject: bob\n";
        let expected = "  - id: s1 # looked at\n    subject: bob\n";
        assert_eq!(moved(old, new), expected);
    }
}
