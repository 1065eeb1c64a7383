//! LZF, the filter 32000 that h5py and PyTables write (LibLZF 3.6, `lzf_d.c`; h5py, `lzf_filter.c`).

use hdf5_reader::FilterRegistry;
use hdf5_reader::error::Error;

/// Number of the filter in the registry of the HDF Group.
const LZF: u16 = 32000;
/// Place of the size of a chunk, in bytes, among the filter's values.
const CHUNK_SIZE: usize = 2;
/// A literal run begins with a byte below this.
const LITERALS: u8 = 32;
/// Length of a reference that is continued in the next byte.
const LONG: usize = 7;

/// All filters of the decoder, and LZF.
pub(super) fn filters(largest_chunk: usize) -> FilterRegistry {
    let mut registry = FilterRegistry::new();
    registry.register(
        LZF,
        Box::new(move |filter, stored, _| {
            let size = filter.client_data.get(CHUNK_SIZE).copied().unwrap_or(0);
            let most = usize::try_from(size).unwrap_or(usize::MAX);
            let most = if most == 0 {
                largest_chunk
            } else {
                most.min(largest_chunk)
            };
            unpack(stored, most).ok_or_else(|| Error::InvalidData("corrupt LZF data".into()))
        }),
    );
    registry
}

/// Unpacks at most `most` bytes; `None` for corrupt data.
fn unpack(stored: &[u8], most: usize) -> Option<Vec<u8>> {
    let mut bytes: Vec<u8> = Vec::new();
    let mut rest = stored;
    while let Some((head, behind)) = rest.split_first() {
        if *head < LITERALS {
            let (literals, behind) = behind.split_at_checked(usize::from(*head) + 1)?;
            bytes.extend_from_slice(literals);
            rest = behind;
        } else {
            let mut len = usize::from(head >> 5);
            let mut behind = behind;
            if len == LONG {
                let (more, after) = behind.split_first()?;
                len += usize::from(*more);
                behind = after;
            }
            let (low, behind) = behind.split_first()?;
            let distance = (usize::from(head & 0x1f) << 8 | usize::from(*low)) + 1;
            let start = bytes.len().checked_sub(distance)?;
            // A reference may reach into what it writes.
            for place in start..start + len + 2 {
                bytes.push(bytes[place]);
            }
            rest = behind;
        }
        if bytes.len() > most {
            return None;
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_and_references_are_unpacked() {
        assert_eq!(unpack(&[2, 1, 2, 3], 9).unwrap(), [1, 2, 3]);
        // Two literals, then 5 bytes from 2 back, which reach into themselves.
        assert_eq!(
            unpack(&[1, 7, 8, 3 << 5, 1], 9).unwrap(),
            [7, 8, 7, 8, 7, 8, 7]
        );
        // A long reference: 7 + 3 + 2 bytes from 1 back.
        assert_eq!(unpack(&[0, 9, 7 << 5, 3, 0], 13).unwrap(), [9; 13]);
    }

    #[test]
    fn corrupt_data_are_refused() {
        for stored in [
            &[5, 1][..],
            &[1 << 5, 0],
            &[0, 9, 7 << 5],
            &[0, 9, 7 << 5, 255, 0],
        ] {
            assert_eq!(unpack(stored, 100), None, "{stored:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_end(stored in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
            let _ = unpack(&stored, 1000);
        }
    }
}
