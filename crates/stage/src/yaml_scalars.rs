//! Finds the keys and single values of a YAML text in the text itself, for a program that edits it in place.

use std::collections::BTreeSet;
use std::ops::Range;

use saphyr_parser::{Event, Parser, Span};

use crate::yaml::Place;

/// A key or a single value in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scalar {
    /// Line and column of its first character.
    pub place: Place,
    /// Its bytes in the text, with its quotes.
    pub range: Range<usize>,
    /// What it says.
    pub text: String,
    /// Whether it is a key of a map.
    pub is_key: bool,
    /// The place of the key, if it is the value of one.
    pub value_of: Option<Place>,
    /// Whether it lies in a part with an anchor (`&name`) that the text has at other places, too (`*name`).
    pub is_shared: bool,
}

/// The keys and single values of a text, in its order. Empty if the text is no YAML.
#[must_use]
pub fn scalars(text: &str) -> Vec<Scalar> {
    let offsets = text.char_indices().map(|(offset, _)| offset);
    let mut walk = Walk {
        offsets: offsets.chain([text.len()]).collect(),
        text,
        open: Vec::new(),
        found: Vec::new(),
        aliases: BTreeSet::new(),
    };
    for event in Parser::new_from_str(text) {
        let Ok((event, span)) = event else {
            return Vec::new();
        };
        walk.event(event, &span);
    }
    let aliases = walk.aliases;
    let shared = |(scalar, anchors): (Scalar, Vec<usize>)| Scalar {
        is_shared: anchors.iter().any(|anchor| aliases.contains(anchor)),
        ..scalar
    };
    walk.found.into_iter().map(shared).collect()
}

/// A collection during reading.
struct Open {
    /// Number of its anchor, or 0.
    anchor: usize,
    /// Whether it is a map.
    is_map: bool,
    /// Of a map: the key whose value comes next. A key that is no scalar has the place of its collection.
    key: Option<Place>,
}

struct Walk<'a> {
    text: &'a str,
    /// The byte of each character, and the end.
    offsets: Vec<usize>,
    open: Vec<Open>,
    /// With the anchors around each.
    found: Vec<(Scalar, Vec<usize>)>,
    aliases: BTreeSet<usize>,
}

impl Walk<'_> {
    fn event(&mut self, event: Event<'_>, span: &Span) {
        let place = Place {
            line: span.start.line(),
            column: span.start.col() + 1,
        };
        match event {
            Event::Scalar(text, _, anchor, _) => {
                let (is_key, value_of) = self.step(place);
                let around = self.open.iter().map(|open| open.anchor);
                let anchors = around
                    .chain([anchor])
                    .filter(|anchor| *anchor > 0)
                    .collect();
                let scalar = Scalar {
                    place,
                    range: self.range(span),
                    text: text.into_owned(),
                    is_key,
                    value_of,
                    is_shared: false,
                };
                self.found.push((scalar, anchors));
            }
            Event::Alias(anchor) => {
                self.aliases.insert(anchor);
                self.step(place);
            }
            Event::MappingStart(anchor, _) => self.start((anchor, true), place),
            Event::SequenceStart(anchor, _) => self.start((anchor, false), place),
            Event::MappingEnd | Event::SequenceEnd => {
                self.open.pop();
            }
            _ => {}
        }
    }

    fn start(&mut self, (anchor, is_map): (usize, bool), place: Place) {
        self.step(place);
        self.open.push(Open {
            anchor,
            is_map,
            key: None,
        });
    }

    /// Goes on to the next part of the collection. Returns whether this one is a key, and the place of the key whose value it is.
    fn step(&mut self, place: Place) -> (bool, Option<Place>) {
        match self.open.last_mut() {
            Some(open) if open.is_map => match open.key.take() {
                Some(key) => (false, Some(key)),
                None => {
                    open.key = Some(place);
                    (true, None)
                }
            },
            _ => (false, None),
        }
    }

    /// The bytes of a part, without what follows it on its line.
    fn range(&self, span: &Span) -> Range<usize> {
        let byte = |index: usize| self.offsets.get(index).copied();
        let start = byte(span.start.index()).unwrap_or(self.text.len());
        let end = byte(span.end.index()).unwrap_or(self.text.len());
        let end = end.max(start);
        let part = self.text.get(start..end).unwrap_or_default();
        start..start + part.trim_end().len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_found_with_quotes_after_other_letters_and_in_anchored_maps() {
        let text = "\"é\": {'b c':  d  , e: [f, g]} # h\nk: &x\n  l: m\nn: *x\nö: p q # r\n";
        let found = scalars(text);
        let parts: Vec<&str> = found.iter().map(|s| &text[s.range.clone()]).collect();
        assert_eq!(
            parts,
            [
                "\"é\"", "'b c'", "d", "e", "f", "g", "k", "l", "m", "n", "ö", "p q"
            ]
        );
        let of = |text: &str| found.iter().find(|s| s.text == text).unwrap();
        assert!(of("b c").is_key && of("é").is_key && !of("f").is_key);
        assert_eq!(of("d").value_of, Some(of("b c").place));
        assert_eq!(
            (of("f").value_of, of("p q").value_of),
            (None, Some(of("ö").place))
        );
        assert!(of("l").is_shared && of("m").is_shared && !of("k").is_shared);
        assert_eq!(of("p q").place, Place { line: 5, column: 4 });
        assert!(scalars("a: [").is_empty());
    }
}
