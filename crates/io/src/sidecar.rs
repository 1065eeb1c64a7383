//! The JSON file next to a NIfTI file, as in BIDS: names of channels and labels, and provenance.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value, json};

use rsom_formats::FormatError;
use rsom_stage::{sidecar, text};

const FORMAT: &str = "JSON";

/// The content of a sidecar.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sidecar {
    /// `Channels`: names along the fourth axis.
    pub channels: Option<Vec<String>>,
    /// `Labels`: names of integer labels.
    pub labels: Option<BTreeMap<i32, String>>,
    /// All other keys.
    pub more: Map<String, Value>,
    /// `GeneratedBy`: the provenance of the volume.
    pub provenance: Option<Value>,
}

/// Largest sidecar that is read, in bytes.
const MOST_BYTES: u64 = 64 << 20;

/// The content of a regular file: a pipe or a device may have no end.
fn bounded(path: &Path) -> std::io::Result<Vec<u8>> {
    // Before it is opened: to open a pipe is to wait for its other end.
    let found = std::fs::metadata(path)?;
    let refused = |why: &str| {
        Err(std::io::Error::new(
            std::io::ErrorKind::InvalidData,
            why.to_owned(),
        ))
    };
    if !found.is_file() {
        return refused("it is no regular file");
    }
    let file = std::fs::File::open(path)?;
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut std::io::Read::take(file, MOST_BYTES + 1), &mut bytes)?;
    match bytes.len() as u64 > MOST_BYTES {
        true => refused("it is larger than 64 MiB"),
        false => Ok(bytes),
    }
}

impl Sidecar {
    /// Reads the sidecar of a volume; `None` when it has none.
    ///
    /// # Errors
    /// The sidecar is not a JSON object, or a known key has the wrong type; the message names the sidecar.
    pub fn read(volume: &Path) -> Result<Option<Self>, FormatError> {
        let path = sidecar::path_of(volume);
        match bounded(&path) {
            Ok(bytes) => Self::parse(&bytes).map(Some).map_err(|e| e.at(&path)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(FormatError::from(error).at(&path)),
        }
    }

    /// The bytes of the sidecar: keys in alphabetical order, one trailing newline.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut object = self.more.clone();
        if let Some(channels) = &self.channels {
            object.insert("Channels".into(), json!(channels));
        }
        if let Some(labels) = &self.labels {
            let labels: Map<String, Value> = labels
                .iter()
                .map(|(label, name)| (label.to_string(), json!(name)))
                .collect();
            object.insert("Labels".into(), Value::Object(labels));
        }
        if let Some(provenance) = &self.provenance {
            let tool = json!([{
                "Name": provenance["tool"],
                "Version": provenance["version"],
                "rsom": provenance,
            }]);
            object.insert("GeneratedBy".into(), tool);
        }
        format!("{:#}\n", Value::Object(object)).into_bytes()
    }

    fn parse(bytes: &[u8]) -> Result<Self, FormatError> {
        let bad = |fault: &str| FormatError::format(FORMAT, fault);
        let text = text::decode(bytes).map_err(|fault| bad(&fault))?;
        let value: Value =
            serde_json::from_str(&text).map_err(|e| FormatError::format(FORMAT, e))?;
        let object = value
            .as_object()
            .ok_or_else(|| bad("it is not a JSON object"))?;
        let channels = object.get("Channels").map(|list| {
            serde_json::from_value(list.clone())
                .map_err(|_| bad("'Channels' is not a list of texts"))
        });
        let labels = object.get("Labels").map(|map| {
            serde_json::from_value(map.clone())
                .map_err(|_| bad("'Labels' is not a map of integers to texts"))
        });
        Ok(Self {
            channels: channels.transpose()?,
            labels: labels.transpose()?,
            provenance: sidecar::provenance(&value).cloned(),
            more: (object.iter())
                .filter(|(key, _)| !["Channels", "Labels", "GeneratedBy"].contains(&key.as_str()))
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect(),
        })
    }
}
