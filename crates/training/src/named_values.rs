//! Numbers with names: loss terms, validation scores.

use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Numbers with names, in a fixed order. A value may be missing, for example of a loss term with weight 0.
///
/// Serialized as a map in this order; a missing value is null.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NamedValues(Vec<(String, Option<f64>)>);

impl NamedValues {
    /// The value with this name; `None` if it is missing.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<f64> {
        let entry = self.0.iter().find(|(known, _)| known == name);
        entry.and_then(|(_, value)| *value)
    }

    /// Names and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Option<f64>)> {
        self.0.iter().map(|(name, value)| (name.as_str(), *value))
    }
}

impl<N: Into<String>> FromIterator<(N, Option<f64>)> for NamedValues {
    fn from_iter<I: IntoIterator<Item = (N, Option<f64>)>>(entries: I) -> Self {
        let entries = entries.into_iter();
        Self(entries.map(|(name, value)| (name.into(), value)).collect())
    }
}

impl<N: Into<String>, const COUNT: usize> From<[(N, f64); COUNT]> for NamedValues {
    fn from(entries: [(N, f64); COUNT]) -> Self {
        let entries = entries.into_iter();
        entries.map(|(name, value)| (name, Some(value))).collect()
    }
}

/// Writes `bce 0.31, dice 0.5`; omits missing values.
impl fmt::Display for NamedValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = self.iter().filter_map(|(name, value)| Some((name, value?)));
        for (index, (name, value)) in known.enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            write!(f, "{comma}{name} {value}")?;
        }
        Ok(())
    }
}

impl Serialize for NamedValues {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for NamedValues {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = NamedValues;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map from names to numbers")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<NamedValues, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(NamedValues(entries))
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_missing_numbers_survive_serialization() {
        let named: NamedValues = [("z", Some(0.1)), ("a", None)].into_iter().collect();
        let text = serde_json::to_string(&named).unwrap();
        assert_eq!(text, r#"{"z":0.1,"a":null}"#);
        assert_eq!(serde_json::from_str::<NamedValues>(&text).unwrap(), named);
        assert_eq!((named.get("z"), named.get("a")), (Some(0.1), None));
        assert_eq!(named.to_string(), "z 0.1");
    }
}
