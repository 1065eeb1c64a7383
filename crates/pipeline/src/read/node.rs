//! A part of a YAML file with its line and column.

use rsom_stage::yaml::Document;
use serde_json::Value;

use crate::problem::{FixAt, Problems};
use crate::read::place::{FileNumber, Place};
use crate::read::template::is_name;
use crate::suggest;
use crate::value;

/// A part of a YAML file: a map, a list or a single value.
#[derive(Debug, Clone)]
pub(crate) struct Node<'a> {
    document: &'a Document,
    file: FileNumber,
    path: Vec<String>,
    value: &'a serde_yaml::Value,
}

impl<'a> Node<'a> {
    /// The whole file with this number.
    pub fn root(document: &'a Document, file: FileNumber) -> Self {
        Self {
            document,
            file,
            path: Vec::new(),
            value: &document.value,
        }
    }

    /// Line and column of the key of this part, or of the part itself for an item of a list.
    pub fn place(&self) -> Place {
        let path: Vec<&str> = self.path.iter().map(String::as_str).collect();
        Place::of(self.file, self.document.place(&path))
    }

    /// The key of this part. Empty for the whole file.
    pub fn key(&self) -> &str {
        self.path.last().map_or("", String::as_str)
    }

    /// Whether the part is a map.
    pub fn is_map(&self) -> bool {
        self.value.is_mapping()
    }

    /// Whether the part is a list.
    pub fn is_list(&self) -> bool {
        self.value.is_sequence()
    }

    /// The entries of a map, in the order of the file. Reports a problem if the part is not a map.
    pub fn entries(&self, problems: &mut Problems) -> Vec<Node<'a>> {
        let Some(map) = self.value.as_mapping() else {
            let key = self.key();
            let message = if key.is_empty() && self.file > 0 {
                "an included file must be a map with 'params', 'profiles', 'defaults' or 'stages'"
                    .to_owned()
            } else if key.is_empty() {
                "a pipeline must be a map with the keys 'name' and 'stages'".to_owned()
            } else {
                format!("'{key}' must be a map")
            };
            problems.add(self.place(), message);
            return Vec::new();
        };
        map.iter()
            .filter_map(|(key, value)| Some(self.child(value::key_text(key)?, value)))
            .collect()
    }

    /// The entries of a map whose keys are valid names. Reports a problem for every other key.
    pub fn named_entries(&self, problems: &mut Problems) -> Vec<Node<'a>> {
        let mut entries = self.entries(problems);
        entries.retain(|entry| {
            let good = is_name(entry.key());
            if !good {
                let message = format!(
                    "'{}' is not a valid name: use letters, digits, _ and -, and start with a letter or _",
                    entry.key()
                );
                problems.add(entry.place(), message);
            }
            good
        });
        entries
    }

    /// The entries of a map whose keys are in `known`. Reports a problem for every other key.
    pub fn known_entries(&self, known: &[&str], problems: &mut Problems) -> Vec<Node<'a>> {
        let mut entries = self.entries(problems);
        let keys: Vec<String> = entries.iter().map(|entry| entry.key().to_owned()).collect();
        entries.retain(|entry| {
            let good = known.contains(&entry.key());
            if !good {
                let hint = suggest::hint(entry.key(), known.iter().copied());
                let fix = FixAt::Key.only(entry.key(), known.iter().copied());
                // What is meant may be there, too.
                let fix = fix.filter(|fix| !keys.contains(&fix.new));
                let message = format!("unknown key '{}'{hint}", entry.key());
                problems.add_with(entry.place(), message, fix);
            }
            good
        });
        entries
    }

    /// The entry of a map with this key, if it has one.
    pub fn child_named(&self, key: &str) -> Option<Node<'a>> {
        let value = self.value.as_mapping()?.get(key)?;
        Some(self.child(key.to_owned(), value))
    }

    /// The items of a list. Empty if the part is not a list.
    pub fn items(&self) -> Vec<Node<'a>> {
        let items = self.value.as_sequence().map_or(&[][..], Vec::as_slice);
        (items.iter().enumerate())
            .map(|(index, value)| self.child(index.to_string(), value))
            .collect()
    }

    /// The part as text. Reports a problem if it is not a text or is empty.
    pub fn text(&self, problems: &mut Problems) -> Option<&'a str> {
        let text = self.value.as_str().filter(|text| !text.trim().is_empty());
        if text.is_none() {
            problems.add(self.place(), format!("'{}' must be a text", self.key()));
        }
        text
    }

    /// The part as text, or `None` if it is not a text.
    pub fn as_text(&self) -> Option<&'a str> {
        self.value.as_str()
    }

    /// The part as JSON. Reports a problem if JSON cannot represent it.
    pub fn json(&self, problems: &mut Problems) -> Option<Value> {
        value::from_yaml(self.value)
            .map_err(|e| problems.add(self.place(), format!("'{}': {e}", self.key())))
            .ok()
    }

    fn child(&self, key: String, value: &'a serde_yaml::Value) -> Node<'a> {
        let mut path = self.path.clone();
        path.push(key);
        Node {
            document: self.document,
            file: self.file,
            path,
            value,
        }
    }
}
