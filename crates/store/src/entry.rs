//! An entry: the outputs of one task.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::key::is_hash;

/// The outputs of one task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The pipeline whose run made them.
    pub pipeline: String,
    /// The task, as that pipeline calls it.
    pub task: String,
    /// The contents by the name of the output. The one who adds decides what a name means.
    pub outputs: BTreeMap<String, Stored>,
    /// What the one who added wants to know when it is taken.
    pub about: Value,
}

/// The content of an output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// Its sha256, as 64 hexadecimal digits.
    pub sha256: String,
    /// Its size in bytes.
    pub bytes: u64,
}

impl Entry {
    /// The size of all outputs in bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.outputs.values().map(|stored| stored.bytes).sum()
    }

    /// An entry from its JSON. `None` if it is broken.
    pub(crate) fn parse(json: &[u8]) -> Option<Self> {
        let entry: Self = serde_json::from_slice(json).ok()?;
        let mut outputs = entry.outputs.values();
        outputs
            .all(|stored| is_hash(&stored.sha256))
            .then_some(entry)
    }
}
