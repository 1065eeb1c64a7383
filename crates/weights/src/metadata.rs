//! The metadata of a weights file: its format, typed settings as JSON, and its provenance.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::WeightsError;

/// Key of the format's name and version, such as `rsom-layerseg 1`.
const FORMAT: &str = "format";
/// Key of the provenance, JSON text.
const PROVENANCE: &str = "rsom";
/// Prefix of the formats of this project.
const OURS: &str = "rsom";

/// Texts by key, sorted; values other than texts are stored as JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata(BTreeMap<String, String>);

impl Metadata {
    /// Metadata with the name and version of a format.
    #[must_use]
    pub fn of_format(format: &str) -> Self {
        Self(BTreeMap::from([(FORMAT.to_owned(), format.to_owned())]))
    }

    /// Adds the provenance (JSON text).
    #[must_use]
    pub fn with_provenance(self, json: &str) -> Self {
        self.with_text(PROVENANCE, json)
    }

    /// Adds a text.
    #[must_use]
    pub fn with_text(mut self, key: &str, text: &str) -> Self {
        self.0.insert(key.to_owned(), text.to_owned());
        self
    }

    /// Adds a value as JSON.
    ///
    /// # Errors
    /// [`WeightsError::Metadata`]: the value cannot be converted to JSON.
    pub fn with(mut self, key: &str, value: &impl Serialize) -> Result<Self, WeightsError> {
        let text = serde_json::to_string(value).map_err(|e| wrong(key, &e))?;
        self.0.insert(key.to_owned(), text);
        Ok(self)
    }

    /// The text of a key.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// The name and version of the format.
    #[must_use]
    pub fn format(&self) -> Option<&str> {
        self.text(FORMAT)
    }

    /// The provenance, JSON text.
    #[must_use]
    pub fn provenance(&self) -> Option<&str> {
        self.text(PROVENANCE)
    }

    /// The value of a key.
    ///
    /// # Errors
    /// [`WeightsError::Metadata`]: the key is missing, or its JSON has another type.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Result<T, WeightsError> {
        serde_json::from_str(self.text(key).unwrap_or("")).map_err(|e| wrong(key, &e))
    }

    /// The value of a key that may be missing.
    ///
    /// # Errors
    /// [`WeightsError::Metadata`]: its JSON has another type.
    pub fn find<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, WeightsError> {
        self.text(key).map(|_| self.get(key)).transpose()
    }

    /// The format of the file, which must be one of `formats` (the current one first); `None` for files of other
    /// programs.
    ///
    /// # Errors
    /// [`WeightsError::OtherFormat`]: a file of this project with another content than `what`.
    pub fn require_format<'a>(
        &self,
        formats: &[&'a str],
        what: &str,
    ) -> Result<Option<&'a str>, WeightsError> {
        let Some(found) = self.format() else {
            return Ok(None);
        };
        if let Some(known) = formats.iter().find(|format| **format == found) {
            return Ok(Some(known));
        }
        if !found.starts_with(OURS) {
            return Ok(None);
        }
        Err(WeightsError::OtherFormat {
            found: found.to_owned(),
            what: what.to_owned(),
            expected: formats.first().copied().unwrap_or("").to_owned(),
        })
    }

    /// All keys and texts, sorted.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(key, text)| (key.as_str(), text.as_str()))
    }

    /// Whether there are no texts.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(String, String)> for Metadata {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(texts: I) -> Self {
        Self(texts.into_iter().collect())
    }
}

fn wrong(key: &str, fault: &serde_json::Error) -> WeightsError {
    WeightsError::Metadata {
        key: key.to_owned(),
        fault: fault.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_and_faults_name_their_key() {
        let metadata = Metadata::of_format("rsom-x 2")
            .with("sizes", &[1, 2])
            .unwrap();
        assert_eq!(metadata.get::<Vec<i32>>("sizes").unwrap(), [1, 2]);
        assert_eq!(metadata.find::<i32>("absent").unwrap(), None);
        let fault = metadata.get::<bool>("sizes").unwrap_err().to_string();
        assert!(
            fault.starts_with("the metadata 'sizes' is wrong"),
            "{fault}"
        );
        assert!(metadata.get::<bool>("absent").is_err());
    }

    #[test]
    fn another_format_of_this_project_is_refused_and_a_foreign_one_is_not() {
        let format = |name: &str| Metadata::of_format(name);
        let required = |metadata: &Metadata| {
            metadata
                .require_format(&["rsom-x 2", "rsom-x 1"], "weights of x")
                .map_err(|e| e.to_string())
        };
        assert_eq!(required(&format("rsom-x 1")), Ok(Some("rsom-x 1")));
        assert_eq!(required(&format("pt")), Ok(None));
        assert_eq!(required(&Metadata::default()), Ok(None));
        let fault = required(&format("rsom-y 1")).unwrap_err();
        assert_eq!(
            fault,
            "this is a file of format 'rsom-y 1', not weights of x ('rsom-x 2')"
        );
    }
}
