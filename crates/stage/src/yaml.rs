//! Reads YAML with the line and column of every key, and refuses duplicate keys.
//!
//! `serde_yaml` builds the values. Its values have no places, and it accepts duplicate keys silently. So a second parser
//! records the places and refuses duplicates.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use saphyr_parser::{Event, Parser, Span};
use serde::de::DeserializeOwned;

use crate::yaml_text;

/// Size of a text from which its two parsers run at the same time.
const LARGE_BYTES: usize = 100_000;

/// Line and column of a key or value, both from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Place {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
}

/// An error in a YAML text, with its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {message}")]
pub struct YamlError {
    /// Line and column of the error.
    pub place: Place,
    /// Description of the error, in one line.
    pub message: String,
}

/// A parsed YAML text: its value and the places of its parts.
#[derive(Debug, Clone)]
pub struct Document {
    /// The value of the whole text.
    pub value: serde_yaml::Value,
    places: Places,
}

/// What is kept of the places in a text.
trait Keep {
    /// The place of the part at this path.
    fn keep(&mut self, path: &[String], place: Place);
}

type Places = BTreeMap<Vec<String>, Place>;

impl Keep for Places {
    fn keep(&mut self, path: &[String], place: Place) {
        self.insert(path.to_vec(), place);
    }
}

impl Keep for () {
    fn keep(&mut self, _: &[String], _: Place) {}
}

/// The YAML text of a value, in which readers of YAML 1.1 and 1.2 see the same: ambiguous texts stand in quotes.
///
/// # Errors
/// The value cannot be represented in YAML.
pub fn to_string<T: serde::Serialize>(value: &T) -> Result<String, serde_yaml::Error> {
    yaml_text::to_string(value)
}

impl Document {
    /// Parses one YAML document.
    ///
    /// # Errors
    /// A syntax error, a duplicate key, or a second document.
    pub fn parse(text: &str) -> Result<Self, YamlError> {
        let places = walk(text, Places::default())?;
        let value = serde_yaml::from_str(text).map_err(|e| from_serde(&e))?;
        Ok(Self { value, places })
    }

    /// The place of a part, given its path of keys and list indices. For a missing part, the place of its nearest parent.
    #[must_use]
    pub fn place(&self, path: &[&str]) -> Place {
        let path: Vec<String> = path.iter().map(|p| (*p).to_owned()).collect();
        (0..=path.len())
            .rev()
            .find_map(|n| self.places.get(&path[..n]))
            .copied()
            .unwrap_or(Place { line: 1, column: 1 })
    }
}

/// Reads a value of type `T` from a YAML text.
///
/// # Errors
/// A syntax error, a duplicate key, or a value that does not fit the type.
pub fn from_str<T: DeserializeOwned>(text: &str) -> Result<T, YamlError> {
    // Without the places, which only messages need: there are several for each file of a large manifest.
    let walked = || walk(text, ());
    let value = || serde_yaml::from_str(text).map_err(|e| from_serde(&e));
    if text.len() < LARGE_BYTES {
        return walked().and_then(|()| value());
    }
    // One after the other, they take a third of the time that a large study needs to say that there is nothing to do.
    let (walked, value) = std::thread::scope(|scope| {
        let walking = scope.spawn(walked);
        let value = value();
        (walking.join(), value)
    });
    walked.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
    value
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

fn from_serde(error: &serde_yaml::Error) -> YamlError {
    let place = error
        .location()
        .map_or(Place { line: 1, column: 1 }, |l| Place {
            line: l.line(),
            column: l.column(),
        });
    let message = error.to_string();
    // The message of serde_yaml ends with the place.
    let message = match message.rfind(" at line ") {
        Some(end) => message[..end].to_owned(),
        None => message,
    };
    YamlError { place, message }
}

/// A collection during reading.
enum OpenCollection {
    /// A mapping: whether the value of its last key comes next, and its keys so far.
    Mapping(bool, BTreeSet<String>),
    /// A sequence and the index of its next item.
    Sequence(usize),
}

/// Goes through a text, refuses duplicate keys and a second document, and keeps places.
fn walk<K: Keep>(text: &str, places: K) -> Result<K, YamlError> {
    let mut walk = Walk {
        places,
        path: Vec::new(),
        open: Vec::new(),
    };
    let mut documents = 0;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|e| YamlError {
            place: Place {
                line: e.marker().line(),
                column: e.marker().col() + 1,
            },
            message: e.info().to_owned(),
        })?;
        let place = place(&span);
        match event {
            Event::DocumentStart(_) if documents == 1 => {
                return Err(YamlError {
                    place,
                    message: "a file must not contain a second YAML document".into(),
                });
            }
            Event::DocumentStart(_) => documents += 1,
            Event::Scalar(text, ..) => walk.scalar(&text, place)?,
            Event::Alias(_) => walk.value(place)?,
            Event::MappingStart(..) => {
                walk.start(OpenCollection::Mapping(false, BTreeSet::new()), place)?;
            }
            Event::SequenceStart(..) => walk.start(OpenCollection::Sequence(0), place)?,
            Event::MappingEnd | Event::SequenceEnd => walk.end(),
            _ => {}
        }
    }
    Ok(walk.places)
}

struct Walk<K> {
    places: K,
    path: Vec<String>,
    open: Vec<OpenCollection>,
}

impl<K: Keep> Walk<K> {
    fn scalar(&mut self, text: &str, place: Place) -> Result<(), YamlError> {
        if let Some(OpenCollection::Mapping(has_key @ false, keys)) = self.open.last_mut() {
            *has_key = true;
            if !keys.insert(text.to_owned()) {
                return Err(YamlError {
                    place,
                    message: format!("duplicate key '{text}'"),
                });
            }
            self.path.push(text.to_owned());
            self.places.keep(&self.path, place);
            return Ok(());
        }
        self.value(place)
    }

    /// A value without parts, at the current path.
    fn value(&mut self, place: Place) -> Result<(), YamlError> {
        self.enter(place)?;
        self.leave();
        Ok(())
    }

    fn start(&mut self, collection: OpenCollection, place: Place) -> Result<(), YamlError> {
        self.enter(place)?;
        self.open.push(collection);
        Ok(())
    }

    fn end(&mut self) {
        self.open.pop();
        self.leave();
    }

    fn enter(&mut self, place: Place) -> Result<(), YamlError> {
        match self.open.last() {
            Some(OpenCollection::Mapping(false, _)) => {
                let message = "a key must be a single value, not a list or a map".to_owned();
                return Err(YamlError { place, message });
            }
            Some(OpenCollection::Sequence(index)) => {
                self.path.push(index.to_string());
                self.places.keep(&self.path, place);
            }
            Some(OpenCollection::Mapping(true, _)) => {}
            None => self.places.keep(&[], place),
        }
        Ok(())
    }

    fn leave(&mut self) {
        match self.open.last_mut() {
            Some(OpenCollection::Mapping(has_key, _)) => {
                *has_key = false;
                self.path.pop();
            }
            Some(OpenCollection::Sequence(index)) => {
                *index += 1;
                self.path.pop();
            }
            None => {}
        }
    }
}

fn place(span: &Span) -> Place {
    Place {
        line: span.start.line(),
        column: span.start.col() + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_its_place() {
        let text = "name: a\nstages:\n  one: { uses: x, in: [p, q] }\n";
        let document = Document::parse(text).unwrap();
        assert_eq!(
            document.place(&["stages", "one"]),
            Place { line: 3, column: 3 }
        );
        assert_eq!(
            document.place(&["stages", "one", "in", "1"]),
            Place {
                line: 3,
                column: 27
            }
        );
        // A missing part has the place of its parent.
        assert_eq!(
            document.place(&["stages", "one", "out"]),
            Place { line: 3, column: 3 }
        );
    }

    #[test]
    fn a_duplicate_key_is_refused_with_its_place() {
        let error = Document::parse("a: 1\nb:\n  c: 1\n  c: 2\n").unwrap_err();
        assert_eq!(error.to_string(), "line 4, column 3: duplicate key 'c'");
    }

    #[test]
    fn a_syntax_error_names_its_line() {
        let error = Document::parse("a: [1, 2\nb: 3\n").unwrap_err();
        assert!(error.place.line >= 1, "{error}");
    }

    #[test]
    fn an_alias_is_one_value() {
        let document = Document::parse("a: &x {b: 1}\nc: *x\nd: 2\n").unwrap();
        assert_eq!(document.place(&["d"]).line, 3);
        assert_eq!(document.value["c"]["b"], 1);
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "[a-c:\\[\\]{}&*!#,\\- \n\"'|>%@`0-9\t]{0,60}") {
            let _ = Document::parse(&text);
        }
    }
}
