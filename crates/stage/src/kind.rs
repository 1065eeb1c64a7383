//! The kinds of input and output files.

use std::path::Path;

use serde::{Deserialize, Serialize};

/// The kinds of inputs and outputs of the stage contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Intensities, NIfTI.
    Volume,
    /// A binary mask, NIfTI uint8.
    Mask,
    /// Integer labels, NIfTI.
    Labels,
    /// Probabilities from 0 to 1, NIfTI float32.
    Probabilities,
    /// A long-form table, Parquet.
    Table,
    /// Network weights, safetensors.
    Weights,
    /// A picture, PNG, SVG or PDF.
    Figure,
    /// A text file: Markdown, LaTeX, CSV, YAML, JSON.
    Document,
    /// A folder of files.
    Directory,
}

impl Kind {
    /// The name of the kind in specifications.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Volume => "volume",
            Kind::Mask => "mask",
            Kind::Labels => "labels",
            Kind::Probabilities => "probabilities",
            Kind::Table => "table",
            Kind::Weights => "weights",
            Kind::Figure => "figure",
            Kind::Document => "document",
            Kind::Directory => "directory",
        }
    }

    /// Whether the ending of a file name fits the kind. Documents and directories accept any name.
    #[must_use]
    pub fn accepts_name(self, path: &Path) -> bool {
        if self == Kind::Directory {
            return true;
        }
        let Some(name) = path.file_name().and_then(|n| n.to_str()) else {
            return false;
        };
        let endings = self.endings();
        endings.is_empty() || endings.iter().any(|ending| name.ends_with(ending))
    }

    /// The endings of file names of this kind, the default one first; none where any name fits.
    #[must_use]
    pub fn endings(self) -> &'static [&'static str] {
        match self {
            Kind::Volume | Kind::Mask | Kind::Labels | Kind::Probabilities => &[".nii.gz", ".nii"],
            Kind::Table => &[".parquet"],
            Kind::Weights => &[".safetensors"],
            Kind::Figure => &[".png", ".svg", ".pdf"],
            Kind::Document | Kind::Directory => &[],
        }
    }

    /// The default ending of files of this kind, with its dot. Empty for directories.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Kind::Volume | Kind::Mask | Kind::Labels | Kind::Probabilities => ".nii.gz",
            Kind::Table => ".parquet",
            Kind::Weights => ".safetensors",
            Kind::Figure => ".png",
            Kind::Document => ".txt",
            Kind::Directory => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_specifications() {
        for kind in [
            Kind::Volume,
            Kind::Mask,
            Kind::Labels,
            Kind::Probabilities,
            Kind::Table,
            Kind::Weights,
            Kind::Figure,
            Kind::Document,
            Kind::Directory,
        ] {
            let written = serde_json::to_value(kind).unwrap();
            assert_eq!(written, kind.as_str());
        }
    }
}
