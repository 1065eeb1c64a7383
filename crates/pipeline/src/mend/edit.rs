//! Replaces one word in the text of a YAML file. All else stays as it is: comments, quotes, anchors, layout.

use rsom_stage::yaml::{self, Document};
use rsom_stage::yaml_scalars::{Scalar, scalars};

use crate::problem::{Fix, FixAt};
use crate::read::model::snake;

/// A text with one word replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Edited {
    pub text: String,
    /// The line of the word, from 1.
    pub line: usize,
    /// Whether other parts of the file use the word, too, by an anchor.
    pub is_shared: bool,
    /// The word as it stood there, and the one that stands there now.
    pub words: (String, String),
}

/// Replaces the word of a fix at a place. `None` if it does not stand there exactly once, or if the text would not be read any more, for
/// example because a key would be there twice.
pub(crate) fn edited(text: &str, place: yaml::Place, fix: &Fix) -> Option<Edited> {
    let all = scalars(text);
    let found = all.iter().find(|scalar| match fix.at {
        FixAt::Key => scalar.is_key && scalar.place == place,
        FixAt::Value => {
            let is_item = scalar.place == place && !scalar.is_key && scalar.value_of.is_none();
            is_item || scalar.value_of == Some(place)
        }
    })?;
    let (old, new) = words(found, fix)?;
    let raw = text.get(found.range.clone())?;
    let mut places = raw.match_indices(&*old).map(|(start, _)| start);
    let start = found.range.start + places.next().filter(|_| places.next().is_none())?;
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || "_-".contains(c));
    let (before, after) = (&text[..start], &text[start + old.len()..]);
    if is_part(before.chars().next_back()) || is_part(after.chars().next()) {
        return None;
    }
    let line = found.place.line + text[found.range.start..start].matches('\n').count();
    let text = format!("{before}{new}{after}");
    Document::parse(&text).ok()?;
    Some(Edited {
        text,
        line,
        is_shared: found.is_shared,
        words: (old, new),
    })
}

/// The word as the file writes it, and the new one in the same spelling: names may have `-` for `_`.
fn words(found: &Scalar, fix: &Fix) -> Option<(String, String)> {
    if fix.at == FixAt::Value {
        return Some((fix.old.clone(), fix.new.clone()));
    }
    let has_same_name = found.text == fix.old || snake(&found.text) == fix.old;
    let is_kebab = found.text.contains('-') && !found.text.contains('_');
    let new = match is_kebab && !fix.old.contains('-') {
        true => fix.new.replace('_', "-"),
        false => fix.new.clone(),
    };
    has_same_name.then(|| (found.text.clone(), new))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, (line, column): (usize, usize), fix: (FixAt, &str, &str)) -> Option<String> {
        let (at, old, new) = (fix.0, fix.1.to_owned(), fix.2.to_owned());
        let place = yaml::Place { line, column };
        edited(text, place, &Fix { at, old, new }).map(|edited| edited.text)
    }

    #[test]
    fn only_the_word_changes() {
        let text = "# é txet\na: { 'txet':  b, \"c d\": 1 } # txet\r\nuses:   demo  jion # jion\n";
        assert_eq!(
            at(text, (2, 6), (FixAt::Key, "txet", "text")).unwrap(),
            text.replace("'txet'", "'text'")
        );
        assert_eq!(
            at(text, (3, 1), (FixAt::Value, "jion", "join")).unwrap(),
            text.replace("demo  jion", "demo  join")
        );
        assert_eq!(
            at("in: [a.b, e.g]", (1, 11), (FixAt::Value, "e", "f")).unwrap(),
            "in: [a.b, f.g]"
        );
    }

    #[test]
    fn names_keep_their_hyphens() {
        let fixed = at("use-siez: 1", (1, 1), (FixAt::Key, "use_siez", "use_size"));
        assert_eq!(fixed.unwrap(), "use-size: 1");
    }

    #[test]
    fn what_is_not_certain_stays() {
        // Twice, a part of a longer word, another word, a key that is there already, an escape, an alias.
        for (text, place, fix) in [
            ("uses: jion jion", (1, 1), (FixAt::Value, "jion", "join")),
            ("uses: a-jion", (1, 1), (FixAt::Value, "jion", "join")),
            ("uses: a", (1, 1), (FixAt::Value, "jion", "join")),
            ("{ txet: 1, text: 2 }", (1, 3), (FixAt::Key, "txet", "text")),
            ("\"t\\x78et\": 1", (1, 1), (FixAt::Key, "txet", "text")),
            ("a: &x jion\nb: *x", (2, 1), (FixAt::Value, "jion", "join")),
            ("a: { b: jion }", (1, 1), (FixAt::Value, "jion", "join")),
        ] {
            assert_eq!(at(text, place, fix), None, "{text}");
        }
    }
}
