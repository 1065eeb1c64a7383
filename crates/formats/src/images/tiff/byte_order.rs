//! The byte order of a TIFF file.

/// Order of the bytes of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ByteOrder {
    /// Least significant byte first (`II`).
    Little,
    /// Most significant byte first (`MM`).
    Big,
}

impl ByteOrder {
    /// The number in up to eight bytes.
    pub(super) fn unsigned(self, bytes: &[u8]) -> u64 {
        let add = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        match self {
            Self::Little => bytes.iter().rev().fold(0, add),
            Self::Big => bytes.iter().fold(0, add),
        }
    }

    /// The number of `width` bytes at a place; `None` outside the bytes.
    pub(super) fn unsigned_at(self, bytes: &[u8], place: usize, width: usize) -> Option<u64> {
        let end = place.checked_add(width)?;
        Some(self.unsigned(bytes.get(place..end)?))
    }
}
