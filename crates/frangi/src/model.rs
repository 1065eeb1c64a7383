//! Weights files of the filter: settings and thresholds.

use rsom_weights::{self as weights, Header, Metadata};

use crate::{FrangiError, Settings, Thresholds};

const FORMAT: &str = "rsom-frangi 1";
const WHAT: &str = "settings of a vesselness filter";

/// Settings and thresholds that segment the vessels of a scan.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// Settings of the vesselness filter.
    pub settings: Settings,
    /// Thresholds that turn vesselness into a mask.
    pub thresholds: Thresholds,
}

impl Model {
    /// Reads a weights file that [`to_bytes`](Self::to_bytes) wrote.
    ///
    /// # Errors
    /// [`FrangiError::Model`]: not a safetensors file, another format, or missing or invalid metadata.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FrangiError> {
        let metadata = Header::of_bytes(bytes)?.metadata;
        if metadata.require_format(&[FORMAT], WHAT)?.is_none() {
            return Err(FrangiError::Model(format!(
                "not weights of 'frangi train': the metadata do not state the format '{FORMAT}'"
            )));
        }
        let model = Self {
            settings: metadata.get("settings")?,
            thresholds: metadata.get("thresholds")?,
        };
        let sound = model
            .settings
            .check()
            .and_then(|()| model.thresholds.check());
        sound.map_err(|e| FrangiError::Model(e.to_string()))?;
        Ok(model)
    }

    /// The bytes of a weights file: safetensors without tensors. Its metadata hold settings, thresholds and provenance
    /// (JSON text). Deterministic.
    ///
    /// # Errors
    /// None for a valid model.
    pub fn to_bytes(&self, provenance: &str) -> Result<Vec<u8>, FrangiError> {
        let metadata = Metadata::of_format(FORMAT)
            .with("settings", &serde_json::json!(self.settings))?
            // Via decimal digits, so that 0.1 in single precision stays 0.1.
            .with("thresholds", &self.thresholds)?;
        Ok(weights::without_tensors(
            &metadata.with_provenance(provenance),
        ))
    }
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
        let bytes = model().to_bytes("{}").unwrap();
        let again = Model::from_bytes(&bytes).unwrap();
        assert_eq!(again, model());
        assert_eq!(again.to_bytes("{}").unwrap(), bytes);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(text.contains(r#"\"low\":0.1,"#), "{text}");
    }

    #[test]
    fn files_of_something_else_and_settings_without_meaning_are_refused() {
        let said = |bytes: &[u8]| Model::from_bytes(bytes).unwrap_err().to_string();
        let replaced = |from: &str, to: &str| {
            assert_eq!(from.len(), to.len());
            let bytes = model().to_bytes("{}").unwrap();
            let header = std::str::from_utf8(&bytes[8..]).unwrap();
            assert!(header.contains(from), "{header}");
            let header = header.replace(from, to);
            said(&[&bytes[..8], header.as_bytes()].concat())
        };
        assert!(said(b"").contains("too short"));
        assert!(said(&[255; 40]).contains("longer than the file"));
        assert!(said(b"\x02\0\0\0\0\0\0\0{}").contains("do not state the format"));
        assert!(said(b"\x02\0\0\0\0\0\0\0[]").contains("safetensors"));
        assert!(replaced("rsom-frangi 1", "rsom-fringe 9").contains("rsom-fringe 9"));
        assert!(replaced("12.5", "-2.5").contains("-2.5"));
        assert!(replaced(r#"\"low\":0.1"#, r#"\"low\":0.9"#).contains("low is 0.9"));
        assert!(replaced("beta", "Beta").contains("'settings' is wrong"));
    }
}
