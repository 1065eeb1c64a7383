//! Recognizes NIfTI files by their first bytes.

use std::io::Read;

use flate2::read::MultiGzDecoder;

/// Number of header bytes to read.
const HEADER_BYTES: u64 = 348;

/// Whether the first bytes of a file, compressed or not, are those of a NIfTI file.
#[must_use]
pub fn is(start: &[u8]) -> bool {
    if !start.starts_with(&[0x1f, 0x8b]) {
        return has_magic(start);
    }
    let mut bytes = Vec::new();
    // The start of a compressed file is a truncated stream; the bytes before the error are enough.
    let _ = MultiGzDecoder::new(start)
        .take(HEADER_BYTES)
        .read_to_end(&mut bytes);
    has_magic(&bytes)
}

fn has_magic(header: &[u8]) -> bool {
    let magic = |place: usize| header.get(place..place + 3);
    matches!(magic(344), Some(b"n+1" | b"ni1")) || matches!(magic(4), Some(b"n+2" | b"ni2"))
}
