//! The name of an entry.

use rsom_stage::fingerprint;
use serde_json::Value;

/// The name of an entry: the hash of everything that determines the outputs of a task.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(String);

impl Key {
    /// The key of a description. Object keys are sorted, so that equal descriptions have equal keys.
    #[must_use]
    pub fn of(description: &Value) -> Self {
        Self(fingerprint::of_bytes(description.to_string().as_bytes()))
    }

    /// A key from its text. `None` if it is not 64 hexadecimal digits in lower case.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        is_hash(text).then(|| Self(text.to_owned()))
    }

    /// The 64 hexadecimal digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a text is a sha256 as this store writes it. Others could name files outside the store.
pub(crate) fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_hashes_are_keys() {
        let key = Key::of(&json!({"b": 1, "a": 2}));
        assert_eq!(key, Key::of(&json!({"a": 2, "b": 1})));
        assert_ne!(key, Key::of(&json!({"a": 2, "b": 2})));
        assert_eq!(Key::parse(key.as_str()), Some(key.clone()));
        for text in [
            "",
            "../x",
            &key.as_str()[..63],
            &key.as_str().to_uppercase(),
        ] {
            assert_eq!(Key::parse(text), None);
        }
    }
}
