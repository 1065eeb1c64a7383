//! The file names in a ZIP archive.

use std::io::{Read, Seek};

use zip::ZipArchive;
use zip::read::{ArchiveOffset, Config};
use zip::result::ZipResult;

use crate::WeightsError;

/// The file names in a ZIP archive, such as a PyTorch state dict, in the order of its directory. Unpacks nothing.
///
/// # Errors
/// [`WeightsError::Corrupt`] if the directory of the archive is missing or broken.
pub fn archive_entries(file: impl Read + Seek) -> Result<Vec<String>, WeightsError> {
    let fault = |e| {
        WeightsError::Corrupt(format!(
            "its directory is broken or missing; the file may be truncated ({e})"
        ))
    };
    let archive = open_zip(file).map_err(fault)?;
    let mut names = Vec::with_capacity(archive.len());
    for index in 0..archive.len() {
        if let Some(name) = archive.name_for_index(index) {
            names.push(name.map_err(fault)?.to_string());
        }
    }
    Ok(names)
}

/// Opens a ZIP archive that starts at byte 0 of its file.
///
/// The crate's guess of the start is wrong where the first entry is as long as the end records: for any archive of
/// `torch.save` under a name of 21 letters.
pub(crate) fn open_zip<R: Read + Seek>(file: R) -> ZipResult<ZipArchive<R>> {
    let config = Config {
        archive_offset: ArchiveOffset::Known(0),
    };
    ZipArchive::with_config(config, file)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::io::{Cursor, Write};

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    #[test]
    fn entries_are_listed_in_order_and_a_cut_archive_is_refused() {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let stored =
            SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        for name in ["net/data.pkl", "net/data/0"] {
            writer.start_file(name, stored).unwrap();
            writer.write_all(b"content").unwrap();
        }
        let bytes = writer.finish().unwrap().into_inner();
        assert_eq!(
            archive_entries(Cursor::new(&bytes)).unwrap(),
            ["net/data.pkl", "net/data/0"]
        );
        let cut = archive_entries(Cursor::new(&bytes[..bytes.len() - 30]));
        assert!(cut.unwrap_err().to_string().contains("may be truncated"));
    }
}
