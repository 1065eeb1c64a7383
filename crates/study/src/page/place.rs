//! Where the pictures of a page lie: in the page itself, or in the folder beside it.

use std::path::PathBuf;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use rsom_stage::{StageError, atomic, fingerprint};
use serde::Serialize;

/// Where the pictures of a page lie.
#[derive(Debug, Clone)]
pub(super) enum Place {
    /// In the page, which is one file.
    Page,
    /// In files of this folder, in which the page lies, too. They are read when they are looked at.
    Folder(PathBuf),
}

/// Slices of a scan with masks, as JSON.
#[derive(Debug, Serialize)]
pub(super) struct ViewData {
    /// In the page.
    pub inside: Option<String>,
    /// A script beside the page, which hands it over.
    pub beside: Option<String>,
}

impl Place {
    /// Puts a picture in its place, and returns the address that the page names.
    ///
    /// # Errors
    /// Exit code 4: the file cannot be written.
    pub fn picture(&self, kind: &str, content: &[u8]) -> Result<String, StageError> {
        let Self::Folder(folder) = self else {
            let data = BASE64_STANDARD.encode(content);
            return Ok(format!("data:{kind};base64,{data}"));
        };
        let ending = match kind {
            "image/png" => "png",
            "image/jpeg" => "jpg",
            _ => "svg",
        };
        let hash = fingerprint::of_bytes(content);
        let name = format!("pictures/{}.{ending}", hash.get(..20).unwrap_or(&hash));
        atomic::write_bytes(&folder.join(&name), content)?;
        Ok(name)
    }

    /// Puts the view of a scan in its place.
    ///
    /// # Errors
    /// As [`picture`](Self::picture).
    pub fn view(&self, number: usize, json: &str) -> Result<ViewData, StageError> {
        // A script ends at "</script>", also in a text.
        let json = json.replace('<', "\\u003c");
        let Self::Folder(folder) = self else {
            return Ok(ViewData {
                inside: Some(json),
                beside: None,
            });
        };
        let name = format!("views/{number}.js");
        let script = format!("receiveView({number}, {json});\n");
        atomic::write_bytes(&folder.join(&name), script.as_bytes())?;
        Ok(ViewData {
            inside: None,
            beside: Some(name),
        })
    }

    /// The most bytes that the view of one of `scans` scans may take, if all may take `most_bytes`.
    pub fn bytes_of_view(&self, most_bytes: u64, scans: usize) -> usize {
        let share = match self {
            Self::Page => most_bytes / scans.max(1) as u64,
            Self::Folder(_) => BYTES_BESIDE,
        };
        usize::try_from(share.min(MOST_BYTES_INSIDE)).unwrap_or(usize::MAX)
    }
}

/// More would not be seen on a screen.
const MOST_BYTES_INSIDE: u64 = 4 << 20;
/// Ten thousand scans in ten gigabytes.
const BYTES_BESIDE: u64 = 1 << 20;
