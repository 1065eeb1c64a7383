//! A valid file that inputs start from.

use std::io::Write;

use flate2::{Compression, Crc, write::GzEncoder};

/// A valid file.
pub struct Seed {
    /// Name of the file; readers look at its extension.
    pub name: &'static str,
    /// Its bytes before [`Seed::seal`].
    pub bytes: Vec<u8>,
    /// Turns mutated bytes into the file: packs them, or makes its checksums right, so that a mutation reaches the reader.
    pub seal: fn(&[u8]) -> Vec<u8>,
    /// Other files of its folder.
    pub beside: Vec<(&'static str, Vec<u8>)>,
    /// Whether its readers read it unchanged.
    pub good: bool,
}

impl Seed {
    /// A file that is written as it is.
    pub fn new(name: &'static str, bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            name,
            bytes: bytes.into(),
            seal: <[u8]>::to_vec,
            beside: Vec::new(),
            good: true,
        }
    }

    /// A file whose mutated bytes are sealed.
    pub fn sealed(
        name: &'static str,
        bytes: impl Into<Vec<u8>>,
        seal: fn(&[u8]) -> Vec<u8>,
    ) -> Self {
        Self {
            seal,
            ..Self::new(name, bytes)
        }
    }

    /// The same file, which its readers refuse although it is whole.
    pub fn refused(self) -> Self {
        Self {
            good: false,
            ..self
        }
    }

    /// The same with another file next to it.
    pub fn next_to(mut self, name: &'static str, bytes: impl Into<Vec<u8>>) -> Self {
        self.beside.push((name, bytes.into()));
        self
    }
}

/// Packs with gzip.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let packed = encoder.write_all(bytes).and_then(|()| encoder.finish());
    packed.unwrap_or_default()
}

/// Makes the checksums of the chunks of a PNG right, as far as its chunks can be followed.
pub fn png_checksums(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let mut start = 8;
    while let Some(length) = bytes.get(start..start + 4) {
        let length = length.iter().fold(0, |sum, b| sum << 8 | usize::from(*b));
        let end = start + 8 + length;
        let Some(content) = bytes.get(start + 4..end) else {
            break;
        };
        let mut crc = Crc::new();
        crc.update(content);
        let sum = crc.sum().to_be_bytes();
        match bytes.get_mut(end..end + 4) {
            Some(place) => place.copy_from_slice(&sum),
            None => break,
        }
        start = end + 4;
    }
    bytes
}
