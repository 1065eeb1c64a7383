//! Storage layouts from before 2005 (HDF5 up to 1.6.2, and so MATLAB 7.3 and 7.4), which the decoder misreads.
//!
//! The layout version is read from the file itself: the decoder interprets reserved bytes of such a message as a part
//! of the address, and so could read wrong bytes without an error.

use super::dataset::Dataset;
use super::fault::{at, guard, unsupported};
use crate::FormatError;

const LAYOUT: u16 = 8;
const CONTINUATION: u16 = 16;
/// Bytes before the messages of a header of version 1.
const PREFIX: usize = 16;
/// Largest number of continuation blocks of a header, and bytes of each.
const MOST_BLOCKS: usize = 64;
const LARGEST_BLOCK: usize = 1 << 20;
/// Address of the data of a dataset without data.
const NOWHERE: u64 = u64::MAX;

/// The address of the data of a dataset with an old layout; `None` for newer layouts.
///
/// # Errors
/// Chunks with an old layout, which are not supported; the file is broken.
pub(super) fn old_address(dataset: &Dataset) -> Result<Option<u64>, FormatError> {
    let storage = dataset.context.file.storage();
    let read = |place: u64, len: usize| {
        guard(dataset.path(), || {
            storage.read_range(place, len).map(|bytes| bytes.to_vec())
        })
    };
    let prefix = read(dataset.address(), PREFIX)?;
    // Headers of version 2 are newer than these layouts. They start with letters.
    if prefix[0] != 1 || dataset.context.file.superblock().offset_size != 8 {
        return Ok(None);
    }
    let len = u32::from_le_bytes([prefix[8], prefix[9], prefix[10], prefix[11]]) as usize;
    let mut blocks = vec![(dataset.address() + PREFIX as u64, len)];
    let mut next = 0;
    while let Some((place, len)) = blocks.get(next).copied() {
        next += 1;
        if next > MOST_BLOCKS || len > LARGEST_BLOCK {
            return Err(at(dataset.path(), "a header without an end"));
        }
        let block = read(place, len)?;
        for (kind, body) in messages(&block) {
            match (kind, body) {
                (LAYOUT, [1 | 2, _, 1, ..]) => match u64_at(body, 8) {
                    Some(address) if address != NOWHERE => return Ok(Some(address)),
                    _ => return Err(at(dataset.path(), "data that are nowhere in the file")),
                },
                (LAYOUT, [1 | 2, ..]) => {
                    let what = "chunks as HDF5 1.6.2 and older wrote them (layout version 2)";
                    return Err(unsupported(dataset.path(), what));
                }
                (LAYOUT, _) => return Ok(None),
                (CONTINUATION, _) => {
                    let pair = u64_at(body, 0).zip(u64_at(body, 8));
                    blocks.extend(
                        pair.map(|(place, len)| {
                            (place, usize::try_from(len).unwrap_or(usize::MAX))
                        }),
                    );
                }
                _ => {}
            }
        }
    }
    Ok(None)
}

/// The messages of a block: type and content.
fn messages(block: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    let mut rest = block;
    std::iter::from_fn(move || {
        let (head, behind) = rest.split_at_checked(8)?;
        let size = usize::from(u16::from_le_bytes([head[2], head[3]]));
        let (body, behind) = behind.split_at_checked(size)?;
        rest = behind;
        Some((u16::from_le_bytes([head[0], head[1]]), body))
    })
}

fn u64_at(bytes: &[u8], place: usize) -> Option<u64> {
    let bytes = bytes.get(place..)?.first_chunk::<8>()?;
    Some(u64::from_le_bytes(*bytes))
}
