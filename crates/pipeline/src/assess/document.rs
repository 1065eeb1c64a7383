//! A JSON document that is kept as text: read when someone asks for a part of it.

use std::rc::Rc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::value::canonical;

/// A JSON document in its canonical form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Document(Rc<str>);

impl Document {
    /// The document of a value.
    pub fn of(value: &Value) -> Self {
        Self(canonical(value).into())
    }

    /// Its text.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Its value.
    pub fn value(&self) -> Value {
        serde_json::from_str(&self.0).unwrap_or_default()
    }
}

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: &RawValue = serde_json::from_str(&self.0).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Ok(Self(raw.get().into()))
    }
}
