//! The ZIP archive of a PyTorch state dict.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use crate::WeightsError;
use crate::entries::open_zip;

const PICKLE: &str = "data.pkl";

/// An archive of `torch.save`: `<name>/data.pkl` and `<name>/data/<key>`, uncompressed.
pub(super) struct Archive<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    len: usize,
    /// The path before `data.pkl`.
    prefix: String,
}

impl<'a> Archive<'a> {
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, WeightsError> {
        let zip = open_zip(Cursor::new(bytes)).map_err(|e| fault(&e))?;
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
                return Err(fault(&"it has two files data.pkl"));
            }
        }
        let prefix = prefix.ok_or_else(|| fault(&"it has no file data.pkl"))?;
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
            return Err(at(&"it is larger than the archive"));
        }
        let size = entry.size();
        let mut content = Vec::with_capacity(size as usize);
        entry
            .take(size + 1)
            .read_to_end(&mut content)
            .map_err(|e| at(&e))?;
        if content.len() as u64 != size {
            return Err(at(&"its size differs from the stated size"));
        }
        Ok(content)
    }
}

fn fault(e: &dyn std::fmt::Display) -> WeightsError {
    WeightsError::Corrupt(format!("not a PyTorch archive: {e}"))
}
