//! The file that marks a folder as a store.

use rsom_stage::{StageError, atomic};
use serde::{Deserialize, Serialize};

use crate::layout::Layout;

/// The version of the layout.
const VERSION: u32 = 1;

/// What the file says that marks a folder as a store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mark {
    version: u32,
    /// The size in bytes above which the outputs that were not used for longest are removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit_bytes: Option<u64>,
    /// Whether files are second names of those of the store where their bytes would be copied otherwise.
    #[serde(default)]
    pub links: bool,
}

impl Mark {
    /// The mark of a new store.
    pub fn new() -> Self {
        Self {
            version: VERSION,
            limit_bytes: None,
            links: false,
        }
    }

    /// Reads the mark of a store. `None` if the folder has none.
    ///
    /// # Errors
    /// Exit code 3: the file cannot be read, or is of another version.
    pub fn read(layout: &Layout) -> Result<Option<Self>, StageError> {
        let path = layout.mark();
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(StageError::input(&path, atomic::plain(&e))),
        };
        let mark: Self = serde_json::from_slice(&bytes).map_err(|e| StageError::input(&path, e))?;
        if mark.version != VERSION {
            return Err(StageError::input(
                &path,
                format_args!(
                    "the store has version {}, and this program knows version {VERSION}",
                    mark.version
                ),
            ));
        }
        Ok(Some(mark))
    }

    /// Writes the mark.
    ///
    /// # Errors
    /// Exit code 4: the file cannot be written.
    pub fn write(&self, layout: &Layout) -> Result<(), StageError> {
        let mut json = serde_json::to_vec_pretty(self).map_err(StageError::failure)?;
        json.push(b'\n');
        atomic::write_bytes(&layout.mark(), &json)
    }
}
