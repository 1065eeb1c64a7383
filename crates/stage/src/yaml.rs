//! YAML with places: every key's line and column, and no duplicate keys.
//!
//! `serde_yaml` builds the values; a second pass over the parser's events records where each key stands, which
//! `serde_yaml`'s values do not carry, and refuses duplicate keys, which it accepts silently.

use std::collections::BTreeMap;
use std::fmt;

use saphyr_parser::{Event, Parser, Span};
use serde::de::DeserializeOwned;

/// Line and column of a key or value, both from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Place {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
}

/// What is wrong with a YAML text, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {message}")]
pub struct YamlError {
    /// Where.
    pub place: Place,
    /// What.
    pub message: String,
}

/// A parsed text: its value and where each part stands.
#[derive(Debug, Clone)]
pub struct Document {
    /// The value.
    pub value: serde_yaml::Value,
    places: BTreeMap<Vec<String>, Place>,
}

impl Document {
    /// Parses one YAML document.
    ///
    /// # Errors
    /// A syntax error, a duplicate key, a second document; with its place.
    pub fn parse(text: &str) -> Result<Self, YamlError> {
        let places = places(text)?;
        let value = serde_yaml::from_str(text).map_err(|e| from_serde(&e))?;
        Ok(Self { value, places })
    }

    /// Where the part under a path of keys (or sequence indices) stands; its nearest known parent when it is absent.
    #[must_use]
    pub fn place(&self, path: &[&str]) -> Place {
        let path: Vec<String> = path.iter().map(|p| (*p).to_owned()).collect();
        (0..=path.len())
            .rev()
            .find_map(|n| self.places.get(&path[..n]))
            .copied()
            .unwrap_or_default()
    }
}

/// Reads a typed value.
///
/// # Errors
/// A syntax error, a duplicate key, or a value that does not fit the type; with its place.
pub fn from_str<T: DeserializeOwned>(text: &str) -> Result<T, YamlError> {
    places(text)?;
    serde_yaml::from_str(text).map_err(|e| from_serde(&e))
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
    // serde_yaml repeats the place at the end of its message.
    let message = match message.rfind(" at line ") {
        Some(end) => message[..end].to_owned(),
        None => message,
    };
    YamlError { place, message }
}

/// A collection whose items are being read.
enum Open {
    /// A mapping; the key when its value comes next.
    Mapping(Option<String>),
    /// A sequence and the index of its next item.
    Sequence(usize),
}

fn places(text: &str) -> Result<BTreeMap<Vec<String>, Place>, YamlError> {
    let mut walk = Walk {
        places: BTreeMap::new(),
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
                    message: "a second YAML document".into(),
                });
            }
            Event::DocumentStart(_) => documents += 1,
            Event::Scalar(text, ..) => walk.scalar(&text, place)?,
            Event::Alias(_) => walk.value(place)?,
            Event::MappingStart(..) => walk.start(Open::Mapping(None), place)?,
            Event::SequenceStart(..) => walk.start(Open::Sequence(0), place)?,
            Event::MappingEnd | Event::SequenceEnd => walk.end(),
            _ => {}
        }
    }
    Ok(walk.places)
}

struct Walk {
    places: BTreeMap<Vec<String>, Place>,
    path: Vec<String>,
    open: Vec<Open>,
}

impl Walk {
    fn scalar(&mut self, text: &str, place: Place) -> Result<(), YamlError> {
        if let Some(Open::Mapping(key @ None)) = self.open.last_mut() {
            *key = Some(text.to_owned());
            self.path.push(text.to_owned());
            if self.places.insert(self.path.clone(), place).is_some() {
                return Err(YamlError {
                    place,
                    message: format!("duplicate key '{text}'"),
                });
            }
            return Ok(());
        }
        self.value(place)
    }

    /// A value that holds no others; the path to it is complete.
    fn value(&mut self, place: Place) -> Result<(), YamlError> {
        self.enter(place)?;
        self.leave();
        Ok(())
    }

    fn start(&mut self, collection: Open, place: Place) -> Result<(), YamlError> {
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
            Some(Open::Mapping(None)) => {
                let message = "a key must be a single word or text".to_owned();
                return Err(YamlError { place, message });
            }
            Some(Open::Sequence(index)) => {
                self.path.push(index.to_string());
                self.places.insert(self.path.clone(), place);
            }
            Some(Open::Mapping(Some(_))) => {}
            None => {
                self.places.insert(Vec::new(), place);
            }
        }
        Ok(())
    }

    fn leave(&mut self) {
        match self.open.last_mut() {
            Some(Open::Mapping(key)) => {
                *key = None;
                self.path.pop();
            }
            Some(Open::Sequence(index)) => {
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
        // Absent parts stand where their parent stands.
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
