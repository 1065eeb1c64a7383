//! Weights files: settings and thresholds with all that is needed to apply them.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::{FrangiError, Settings, Thresholds};

const FORMAT: &str = "rsom-frangi 1";
const METADATA: &str = "__metadata__";
/// No list of settings is longer.
const LARGEST_HEADER: usize = 1 << 24;

/// What turns a scan into a mask of its vessels.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// How vesselness is computed.
    pub settings: Settings,
    /// How it becomes a mask.
    pub thresholds: Thresholds,
}

impl Model {
    /// Reads a weights file of [`to_bytes`](Self::to_bytes).
    ///
    /// # Errors
    /// [`FrangiError::Model`]: no safetensors file, another format, metadata that are missing or make no sense.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FrangiError> {
        let metadata = metadata_of(bytes)?;
        match metadata.get("format").map(String::as_str) {
            Some(FORMAT) => {}
            Some(other) => {
                return Err(FrangiError::Model(format!(
                    "this is a file of format '{other}', not settings of a vesselness filter ('{FORMAT}')"
                )));
            }
            None => {
                return Err(FrangiError::Model(format!(
                    "these are weights of something else: their metadata name no format, '{FORMAT}' is expected"
                )));
            }
        }
        let model = Self {
            settings: parse(&metadata, "settings")?,
            thresholds: parse(&metadata, "thresholds")?,
        };
        let sound = model
            .settings
            .check()
            .and_then(|()| model.thresholds.check());
        sound.map_err(|e| FrangiError::Model(e.to_string()))?;
        Ok(model)
    }

    /// The bytes of a weights file: safetensors without a tensor, with settings and thresholds as metadata, and under
    /// `rsom` where they come from (JSON text). A function of its content.
    #[must_use]
    pub fn to_bytes(&self, provenance: &str) -> Vec<u8> {
        let metadata = json!({
            "format": FORMAT,
            "settings": json!(self.settings).to_string(),
            // Through their decimal digits, so that 0.1 in single precision stays 0.1.
            "thresholds": serde_json::to_string(&self.thresholds).unwrap_or_default(),
            "rsom": provenance,
        });
        let mut header = json!({ METADATA: metadata }).to_string();
        // Readers may ask that elements start at a multiple of eight bytes.
        header.push_str(&" ".repeat(header.len().next_multiple_of(8) - header.len()));
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend(header.as_bytes());
        bytes
    }
}

/// The texts beside the tensors of a safetensors file: eight bytes with the length of a JSON header, that header, tensors.
fn metadata_of(bytes: &[u8]) -> Result<BTreeMap<String, String>, FrangiError> {
    let fault = |fault: &str| FrangiError::Model(format!("not a safetensors file: {fault}"));
    let (length, rest) = bytes
        .split_first_chunk::<8>()
        .ok_or_else(|| fault("it is too short for a header"))?;
    let length = usize::try_from(u64::from_le_bytes(*length)).unwrap_or(usize::MAX);
    let header = rest
        .get(..length)
        .ok_or_else(|| fault("its header is longer than the file"))?;
    if length > LARGEST_HEADER {
        return Err(fault("its header is too long"));
    }
    let mut header: BTreeMap<String, Value> =
        serde_json::from_slice(header).map_err(|e| fault(&e.to_string()))?;
    let metadata = header.remove(METADATA).unwrap_or_else(|| json!({}));
    serde_json::from_value(metadata).map_err(|e| fault(&format!("metadata: {e}")))
}

fn parse<T: DeserializeOwned>(
    metadata: &BTreeMap<String, String>,
    key: &str,
) -> Result<T, FrangiError> {
    let text = metadata.get(key).map_or("", String::as_str);
    serde_json::from_str(text)
        .map_err(|e| FrangiError::Model(format!("the metadata '{key}' is wrong: {e}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scales;

    fn model() -> Model {
        Model {
            settings: Settings::frangi1998(Scales::Um(vec![6.0, 12.5])),
            thresholds: Thresholds {
                low: 0.1,
                high: 0.3,
                min_size_vox: 7,
            },
        }
    }

    #[test]
    fn a_weights_file_brings_settings_and_thresholds_back() {
        let bytes = model().to_bytes("{}");
        let again = Model::from_bytes(&bytes).unwrap();
        assert_eq!(again, model());
        assert_eq!(again.to_bytes("{}"), bytes);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(text.contains(r#"\"low\":0.1,"#), "{text}");
    }

    #[test]
    fn files_of_something_else_and_settings_without_meaning_are_refused() {
        let said = |bytes: &[u8]| Model::from_bytes(bytes).unwrap_err().to_string();
        let replaced = |from: &str, to: &str| {
            assert_eq!(from.len(), to.len());
            let bytes = model().to_bytes("{}");
            let header = std::str::from_utf8(&bytes[8..]).unwrap();
            assert!(header.contains(from), "{header}");
            let header = header.replace(from, to);
            said(&[&bytes[..8], header.as_bytes()].concat())
        };
        assert!(said(b"").contains("too short"));
        assert!(said(&[255; 40]).contains("longer than the file"));
        assert!(said(b"\x02\0\0\0\0\0\0\0{}").contains("no format"));
        assert!(said(b"\x02\0\0\0\0\0\0\0[]").contains("safetensors"));
        assert!(replaced("rsom-frangi 1", "rsom-fringe 9").contains("rsom-fringe 9"));
        assert!(replaced("12.5", "-2.5").contains("-2.5"));
        assert!(replaced(r#"\"low\":0.1"#, r#"\"low\":0.9"#).contains("low is 0.9"));
        assert!(replaced("beta", "Beta").contains("'settings' is wrong"));
    }
}
