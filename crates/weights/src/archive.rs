//! The ZIP archive around a PyTorch state dict.

use std::io::{Cursor, Read};

use zip::ZipArchive;
use zip::read::{ArchiveOffset, Config};

use crate::WeightsError;

const PICKLE: &str = "data.pkl";

/// An archive as `torch.save` writes it: `<name>/data.pkl` and `<name>/data/<key>`, not compressed.
pub(super) struct Archive<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    len: usize,
    /// What stands before `data.pkl`.
    prefix: String,
}

impl<'a> Archive<'a> {
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, WeightsError> {
        // Known, since a guess goes wrong where the first entry is as long as the end records: any archive of
        // `torch.save` under a name of 21 letters.
        let config = Config {
            archive_offset: ArchiveOffset::Known(0),
        };
        let zip = ZipArchive::with_config(config, Cursor::new(bytes)).map_err(|e| fault(&e))?;
        let mut prefix = None;
        for index in 0..zip.len() {
            let Some(name) = zip.name_for_index(index) else {
                continue;
            };
            let name = name.map_err(|e| fault(&e))?;
            let Some(before) = name.strip_suffix(PICKLE) else {
                continue;
            };
            if !before.is_empty() && !before.ends_with('/') {
                continue;
            }
            if prefix.replace(before.to_string()).is_some() {
                return Err(fault(&"it holds two data.pkl"));
            }
        }
        let prefix = prefix.ok_or_else(|| fault(&"it holds no data.pkl"))?;
        let mut archive = Self {
            zip,
            len: bytes.len(),
            prefix,
        };
        if archive
            .entry("byteorder")
            .is_ok_and(|order| order == b"big")
        {
            return Err(fault(&"its numbers are big-endian"));
        }
        Ok(archive)
    }

    pub(super) fn pickle(&mut self) -> Result<Vec<u8>, WeightsError> {
        self.entry(PICKLE)
    }

    pub(super) fn storage(&mut self, key: &str) -> Result<Vec<u8>, WeightsError> {
        self.entry(&format!("data/{key}"))
    }

    fn entry(&mut self, name: &str) -> Result<Vec<u8>, WeightsError> {
        let name = format!("{}{name}", self.prefix);
        let at = |e: &dyn std::fmt::Display| fault(&format!("'{name}': {e}"));
        let entry = self.zip.by_name(&name).map_err(|e| at(&e))?;
        if entry.size() > self.len as u64 {
            return Err(at(&"larger than the file that holds it"));
        }
        let size = entry.size();
        let mut content = Vec::with_capacity(size as usize);
        entry
            .take(size + 1)
            .read_to_end(&mut content)
            .map_err(|e| at(&e))?;
        if content.len() as u64 != size {
            return Err(at(&"another size than it says"));
        }
        Ok(content)
    }
}

fn fault(e: &dyn std::fmt::Display) -> WeightsError {
    WeightsError::Corrupt(format!("not a PyTorch archive: {e}"))
}
